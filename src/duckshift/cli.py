"""The command `duckshift`: its options and what it prints; the modules that it imports do the work."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from duckshift import settings
from duckshift.bench.cli import app as bench_app
from duckshift.ci.cli import app as ci_app
from duckshift.docs_site.cli import app as docs_app
from duckshift.errors import UserError, first_line
from duckshift.progress import spinner as _spinner
from duckshift.quarantine.cli import app as quarantine_app
from duckshift.redshift_local.cli import app as redshift_local_app

app = typer.Typer(
    help="Tools around the Duckshift retail warehouse: make and check landing files, see what was built.",
    epilog="The warehouse itself is built with dbt: `dbt build`.",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
land_app = typer.Typer(help="Turn a public data set into landing files.", invoke_without_command=True)
contract_app = typer.Typer(
    help="Work with the landing contract (contracts/landing).", invoke_without_command=True
)
schema_app = typer.Typer(
    help="Compare the columns of landing files with the landing contract.", invoke_without_command=True
)
app.add_typer(land_app, name="land")
app.add_typer(bench_app, name="bench")
app.add_typer(docs_app, name="docs")
app.add_typer(contract_app, name="contract")
app.add_typer(schema_app, name="schema")
app.add_typer(ci_app, name="ci")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(redshift_local_app, name="redshift-local")

ROOT_DEFAULT = f"Default: the environment variable {settings.LANDING_ROOT_VARIABLE}, else data/landing."

From = Annotated[Path, typer.Option("--from", metavar="DIR", help="Folder with the files of the data set.")]
To = Annotated[
    Path | None, typer.Option("--to", metavar="ROOT", help=f"Landing root to write to. {ROOT_DEFAULT}")
]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Land only what had arrived by this day; a later call adds the rest.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _track(items: Iterable[str], total: int) -> Iterable[str]:
    """Show a progress bar over the items, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        return items
    return track(items, "Checking files", total=total, console=console, transient=True)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"duckshift {version('duckshift')}")
        raise typer.Exit


