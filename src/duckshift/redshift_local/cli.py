"""The commands `duckshift redshift-local`."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from duckshift.errors import UserError
from duckshift.redshift_local import process
from duckshift.redshift_local.place import Place, State

app = typer.Typer(
    help="Run a local server that speaks Redshift's protocol and behaves as Redshift.",
    invoke_without_command=True,
)

NOT_RUNNING = 3
"""Exit status of `status`, as of system services."""

Folder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help=f"The server's folder. Default: the environment variable {process.FOLDER_VARIABLE}, else one "
        "of your own below the system's temporary folder.",
    ),
]


@app.callback()
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def start(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="0 takes a free one. Default: the environment variable "
            f"{process.PORT_VARIABLE}, else {process.DEFAULT_PORT}.",
        ),
    ] = None,
    folder: Folder = None,
    s3_root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What stands for s3://, as DIR/bucket/key. Default: a folder that `stop` removes.",
        ),
    ] = None,
) -> None:
    """Start the server in the background; it begins empty."""
    started = process.start(
        folder or process.default_folder(), process.default_port() if port is None else port, s3_root
    )
    typer.echo(_line(started.state))
    if started.state.port != process.default_port():
        typer.echo(f"for dbt and intake: export {process.PORT_VARIABLE}={started.state.port}")


@app.command()
def stop(folder: Folder = None) -> None:
    """Stop the server and remove its data; logs stay until the next start."""
    place = folder or process.default_folder()
    typer.echo("stopped" if process.stop(place) else f"no server is running in {place}")


@app.command()
def status(folder: Folder = None) -> None:
    """Say where the server is; exit with status 3 if it is not running."""
    place = Place(folder or process.default_folder())
    state = place.state()
    if state is None:
        typer.echo(f"no server is running in {place.folder}")
        raise typer.Exit(NOT_RUNNING)
    typer.echo(_line(state))


@app.command()
def logs(
    folder: Folder = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes.")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="Only the SQL as clients sent it, not JSON.")
    ] = False,
) -> None:
    """Print the statements that ran, with the SQL as sent and as rewritten: a JSON object per line."""
    place = Place(folder or process.default_folder())
    if not place.statement_log.exists():
        raise UserError(f"no server has run in {place.folder}")
    for line in _lines(place, follow):
        typer.echo(f"{json.loads(line)['original'].strip().rstrip(';')};" if original else line.rstrip("\n"))


def _lines(place: Place, follow: bool) -> Iterator[str]:
    with place.statement_log.open(encoding="utf-8") as file:
        partial = ""
        while True:
            partial += file.readline()
            if partial.endswith("\n"):
                yield partial
                partial = ""
            elif not follow or not place.is_locked():
                return
            else:
                time.sleep(0.1)


def _line(state: State) -> str:
    return f"Redshift on {state.host}:{state.port}, s3:// is {state.s3_root}, log {state.log}"
