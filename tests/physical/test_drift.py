"""A changed design reaches tables that live on, in place: no full refresh, and every row is kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.physical.conftest import Catalog, DbtProject, on_redshift
from tests.redshift_servers import RedshiftServer

SCHEMA = "drifting"
SELECTED = ["--select", "resource_type:model", "resource_type:snapshot"]

COLUMNS = {
    "reading_id": {"data_type": "bigint"},
    "sensor_id": {"data_type": "varchar(16)"},
    "taken_on": {"data_type": "date"},
    "reading": {"data_type": "decimal(18,2)"},
}


@dataclass(frozen=True)
class Design:
    """What a model configures."""

    dist: str = "auto"
    sort: str | list[str] = "auto"
    encode: dict[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, dict[str, Any]]:
        """Return the columns with their properties."""
        return {
            name: properties
            | ({"config": {"meta": {"encode": self.encode[name]}}} if name in self.encode else {})
            for name, properties in COLUMNS.items()
        }


ALL_OF_IT = Design("sensor_id", ["taken_on", "reading_id"], {"reading": "zstd"})

# Model: its design before and after, and the statements that lead from one to the other.
CHANGES = {
    "distribution_key": (Design(), Design("sensor_id"), ["alter diststyle key distkey sensor_id"]),
    "other_key": (Design("sensor_id"), Design("reading_id"), ["alter diststyle key distkey reading_id"]),
    "copies": (Design("sensor_id"), Design("all"), ["alter diststyle all"]),
    "even": (Design("all"), Design("even"), ["alter diststyle even"]),
    "sort_key": (Design(), Design(sort=["taken_on"]), ["alter sortkey (taken_on)"]),
    # Sort columns become raw; the one that is none any more is to have what its type usually has.
    "other_sort_key": (
        Design(sort=["taken_on"]),
        Design(sort=["sensor_id", "reading_id"]),
        ["alter sortkey (sensor_id, reading_id)", "alter column taken_on encode az64"],
    ),
    "encoding": (
        Design(),
        Design(encode={"reading": "zstd", "sensor_id": "bytedict"}),
        ["alter column sensor_id encode bytedict, alter column reading encode zstd"],
    ),
    "other_encoding": (
        Design(encode={"reading": "zstd"}),
        Design(encode={"reading": "delta32k"}),
        ["alter column reading encode delta32k"],
    ),
    "all_of_it": (
        Design(),
        ALL_OF_IT,
        [
            "alter sortkey (taken_on, reading_id)",
            "alter diststyle key distkey sensor_id",
            "alter column reading encode zstd",
        ],
    ),
    "back_to_auto": (
        ALL_OF_IT,
        Design(),
        ["alter sortkey auto", "alter diststyle auto", "alter encode auto"],
    ),
    "unchanged": (ALL_OF_IT, ALL_OF_IT, []),
}
NAMES = sorted(CHANGES)

# Tables that somebody made with an interleaved sort key, which dbt-redshift offers and we refuse.
INTERLEAVED = {
    "interleaved_to_compound": (
        Design("sensor_id", ["taken_on"], {"reading": "zstd"}),
        [
            "alter sortkey (taken_on)",
            "alter diststyle key distkey sensor_id",
            "alter column reading encode zstd",
        ],
    ),
    "interleaved_to_auto": (Design(), ["alter sortkey none", "alter sortkey auto"]),
}


def query_of(rows: str) -> str:
    return f"select reading_id, sensor_id, taken_on, reading from {{{{ ref('measured') }}}} where {rows}"


def write(project: DbtProject, name: str, design: Design, rows: str) -> None:
    project.model(
        name,
        query_of(rows),
        design.columns(),
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key="reading_id",
        dist=design.dist,
        sort=design.sort,
    )


def snapshot(project: DbtProject, dist: str) -> None:
    text = f"""version: 2
snapshots:
  - name: history
    relation: ref('unchanged')
    config:
      strategy: check
      unique_key: reading_id
      check_cols: [reading]
      updated_at: taken_on
      dist: {dist}
      meta: {{dump_column: taken_on}}
