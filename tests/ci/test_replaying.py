"""What a replay takes: which models, which runs, and how inputs looked before."""

from typing import Any

import duckdb
import pytest

from duckshift.ci.changes import Changes
from duckshift.ci.replaying import Input, Window, _set_back, find_window, replayed_models


def node(name: str, materialized: str = "incremental", **config: Any) -> dict[str, Any]:
    """Return a model that is recomputed by its id."""
    return {
        "unique_id": f"model.p.{name}",
        "name": name,
        "alias": name,
        "schema": "ci",
        "relation_name": f"main.{name}",
        "resource_type": "snapshot" if materialized == "snapshot" else "model",
        "columns": {},
        "config": {
            "materialized": materialized,
            "incremental_strategy": "recompute",
            "unique_key": "id",
            "meta": {"recompute": {"by": "id", "after": {}}},
        }
        | config,
    }


def known(name: str, news: list[int], whole: int = 1, **more: Any) -> Input:
    """Return an input with news in some runs."""
    described = node(name, **more)
    return Input(described, described, f"changes__{name}", whole, news)


def test_the_window_has_the_newest_runs_with_news_for_the_models() -> None:
    window = find_window([known("a", [9, 7, 5]), known("b", [8, 7])], 3)
    assert window == Window(6, 3)


def test_what_comes_rarely_is_in_the_window_too() -> None:
    window = find_window([known("daily", [9, 8, 7, 6]), known("weekly", [4]), known("never", [])], 2)
    assert window == Window(3, 5)
    assert find_window([known("never", [])], 2) is None


def test_an_input_that_was_built_anew_is_shown_as_of_then() -> None:
    assert Window(3, 5).since(known("daily", [9, 8], whole=7)) == 7


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A snapshot of two dumps and a deletion, and a table with its log."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        "create table offers as select * from (values"
        " (1, timestamp '2026-01-01', timestamp '2026-01-02'),"
        " (1, timestamp '2026-01-02', timestamp '2026-01-03'),"
        " (1, timestamp '2026-01-03', timestamp '9999-12-31'),"
        " (2, timestamp '2026-01-01', timestamp '9999-12-31')) as t (id, dbt_valid_from, dbt_valid_to)"
    )
    return connection


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        (
            [9],
            [
                (1, "2026-01-01", "2026-01-02"),
                (1, "2026-01-02", "9999-12-31"),
                (2, "2026-01-01", "9999-12-31"),
            ],
        ),
        ([9, 8], [(1, "2026-01-01", "9999-12-31"), (2, "2026-01-01", "9999-12-31")]),
        ([9, 8, 1], [(1, "2026-01-01", "9999-12-31"), (2, "2026-01-01", "9999-12-31")]),
    ],
)
def test_a_snapshot_is_shown_as_before_its_last_dumps(
    connection: duckdb.DuckDBPyConnection, news: list[int], expected: list[Any]
) -> None:
    offers = known(
        "offers", news, materialized="snapshot", dbt_valid_to_current="cast('9999-12-31' as timestamp)"
    )
    _set_back(connection, [offers], Window(5, 2))
    shown = connection.execute(
        "select id, strftime(dbt_valid_from, '%Y-%m-%d'), strftime(dbt_valid_to, '%Y-%m-%d') from ci.offers"
        " order by all"
    ).fetchall()
    assert shown == expected


def test_a_logged_table_is_shown_without_what_its_log_says_since(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create table a as select * from (values (1, 'x'), (2, 'y')) as t (id, name)")
    connection.execute(
        "create table changes__a as select * from (values"
        " (1, 'reset', null, null), (7, 'insert', null, 2), (8, 'delete', 3, null))"
        " as t (run_id, op, old_id, new_id)"
    )
    _set_back(connection, [known("a", [8, 7])], Window(6, 2))
    assert connection.execute("select id from ci.a order by 1").fetchall() == [(1,), (3,)]


def test_a_version_whose_successor_came_since_is_open_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Where a version ends is in no log; ended without a successor, nobody would be current."""
    connection.execute(
        "create table history as select customer_id, valid_from::timestamp as valid_from,"
        " valid_to::timestamp as valid_to, is_current from (values"
        " (1, '2024-01-01', '2024-01-10', false), (1, '2024-01-10', '2024-02-01', false),"
        " (1, '2024-02-01', '9999-12-31', true), (2, '2024-01-01', '2024-01-05', false),"
        " (2, '2024-01-05', '2024-01-20', false), (2, '2024-01-20', '9999-12-31', true))"
        " as versions (customer_id, valid_from, valid_to, is_current)"
    )
    # Of customer 1 a version came at the end, of customer 2 a late one in the middle.
    connection.execute(
        "create table changes__history as select run_id, op, old_customer_id, new_customer_id,"
        " old_valid_from::timestamp as old_valid_from, new_valid_from::timestamp as new_valid_from"
        " from (values"
        " (5, 'update', 1, 1, '2024-01-10', '2024-01-10'), (5, 'insert', null, 1, null, '2024-02-01'),"
        " (5, 'update', 2, 2, '2024-01-01', '2024-01-01'), (5, 'insert', null, 2, null, '2024-01-05'))"
        " as changes (run_id, op, old_customer_id, new_customer_id, old_valid_from, new_valid_from)"
    )
    _set_back(connection, [known("history", [5], unique_key=["customer_id", "valid_from"])], Window(4, 1))
    rows = connection.execute(
        "select customer_id, strftime(valid_from, '%m-%d'), strftime(valid_to, '%Y-%m-%d'), is_current"
        " from ci.history order by 1, 2"
    ).fetchall()
    assert rows == [
        (1, "01-01", "2024-01-10", False),
        (1, "01-10", "9999-12-31", True),
        (2, "01-01", "2024-01-20", False),
        (2, "01-20", "9999-12-31", True),
    ]


@pytest.mark.parametrize(
    "config", [{"materialized": "table"}, {"meta": {}}, {"incremental_strategy": "append"}]
)
def test_readers_of_what_logs_no_more_are_replayed(config: dict[str, Any]) -> None:
    source, view, reader = node("source"), node("view", "view"), node("reader")
    manifest: dict[str, Any] = {
        "nodes": {one["unique_id"]: one for one in (source, view, reader)},
        "child_map": {"model.p.source": ["model.p.view"], "model.p.view": ["model.p.reader"]},
    }
    changes = Changes(reasons={"model.p.source": "configuration"})
    assert replayed_models(manifest, manifest, changes) == ["model.p.source"]
    changed = source | {"config": source["config"] | config}
    new = manifest | {"nodes": manifest["nodes"] | {"model.p.source": changed}}
    assert replayed_models(manifest, new, changes) == ["model.p.reader"]
