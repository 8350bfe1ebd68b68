"""Merges: rows that cannot be merged are refused before anything is written, and on Redshift no row moves.

Every case is a model that gives other rows once its table is there; all of them run twice, on each engine.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from tests.golden import Golden, statements_of
from tests.physical.conftest import Catalog, on_duckdb, on_redshift
from tests.physical.statements import bare
from tests.redshift_servers import RedshiftServer

Rows = list[tuple[str | None, str | None, int]]

SCHEMA = "merges"
ENGINES = ["duckdb", "redshift"]
COLUMNS: dict[str, dict[str, Any]] = {
    "item_id": {"data_type": "varchar(16)"},
    "order_id": {"data_type": "varchar(16)"},
    "amount": {"data_type": "integer"},
}
IMMUTABLE = COLUMNS | {"order_id": {"data_type": "varchar(16)", "config": {"meta": {"immutable": True}}}}
MERGE = {"materialized": "incremental", "incremental_strategy": "merge", "unique_key": "item_id"}
DELETE = MERGE | {"incremental_strategy": "delete+insert"}

FIRST: Rows = [("i1", "o1", 1), ("i2", "o1", 2)]
SECOND: Rows = [("i2", "o1", 20), ("i3", "o2", 30)]
MERGED: Rows = [("i1", "o1", 1), ("i2", "o1", 20), ("i3", "o2", 30)]
MOVED: Rows = [("i2", "o9", 20)]
REPEATED: Rows = [("i7", "o1", 7), ("i7", "o2", 7), ("i8", "o1", 8), ("i9", "o1", 9), ("i9", "o1", 9)]


@dataclass(frozen=True)
class Case:
    """A model: its configuration, the rows of its second run, and what it holds or says then."""

    config: dict[str, Any]
    rows: Rows
    after: Rows | None = None
    """None where the rows are refused."""
    message: str = ""
    columns: dict[str, dict[str, Any]] | None = None


TWO_KEYS = {"unique_key": ["order_id", "item_id"]}
CASES = {
    "merged": Case(MERGE, SECOND, MERGED),
    "deleted": Case(DELETE, SECOND, MERGED),
    "without_key": Case(MERGE | {"unique_key": None}, FIRST, sorted(FIRST * 2)),
    "repeated": Case(
        MERGE,
        REPEATED,
        message="repeated cannot merge 2 keys (item_id): each must be in one row, and no item_id null."
        " The first: (i7) in 2 rows; (i9) in 2 rows",
    ),
    "repeated_for_delete": Case(
        DELETE, REPEATED, message="repeated_for_delete cannot merge 2 keys (item_id)"
    ),
    "null_key": Case(
        MERGE | TWO_KEYS,
        [("i1", "o1", 5), (None, "o9", 9)],
        message="null_key cannot merge 1 keys (order_id, item_id): each must be in one row, and no order_id"
        " or item_id null. The first: (o9, null) in 1 rows",
    ),
    "null_key_for_delete": Case(DELETE, [(None, "o9", 9)], message="null_key_for_delete cannot merge 1 keys"),
    "immutable_merged": Case(MERGE | {"dist": "order_id"}, SECOND, MERGED, columns=IMMUTABLE),
    "immutable_deleted": Case(DELETE | {"dist": "order_id"}, SECOND, MERGED, columns=IMMUTABLE),
    "changing": Case(MERGE | {"dist": "order_id"}, MOVED, [FIRST[0], *MOVED]),
    "within_key": Case(MERGE | TWO_KEYS | {"dist": "order_id"}, SECOND, MERGED, columns=IMMUTABLE),
}
# On Redshift the distribution key is compared, so it must be there.
NULL_DISTRIBUTION = Case(
    MERGE | {"dist": "order_id"},
    [("i4", None, 4)],
    message="null_distribution cannot merge 1 keys (item_id): each must be in one row, and no item_id or"
    " order_id null. The first: (i4) in 1 rows",
    columns=IMMUTABLE,
)


def query(rows: Rows) -> str:
    def text(value: str | None) -> str:
        return f"cast({'null' if value is None else repr(value)} as varchar(16))"

    return "\nunion all\n".join(
        f"select {text(item)} as item_id, {text(order)} as order_id, {amount} as amount"
        for item, order, amount in rows
    )


@dataclass(frozen=True)
class Run:
    """What the second run said, the rows of each model after it, and the statements that Redshift got."""

    output: str
    rows: dict[str, list[tuple[Any, ...]]]
    statements: list[str]
    log: list[dict[str, Any]]

    def statement(self, beginning: str, model: str) -> str:
        """Return the statement on the model that begins so."""
        found = [text for text in self.statements if text.startswith(beginning) and f'{model}"' in text]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="module")
def on_each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Both runs on both engines."""
    server: RedshiftServer = request.getfixturevalue("redshift_server")
    folder = tmp_path_factory.mktemp("merges")
    runs = {}
    for engine in ENGINES:
        is_duckdb = engine == "duckdb"
        project = (
            on_duckdb(folder / engine, empty=True)
            if is_duckdb
            else on_redshift(folder / engine, server, SCHEMA, empty=True)
        )
        cases = CASES if is_duckdb else CASES | {"null_distribution": NULL_DISTRIBUTION}
        for name, case in cases.items():
            rows = ["{% if is_incremental() %}", query(case.rows), "{% else %}", query(FIRST), "{% endif %}"]
            project.model(name, "\n".join(rows), case.columns or COLUMNS, **case.config)
        project.succeeds("run")
        output = " ".join(project.dbt("run").output.split())
        tables = {}
        for name in cases:
            select = f"select item_id, order_id, amount from {project.schema}.{name} order by 1, 2, 3"
            if is_duckdb:
                with duckdb.connect(str(project.folder / "physical.duckdb"), read_only=True) as connection:
                    tables[name] = connection.execute(select).fetchall()
            else:
                tables[name] = Catalog(server, SCHEMA).rows(select)
        log = [] if is_duckdb else server.statements()
        runs[engine] = Run(output, tables, [bare(str(entry["original"])) for entry in log], log)
    return runs


