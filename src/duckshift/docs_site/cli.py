"""The command `duckshift docs`."""

from pathlib import Path
from typing import Annotated

import typer

from duckshift import settings
from duckshift.errors import UserError
from duckshift.progress import spinner

app = typer.Typer(
    help="The docs site: tables, lineage of columns, diagrams, quality; works from file://.",
    invoke_without_command=True,
)


@app.callback()
def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _folder(to: Path | None) -> Path:
    return to or settings.project_root() / "site"


To = Annotated[
    Path | None, typer.Option("--to", metavar="DIR", help="Folder of the site. Default: site of the project.")
]


@app.command()
def build(
    to: To = None,
    artifacts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Take manifest.json, catalog.json and index.html from here, do not run dbt."
        ),
    ] = None,
) -> None:
    """Make the site from the warehouse and dbt's artifacts."""
    # Heavy modules are imported where they are needed.
    from duckshift.docs_site.build import build_site  # noqa: PLC0415

    with spinner("Making the docs site") as progress:
        built = build_site(_folder(to), settings.database(), artifacts, progress)
    typer.echo(f"{built.files} files, {built.bytes / 1e6:.1f} MB; open {built.start}")


@app.command()
def serve(
    to: To = None,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on this machine.")] = 8090,
) -> None:
    """Serve the site on this machine, where opening the file is not enough."""
    import functools  # noqa: PLC0415
    import http.server  # noqa: PLC0415

    folder = _folder(to)
    if not (folder / "index.html").is_file():
        raise UserError(f"no docs site at {folder}: run `duckshift docs build`")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UserError(f"port {port} is not free ({error.strerror}): name another with --port") from error
    typer.echo(f"http://127.0.0.1:{port} until Ctrl-C")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo("")
    finally:
        server.server_close()