@land_app.callback()
@contract_app.callback()
@schema_app.callback()
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.callback()
def _root(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    _help_without_command(context)


@app.command()
def generate(
    scale: Annotated[float, typer.Option(help="1 is 100,000 orders over 90 days.")] = 0.1,
    days: Annotated[int, typer.Option(help="Number of days of business.")] = 90,
    seed: Annotated[int, typer.Option(help="Same seed and options, same files.")] = 7,
    start: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="First day of business.  [default: 2024-01-01]",
            show_default=False,
        ),
    ] = datetime(2024, 1, 1),
    to: To = None,
    faults: Annotated[
        bool,
        typer.Option(
            help="Put in what goes wrong in practice: late, broken and repeated data; _truth/ lists each."
        ),
    ] = True,
    contract_breaks: Annotated[
        bool,
        typer.Option(
            "--contract-breaks", help="Add a file without a required column: `dbt build` must fail."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make landing files of an invented retailer.

    Run again with the same options it completes what is missing and leaves the rest as it is.
    """
    from duckshift.sources import generate as generate_sources  # noqa: PLC0415

    root = to or settings.landing_root()
    with _spinner("Generating") as progress:
        report = generate_sources(
            root,
            scale=scale,
            days=days,
            seed=seed,
            start=start.date(),
            faults=faults,
            contract_breaks=contract_breaks,
            progress=progress,
        )
    if as_json:
        written = {"root": str(root), "files": report.files, "records": report.records}
        typer.echo(json.dumps(written | {"seconds": round(report.seconds, 2)}, indent=2))
        return
    records = sum(report.records.values())
    typer.echo(f"{records:,} records in {report.files:,} files below {root} ({report.seconds:.1f} s)")


@land_app.command("online-retail")
def land_online_retail(source: From, to: To = None, until: Until = None, as_json: AsJson = False) -> None:
    """UCI Online Retail: the invoices of a British wholesaler, 2010 and 2011, one landing file per day."""
    from duckshift.adapters import online_retail  # noqa: PLC0415

    root = _root_to_land_in(to)
    with _spinner("Landing Online Retail"):
        report = online_retail.land(source, root, until.date() if until else None)
    _print_landed(root, report.files, report.records, as_json)


@land_app.command("olist")
def land_olist(source: From, to: To = None, until: Until = None, as_json: AsJson = False) -> None:
    """Olist: the orders and payments of a Brazilian marketplace, 2016 to 2018."""
    from duckshift.adapters import olist  # noqa: PLC0415

    root = _root_to_land_in(to)
    with _spinner("Landing Olist"):
        report = olist.land(source, root, until.date() if until else None)
    _print_landed(root, report.files, report.records, as_json)


@land_app.command("zone")
def land_zone(source: From, to: To = None, until: Until = None) -> None:
    """The files of another landing zone as they are: with --until day by day, as they arrived."""
    from duckshift.arrival import deliver  # noqa: PLC0415

    root = _root_to_land_in(to)
    delivered = deliver(source, root, until.date() if until else None)
    typer.echo(f"landed {delivered:,} new files below {root}")


def _root_to_land_in(to: Path | None) -> Path:
    """Return the landing root, unless an invented retailer lives there: the two would be taken for one."""
    root = to or settings.landing_root()
    if (root / "_truth").exists():
        raise UserError(f"{root} holds generated files: name another landing root with --to")
    return root


def _print_landed(root: Path, files: dict[str, int], records: dict[str, int], as_json: bool) -> None:
    if as_json:
        entities = {path: {"files": files[path], "records": records[path]} for path in sorted(files)}
        typer.echo(json.dumps({"root": str(root), "entities": entities}, indent=2))
        return
    for path in sorted(files):
        typer.echo(f"{path:<26}{files[path]:>8,} new files{records[path]:>12,} records")
    typer.echo(f"landed {sum(records.values()):,} records in {sum(files.values()):,} new files below {root}")


@app.command("check-landing")
def check_landing(
    root: Annotated[
        Path | None,
        typer.Argument(metavar="ROOT", help=f"Landing root to check. {ROOT_DEFAULT}", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Findings to print of each kind in a file.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Say which landing files break the contract, and how to mend them.

    The judgement is the warehouse's: a file that it would hold back, a record that it would reject. Exit
    status: 0 when there is nothing to mend, 1 with findings, 2 if the root cannot be read or is
    empty.
    """
    from duckshift import findings  # noqa: PLC0415
    from duckshift.check_landing import check  # noqa: PLC0415

    report = check(root or settings.landing_root(), limit, _track)
    if as_json:
        typer.echo(json.dumps(findings.as_json(report), indent=2))
    else:
        for line in findings.lines(report, limit):
            typer.echo(line)
    raise typer.Exit(report.exit_status)


@schema_app.command("diff")
def schema_diff(
    root: Annotated[
        Path | None,
        typer.Argument(metavar="ROOT", help=f"Landing root to look at. {ROOT_DEFAULT}", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how the columns of landing files differ from the contract, and whether that breaks anything.

    Exit status: 0 if nothing is breaking, 1 if something is, 2 if the root cannot be read or is
    empty.
    """
    from duckshift.schema_diff import compare_schemas  # noqa: PLC0415

    report = compare_schemas(root or settings.landing_root())
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        for line in report.lines():
            typer.echo(line)
    raise typer.Exit(report.exit_status)


@app.command()
def intake(
    target: Annotated[
        str, typer.Option(metavar="TARGET", help="dbt target: redshift or redshift_local.")
    ] = "redshift",
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="ROOT", help=f"Landing root, a folder or an s3:// prefix. {ROOT_DEFAULT}"
        ),
    ] = None,
    s3_root: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where on S3 to write, as s3://bucket/prefix. Default: the environment variable "
            f"{settings.S3_ROOT_VARIABLE}.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make what landed ready for Redshift: new files, each once, as Parquet that COPY loads.

    Run before `dbt build`; run again after any failure.
    """
    from duckshift import intake as intaking  # noqa: PLC0415
    from duckshift.intake.places import places  # noqa: PLC0415

    with _spinner("Intake") as progress, places(target, source, s3_root) as (zone, store, url):
        report = intaking.take_in(zone, store, url, target, progress)
    typer.echo(json.dumps(asdict(report), indent=2) if as_json else report.line())


@contract_app.command("export")
def contract_export(
    is_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with status 1 if a file is not up to date.")
    ] = False,
) -> None:
    """Write dbt's source definitions (models/bronze/<source>/) from the contract."""
    from duckshift import contract_export as exporting  # noqa: PLC0415

    project = settings.project_root()
    if is_check:
        stale = [str(path.relative_to(project)) for path in exporting.stale_files(exporting.exports())]
        if stale:
            raise UserError(f"not up to date: {', '.join(stale)}: run `{exporting.COMMAND}`", 1)
        return
    for path in exporting.export():
        typer.echo(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(project)}")


@app.command()
def status(
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit with status 3 if a rejected record or a held file is open."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the warehouse holds, what it refused and why, and how fresh its sources are."""
    from rich.console import Console  # noqa: PLC0415

    from duckshift.status import read_status  # noqa: PLC0415
    from duckshift.status_tour import print_status  # noqa: PLC0415

    state = read_status(settings.database())
    if as_json:
        typer.echo(json.dumps(state.as_json(), indent=2))
    else:
        console = Console()
        # Into a file or a pipe it is as wide as in a terminal.
        print_status(state, console if console.is_terminal else Console(width=100))
    if strict and not state.is_clean:
        raise typer.Exit(3)


@app.command()
def trace(
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="Table of the row, such as mart_order_summary.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Argument(metavar="KEY", help="Value of its key, or column=value,column=value."),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Trace forward: a landing file, as bronze names it in _file."),
    ] = None,
    line: Annotated[int | None, typer.Option(min=1, help="Line of that file.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print at each end.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Follow a row back to the landing records that it comes from, or a record to all that it became.

    A row is worked out together with the rows of its key: the trace of a sum is that of all that it sums.
    Where only every row of a table could be named, that is said, and the trace goes no further.
    """
    from duckshift.trace import trace_back, trace_forward  # noqa: PLC0415
    from duckshift.trace_rules import read_graph  # noqa: PLC0415

    is_record = record is not None
    is_row = table is not None and key is not None
    if is_record == is_row or (is_record and table is not None) or (is_row and line is not None):
        raise UserError("name either a TABLE and the KEY of a row, or --record FILE (and --line)")
    graph = read_graph(settings.target_folder() / "manifest.json")
    if record is not None:
        found = trace_forward(settings.database(), graph, record, line, limit)
    else:
        found = trace_back(settings.database(), graph, str(table), str(key), limit)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        for text in found.lines(limit):
            typer.echo(text)


@app.command()
def parity(
    scale: Annotated[
        float, typer.Option(help="Of the generated data; 1 is 100,000 orders over 90 days.")
    ] = 0.02,
    days: Annotated[int, typer.Option(help="Number of days of business.")] = 30,
    seed: Annotated[int, typer.Option(help="Same seed and options, same files.")] = 7,
    landing: Annotated[
        Path | None,
        typer.Option("--from", metavar="ROOT", help="Landing zone to use instead of generated data."),
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            help="redshift_local starts a server of its own; redshift is the cluster of the dbt profile, in"
            " schemas of its own (DUCKSHIFT_REDSHIFT_SCHEMA, which must not be main)."
        ),
    ] = "redshift_local",
    tests: Annotated[
        str,
        typer.Option(help="Tests to run on Redshift: all, or only the singular ones, in half the time."),
    ] = "all",
    folder: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Build in this folder and keep it.")
    ] = None,
) -> None:
    """Build one landing zone on DuckDB and on Redshift, in two increments, and compare every table exactly.

    Exit status: 0 if nothing differs, 1 if something does, 2 if a build fails.
    """
    from duckshift import parity as proving  # noqa: PLC0415

    with _spinner("Parity") as progress:
        report = proving.prove(
            proving.Data(scale, days, seed, landing), folder, target=target, tests=tests, progress=progress
        )
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(0 if report.is_equal else 1)


@app.command()
def replay(
    landing: Annotated[
        Path | None,
        typer.Option("--root", metavar="LANDING", help=f"Landing zone to replay. {ROOT_DEFAULT}"),
    ] = None,
    plan: Annotated[
        str | None, typer.Option(metavar="PLAN", help="How the files are delivered; --list names the plans.")
    ] = None,
    batches: Annotated[int, typer.Option(min=1, help="Deliveries, each with a build behind it.")] = 5,
    seed: Annotated[int, typer.Option(help="Same seed, plan and files: the same batches.")] = 7,
    target: Annotated[
        str, typer.Option(help="duckdb, or redshift_local, which starts servers of its own.")
    ] = "duckdb",
    folder: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Build in this folder and keep it.")
    ] = None,
    is_list: Annotated[bool, typer.Option("--list", help="Name the plans and exit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build one landing zone at once and by a plan of deliveries, and compare every table row by row.

    Exit status: 0 if nothing differs, 1 if something does, 2 if a build fails.
    """
    from duckshift.replay import plans, proof  # noqa: PLC0415

    if is_list:
        for known in plans.PLANS.values():
            typer.echo(f"{known.name:<14}{known.story}")
        return
    if plan is None:
        raise UserError(f"name a plan with --plan: {', '.join(plans.PLANS)}")
    chosen = plans.plan_named(plan)
    with _spinner("Replay") as progress:
        report = proof.prove(
            landing or settings.landing_root(),
            chosen,
            batches=batches,
            seed=seed,
            target=target,
            kept=folder,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        for line in report.lines():
            typer.echo(line)
    raise typer.Exit(0 if report.is_equal else 1)


def main() -> None:
    """Run the command; whatever the user can mend ends in one line and an exit status."""
    try:
        status = app(standalone_mode=False)
    except UserError as error:
        status = _fail(str(error), error.exit_status)
    except TyperException as error:  # an unknown command or option, a value of the wrong type
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "duckshift"
        status = _fail(f"{error.format_message()} (see `{command} --help`)", error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader of a pipe has gone (`duckshift ... | head`); Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OSError as error:  # a folder that cannot be written, a disk that is full
        status = _fail(f"{error.filename or 'a file'}: {error.strerror or error}", 2)
    except Exception as error:
        import duckdb  # noqa: PLC0415 - loads slowly

        if not isinstance(error, duckdb.Error):
            raise
        status = _fail(f"DuckDB cannot go on: {first_line(error)}", 2)  # such as a disk that is full
    sys.exit(status)


def _fail(message: str, status: int) -> int:
    typer.echo(f"duckshift: {' '.join(message.split())}", err=True)
    return status