@pytest.fixture(params=ENGINES)
def run(request: pytest.FixtureRequest, on_each: dict[str, Run]) -> Run:
    return on_each[request.param]


@pytest.fixture
def redshift(on_each: dict[str, Run]) -> Run:
    return on_each["redshift"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.after])
def test_a_later_run_updates_by_key(run: Run, name: str) -> None:
    assert run.rows[name] == CASES[name].after


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.message])
def test_repeated_and_null_keys_are_refused_by_name_and_nothing_is_written(run: Run, name: str) -> None:
    assert CASES[name].message in run.output
    assert run.rows[name] == FIRST


def test_only_what_is_refused_fails(run: Run) -> None:
    refused = [name for name in run.rows if CASES.get(name, NULL_DISTRIBUTION).message]
    assert f"ERROR={len(refused)} " in run.output


@pytest.mark.parametrize("name", ["immutable_merged", "immutable_deleted", "within_key"])
def test_the_statements_of_a_strategy_are_the_reviewed_ones(redshift: Run, golden: Golden, name: str) -> None:
    golden.check(f"{name}.sql", statements_of(redshift.log, f"model.duckshift.{name}"))


def test_staged_rows_lie_where_the_rows_of_the_table_lie(redshift: Run) -> None:
    (created,) = [
        text
        for text in redshift.statements
        if text.startswith('create temporary table "immutable_merged__dbt_tmp')
    ]
    assert created.endswith("diststyle key distkey (order_id)")


def test_a_distribution_key_that_never_changes_is_compared_too(redshift: Run) -> None:
    merged = redshift.statement("merge into", "immutable_merged").split(" when ")[0]
    target = f'"duckshift"."{SCHEMA}"."immutable_merged"'
    assert merged.endswith(
        f"on (DBT_INTERNAL_SOURCE.item_id = {target}.item_id)"
        f" and (DBT_INTERNAL_SOURCE.order_id = {target}.order_id)"
    ), merged
    deleted = redshift.statement("delete from", "immutable_deleted")
    assert "where (item_id, order_id) in (select distinct item_id, order_id from" in deleted


def test_a_distribution_key_that_may_change_is_not_compared(redshift: Run) -> None:
    assert "SOURCE.order_id =" not in redshift.statement("merge into", "changing").split(" when ")[0]


def test_a_distribution_key_within_the_key_is_compared_once(redshift: Run) -> None:
    merged = redshift.statement("merge into", "within_key").split(" when ")[0]
    assert merged.count("SOURCE.order_id =") == 1


def test_a_null_in_a_distribution_key_that_is_compared_is_refused(redshift: Run) -> None:
    assert NULL_DISTRIBUTION.message in redshift.output
    assert redshift.rows["null_distribution"] == FIRST
