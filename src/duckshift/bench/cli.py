"""The command `duckshift bench`: what each measures is said by its module."""

import json
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from duckshift import settings
from duckshift.progress import spinner

app = typer.Typer(help="Measure the warehouse on this machine.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Scale = Annotated[float, typer.Option(help="1 is 100,000 orders over 90 days.")]
Days = Annotated[int, typer.Option(help="Number of days of business.")]
Seed = Annotated[int, typer.Option(help="Same seed and options, same files.")]


class Bench(Protocol):
    """What a measurement found."""

    def lines(self) -> list[str]:
        """For people."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""


@app.callback()
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("build")
def _build(
    scale: Scale = 0.1,
    days: Days = 90,
    seed: Seed = 7,
    select: Annotated[
        str | None, typer.Option(help="Measure a part of the project, as dbt's --select names it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a build by layer, against its SQL without dbt and dbt without work, and a second build."""
    from duckshift.bench import build as bench  # noqa: PLC0415

    with spinner("Measuring") as progress:
        result = bench.bench_build(scale, days, seed, select, progress)
    _show(result, as_json=as_json)


@app.command("ci")
def _ci(
    scale: Scale = 0.1,
    days: Days = 90,
    seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Measure what checks of four kinds of changes take, against a build of everything."""
    from duckshift.bench import ci as bench  # noqa: PLC0415

    with spinner("Measuring") as progress:
        result = bench.bench_ci(scale, days, seed, progress)
    _show(result, as_json=as_json)


@app.command("docs")
def _docs(
    site: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the site. Default: site of the project.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each page is opened.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure how long pages of the docs site take to open in a headless Chromium; the aim is 2 s."""
    from duckshift.bench import docs as bench  # noqa: PLC0415

    with spinner("Measuring") as progress:
        result = bench.bench_docs(site or settings.project_root() / "site", repeats, progress)
    _show(result, as_json=as_json)


@app.command("pruning")
def _pruning(
    rows: Annotated[
        int, typer.Option(min=1, max=1_000_000_000, help="Rows to write, shuffled and in order.")
    ] = 2_000_000,
    as_json: AsJson = False,
) -> None:
    """Count the rows that DuckDB scans for a filter when rows were written in the order of the sort key."""
    from duckshift.bench import pruning as bench  # noqa: PLC0415

    with spinner("Measuring") as progress:
        result = bench.bench_pruning(rows, progress)
    _show(result, as_json=as_json)


@app.command("incremental")
def _incremental(
    rows: Annotated[int, typer.Option(help="Fact rows of the longest history.")] = 10_000_000,
    lengths: Annotated[
        str, typer.Option(metavar="DAYS", help="Lengths of history in days, with commas.")
    ] = "30,90,300",
    late: Annotated[
        float, typer.Option(help="Share of the delta's records that belong to the seven days before.")
    ] = 0.05,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of which the median is taken.")] = 3,
    folder: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Work in this folder and keep it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure what one day's delta costs on histories of several lengths, and against a full refresh."""
    from duckshift.bench import incremental as bench  # noqa: PLC0415

    days = [int(text) if text.strip().isdecimal() else 0 for text in lengths.split(",")]
    with spinner("Measuring") as progress:
        result = bench.bench_incremental(
            rows, days, late_share=late, repeats=repeats, folder=folder, progress=progress
        )
    _show(result, as_json=as_json)


def _show(result: Bench, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result.as_json(), indent=2))
        return
    for line in result.lines():
        typer.echo(line)
