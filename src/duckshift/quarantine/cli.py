"""The command `duckshift quarantine`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from duckshift import settings
from duckshift.errors import UserError
from duckshift.findings import count_of
from duckshift.quarantine.states import ALL, OPEN, STATES

app = typer.Typer(
    help="What the warehouse refused: list it, show it, deliver it again when it has been mended.",
    invoke_without_command=True,
)

EntityOption = Annotated[
    str | None,
    typer.Option("--entity", metavar="SOURCE/ENTITY", help="Only of this entity, such as pos/sales."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option(min=1, help="Rejects to print.")]


@app.callback()
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_rejects(
    entity: EntityOption = None,
    state: Annotated[str, typer.Option(metavar="STATE", help=f"One of {', '.join(STATES)}.")] = OPEN,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List rejected records and held files with key, place and reason.

    A reason quotes the value that broke the rule, unless its column holds personal data; no other value.
    """
    from duckshift.quarantine.rejects import read_rejects  # noqa: PLC0415

    if state not in STATES:
        raise UserError(f"{state} is no state: name one of {', '.join(STATES)}")
    rejects = read_rejects(settings.database(), state=state, entity=entity)
    if as_json:
        typer.echo(json.dumps([reject.as_json() for reject in rejects], indent=2))
        return
    for reject in rejects[:limit]:
        typer.echo(f"{reject.key:<20}{reject.state:<10}{reject.kind:<17}{reject.place}  {reject.reason}")
    if len(rejects) > limit:
        typer.echo(f"... and {len(rejects) - limit:,} more (--limit)")
    typer.echo(f"{count_of(len(rejects), 'reject')}{'' if state == ALL else f' {state}'}")


@app.command()
def show(
    key: Annotated[int, typer.Argument(metavar="KEY", help="Key of the reject, as `list` prints it.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one reject, its raw text too (it may hold personal data)."""
    from duckshift.quarantine.rejects import read_rejects  # noqa: PLC0415

    [reject] = read_rejects(settings.database(), state=ALL, keys=(key,))
    if as_json:
        typer.echo(json.dumps(reject.as_json() | {"raw": reject.raw}, indent=2))
        return
    for line in reject.lines():
        typer.echo(line)


@app.command()
def replay(  # noqa: PLR0913, PLR0917 - options of a command
    keys: Annotated[
        list[int] | None, typer.Option("--key", metavar="KEY", help="Only this reject; may be given again.")
    ] = None,
    entity: EntityOption = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="COLUMN=VALUE", help="Correct a value of the one --key; may be given again."
        ),
    ] = None,
    line: Annotated[
        str | None,
        typer.Option("--line", metavar="TEXT", help="The one --key as it should have been written."),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help='JSON lines: {"reject_key": 1, "set": {"column": "value"}}, or "line".'
        ),
    ] = None,
    corrected: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Correct by what the source delivered since, in this landing file."
        ),
    ] = None,
    renames: Annotated[
        list[str] | None,
        typer.Option(
            "--rename", metavar="FOUND=WANTED", help="Name a column of held files as the contract does."
        ),
    ] = None,
    root: Annotated[
        Path | None, typer.Option("--root", metavar="ROOT", help="Landing root to deliver to.")
    ] = None,
    is_trial: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would pass.")] = False,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Deliver again what passes now, as new landing files; the next `dbt build` loads them.

    Exit status: 0, or 1 if something that --key or --corrections names does not pass.
    """
    from duckshift.quarantine.mending import Correction, read_corrections  # noqa: PLC0415
    from duckshift.quarantine.replay import replay as replay_rejects  # noqa: PLC0415

    said = read_corrections(corrections) if corrections else {}
    if values or line is not None:
        if len(keys or []) != 1 or (values and line is not None):
            raise UserError(
                "--set and --line correct one reject: name it with --key, and give one of the two"
            )
        said[(keys or [0])[0]] = Correction(dict(map(_pair, values or [])), line)
    if corrected and said:
        raise UserError("--from takes the corrections from a file of the source: leave out the others")
    report = replay_rejects(
        settings.database(),
        root or settings.landing_root(),
        entity=entity,
        keys=tuple(keys or []),
        corrections=said,
        renames={wanted: found for found, wanted in map(_pair, renames or [])},
        corrected=corrected,
        is_trial=is_trial,
    )
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        for text in report.lines(limit):
            typer.echo(text)
    raise typer.Exit(1 if report.refused and (keys or said) else 0)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UserError(f"{text} is no NAME=VALUE")
    return name, value
