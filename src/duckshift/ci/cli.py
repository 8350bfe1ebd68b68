"""The command `duckshift ci`."""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from duckshift import settings
from duckshift.errors import UserError, first_line

app = typer.Typer(help="Check a change beside production (docs/ci.md).", invoke_without_command=True)

STATE_DEFAULT = "Default: the environment variable DUCKSHIFT_CI_STATE, else data/state."
State = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help=f"Folder with the state of production. {STATE_DEFAULT}"),
]
REVIEW = ("review.md", "review.json")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.callback()
def _check(
    context: typer.Context,
    state: State = None,
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to work in. Default: data/ci.")
    ] = None,
    batches: Annotated[int, typer.Option(min=1, help="Runs of production to replay.")] = 3,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write review.md and review.json there. Default: the work folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build what a change touches beside production, compare, replay, and say what it does.

    Exit status: 0 if nothing stands against the change, 1 if something does, 2 without a fit state.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    # Heavy modules are imported where they are needed.
    import duckdb  # noqa: PLC0415

    from duckshift.ci.checking import check  # noqa: PLC0415
    from duckshift.ci.folders import claimed  # noqa: PLC0415

    project = settings.project_root()
    folder = (work or project / "data" / "ci").absolute()
    target = (report or folder).absolute()
    with claimed(folder, "work"):
        target.mkdir(parents=True, exist_ok=True)
        # A check that cannot go on leaves no review, least of all the former one.
        for name in REVIEW:
            (target / name).unlink(missing_ok=True)
        try:
            review = check(
                project,
                settings.ci_state(state),
                folder,
                batches=batches,
                progress=lambda step: typer.echo(f"ci: {step}", err=True),
            )
        except duckdb.Error as error:
            raise UserError(f"the check could not go on, DuckDB says: {first_line(error)}", 1) from error
        described = json.dumps(review.as_json(), indent=2, default=str)
        for name, text in zip(REVIEW, (review.markdown(), described + "\n"), strict=True):
            (target / name).write_text(text, encoding="utf-8")
    typer.echo(described if as_json else review.markdown(), nl=as_json)
    raise typer.Exit(0 if review.verdict == "pass" else 1)


def _refuse_options(context: typer.Context) -> None:
    """Refuse options of the check before another command, which would not heed them."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            raise UserError(
                f"{parameter.opts[0]} stands before `{context.invoked_subcommand}`, where it is an option of"
                " the check: put it behind, or leave it out"
            )


@app.command()
def promote(
    state: State = None,
    is_partial: Annotated[
        bool,
        typer.Option("--partial", help="The build left out nodes whose tables are up to date."),
    ] = False,
) -> None:
    """Make the build that has just ended the state of production; a failed one leaves the state as it is."""
    from duckshift.ci.state import promote as promote_build  # noqa: PLC0415

    promoted = promote_build(
        settings.project_root(),
        settings.target_folder(),
        settings.database(),
        settings.ci_state(state),
        is_partial=is_partial,
    )
    typer.echo(f"promoted {settings.database()} as {promoted.folder}")


@app.command()
def clean(
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to clean. Default: data/ci.")
    ] = None,
) -> None:
    """Remove what checks have built on DuckDB; on Redshift `make ci-drop-schemas` does."""
    folder = work or settings.project_root() / "data" / "ci"
    if not folder.is_dir():
        typer.echo(f"{folder}: nothing to remove")
        return
    from duckshift.ci.folders import claimed  # noqa: PLC0415

    with claimed(folder, "work"):
        shutil.rmtree(folder)
    typer.echo(f"removed {folder}")