"""
    path = project.folder / "snapshots" / "_snapshots.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def statements_of(lines: list[str]) -> dict[str, list[str]]:
    """Return what is altered, by table."""
    found: dict[str, list[str]] = {}
    for line in lines:
        match = re.search(rf'alter table "duckshift"."{SCHEMA}"."(\w+)" (.*?);?$', line)
        assert match, line
        found.setdefault(match.group(1), []).append(match.group(2))
    return found


@dataclass(frozen=True)
class Changed:
    """All models built, their designs changed, looked at in a dry run, and run twice more."""

    catalog: Catalog
    designs_before: dict[str, tuple[str, str, str]]
    designs_after_dry_run: dict[str, tuple[str, str, str]]
    printed: dict[str, list[str]]
    logged: dict[str, list[str]]
    logged_later: dict[str, list[str]]
    sent: list[str]
    """What dbt sent in the run that altered."""


@pytest.fixture(scope="module")
def changed(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    folder = tmp_path_factory.mktemp("drifting") / "project"
    project = on_redshift(folder, redshift_server, SCHEMA, empty=True)
    catalog = Catalog(redshift_server, SCHEMA)

    for name, (before, _, _) in CHANGES.items():
        write(project, name, before, "reading_id <= 6")
    write(project, "no_rows", Design(), "reading_id < 0")
    snapshot(project, "auto")
    project.succeeds("build")
    for name, (design, _) in INTERLEAVED.items():
        catalog.run(
            f"""create table {SCHEMA}.{name} (
                reading_id bigint, sensor_id varchar(16), taken_on date, reading decimal(18,2)
            ) interleaved sortkey (taken_on, reading_id)""",
            f"insert into {SCHEMA}.{name} select * from {SCHEMA}.unchanged",
        )
        write(project, name, design, "reading_id > 4")
    for name, (_, after, _) in CHANGES.items():
        write(project, name, after, "reading_id > 4")
    write(project, "no_rows", ALL_OF_IT, "reading_id < 0")
    snapshot(project, "reading_id")

    tables = [*CHANGES, *INTERLEAVED, "history"]
    designs_before = {table: catalog.design(table) for table in tables}
    dry_run = project.succeeds("run-operation", "physical_changes")
    after_dry_run = {table: catalog.design(table) for table in tables}
    sent_before = len(redshift_server.statements())
    altered = project.succeeds("build", *SELECTED)
    sent = [str(statement["original"]) for statement in redshift_server.statements()[sent_before:]]
    again = project.succeeds("build", *SELECTED)
    yield Changed(
        catalog,
        designs_before,
        after_dry_run,
        statements_of(dry_run.lines("alter table ")),
        statements_of(altered.lines("physical design: ")),
        statements_of(again.lines("physical design: ")),
        sent,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_design_is_in_the_catalog_after_the_next_run(changed: Changed, name: str) -> None:
    design = CHANGES[name][1]
    style, first_sort_column, encoded = changed.catalog.design(name)
    if design.dist == "auto":
        assert style.startswith("AUTO(")
    else:
        assert style == (design.dist.upper() if design.dist in ("all", "even") else f"KEY({design.dist})")
    if design.sort == "auto":
        assert first_sort_column.startswith("AUTO(")
    else:
        assert changed.catalog.sort_key(name) == design.sort
        assert first_sort_column == design.sort[0]
        assert changed.catalog.encodings(name)[first_sort_column] == "none"
    for column, encoding in design.encode.items():
        assert changed.catalog.encodings(name)[column] == encoding
    if design == Design():
        assert encoded == "Y, AUTO(ENCODE)"


@pytest.mark.parametrize("name", NAMES)
def test_each_change_is_one_statement_in_the_right_order(changed: Changed, name: str) -> None:
    assert changed.logged.get(name, []) == CHANGES[name][2]


@pytest.mark.parametrize("name", [*NAMES, *INTERLEAVED])
def test_all_rows_are_kept_and_those_of_the_run_merged(changed: Changed, name: str) -> None:
    rows = changed.catalog.rows(f"select reading_id from {SCHEMA}.{name} order by reading_id")
    assert rows == [(number,) for number in range(1, 9)]
    assert not [text for text in changed.sent if f'create table "duckshift"."{SCHEMA}"."{name}"' in text]


def test_a_table_is_altered_before_the_rows_of_the_run_come_in(changed: Changed) -> None:
    places = {
        what: next(place for place, text in enumerate(changed.sent) if what in text and "all_of_it" in text)
        for what in ("alter sortkey", "alter column", "create temporary table", "insert into")
    }
    assert sorted(places, key=lambda what: places[what]) == list(places)


@pytest.mark.parametrize("name", list(INTERLEAVED))
def test_an_interleaved_sort_key_goes_before_all_else(changed: Changed, name: str) -> None:
    assert changed.designs_before[name][1] == "INTERLEAVED"
    assert changed.logged[name] == INTERLEAVED[name][1]


def test_a_snapshot_is_altered_like_an_incremental_model(changed: Changed) -> None:
    assert changed.logged["history"] == ["alter diststyle key distkey reading_id"]
    assert changed.catalog.design("history")[0] == "KEY(reading_id)"


def test_a_run_after_that_alters_nothing(changed: Changed) -> None:
    assert changed.logged_later == {}


def test_the_dry_run_prints_just_what_the_next_run_does(changed: Changed) -> None:
    assert changed.printed == changed.logged


def test_the_dry_run_changes_nothing(changed: Changed) -> None:
    assert changed.designs_after_dry_run == changed.designs_before


def test_an_empty_table_waits_for_its_first_rows(changed: Changed) -> None:
    """Redshift shows nothing of an empty table, so there is nothing to compare with."""
    assert "no_rows" not in changed.logged
    assert changed.catalog.rows(f"select count(*) from {SCHEMA}.no_rows") == [(0,)]
