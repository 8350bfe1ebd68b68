"""Copies of the small project beside this file, run by dbt on DuckDB or on a local Redshift server."""

import re
import shutil
from pathlib import Path

import pytest
from tests.redshift_servers import RedshiftServer, redshift_server
from tests.runs.conftest import ROOT, OnDuckDB, OnRedshift, Warehouse

__all__ = ["redshift_server"]

PROJECT = Path(__file__).parent / "project"


# What a plain snapshot compares: the list as the source has sent it last.
NEWEST_LIST = """
select product_id, price, {{ produced_at('_file_version') }} as dump_at
from {{ ref('bronze_prices') }}
where _run_id = (select max(_run_id) from {{ ref('bronze_prices') }})
"""


def copied_project(folder: Path, is_plain: bool = False) -> Path:
    """Copy the small project with the macros of the warehouse; with dbt's own snapshots if it is plain."""
    shutil.copytree(PROJECT, folder)
    ignored = shutil.ignore_patterns("*.yml", *(["*snapshot*.sql"] if is_plain else []))
    shutil.copytree(ROOT / "macros", folder / "macros", ignore=ignored)
    if is_plain:
        path = folder / "snapshots" / "price_history.sql"
        text = path.read_text(encoding="utf-8")
        own_query = text[text.index("-- depends_on") : text.index("{% endsnapshot %}")]
        path.write_text(text.replace(own_query, NEWEST_LIST), encoding="utf-8")
    (folder / "landing").mkdir()
    # The project's target for the local server, in schemas of its own.
    profile = (ROOT / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    own = profile[profile.index("    redshift_local:") :].replace("schema: main", "schema: OWN_SCHEMA")
    own = own.replace("redshift_local:", "runs:", 1)
    (folder / "profiles.yml").write_text(profile + "\n" + own, encoding="utf-8")
    OnDuckDB(folder, "main").succeeds("parse")
    return folder


def prepare(warehouse: Warehouse) -> None:
    """Make what the models read."""
    warehouse.run(
        "create schema {outside}",
        "create table {outside}.landed (product_id varchar(64), price decimal(18,2), _status varchar(16),"
        " _file varchar(64), _file_version bigint)",
    )


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, parsed once for all that are copied from it."""
    return copied_project(tmp_path_factory.mktemp("snapshots") / "project")


@pytest.fixture(scope="session")
def plain_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with dbt's own snapshots, parsed."""
    return copied_project(tmp_path_factory.mktemp("plain") / "project", is_plain=True)


@pytest.fixture
def on_duckdb(parsed_project: Path, tmp_path: Path) -> OnDuckDB:
    """A new warehouse on DuckDB."""
    warehouse = OnDuckDB(tmp_path / "project", "main")
    shutil.copytree(parsed_project, warehouse.folder)
    prepare(warehouse)
    return warehouse


@pytest.fixture
def on_redshift(
    parsed_project: Path, redshift_server: RedshiftServer, tmp_path: Path, request: pytest.FixtureRequest
) -> OnRedshift:
    """A new warehouse on the local Redshift server."""
    name = re.sub(r"\W", "_", request.node.name.removeprefix("test_"))[:40]
    warehouse = OnRedshift(tmp_path / "project", f"snapshots_{name}", redshift_server)
    shutil.copytree(parsed_project, warehouse.folder)
    warehouse.replace("profiles.yml", "OWN_SCHEMA", warehouse.schema)
    prepare(warehouse)
    return warehouse


# Parity of every change builds the whole project on Redshift, in two runs.
@pytest.fixture(params=["duckdb", pytest.param("redshift", marks=pytest.mark.full)])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A new warehouse, on each engine."""
    found: Warehouse = request.getfixturevalue(f"on_{request.param}")
    return found
