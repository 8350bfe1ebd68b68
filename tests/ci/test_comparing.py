"""What a comparison of two tables says, and what it does not show."""

import copy
from typing import Any

import duckdb
import pytest

from duckshift.ci.comparing import TableDiff, comparable, compare
from duckshift.ci.metrics import compare_metrics
from duckshift.errors import without_values

BEFORE = "(values (1, 'ann', 10), (2, 'bob', 20), (3, 'cyd', 30)) as t (id, name, points)"


def node(**config: Any) -> dict[str, Any]:
    """Return a node with an id, a name that is personal, and points."""
    columns = {
        name: {"name": name, "config": {"meta": {"pii": "name"} if name == "name" else {}}}
        for name in ("id", "name", "points")
    }
    settings = {"unique_key": "id", "schema": "gold", "meta": {}} | config
    return {"name": "dim_player", "alias": "dim_player", "config": settings, "columns": columns}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute(f"create table before as select * from {BEFORE}")
    return opened


def diff_after(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    described: dict[str, Any] | None = None,
    former: dict[str, Any] | None = None,
) -> TableDiff:
    """Compare the table before with what a query gives."""
    connection.execute(f"create table after as {query}")
    described = described or node()
    return compare(connection, comparable(described, "before", "after", former or described))


def test_equal_tables_are_equal_whatever_their_order_and_load_metadata(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert diff_after(connection, "select *, 7 as _run_id from before order by id desc").is_equal


def test_values_are_compared_by_key_and_personal_data_are_masked(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    diff = diff_after(
        connection,
        "select id, upper(name) as name, points + case when id = 2 then 1 else 0 end as points"
        " from before where id != 3 union all select 4, 'dan', 40",
    )
    assert (diff.rows_added, diff.rows_removed, diff.rows_changed) == (1, 1, 2)
    assert diff.changed_values == {"name": 2, "points": 1}
    assert diff.samples[0] == {"id": "1", "name": "*** -> ***"}
    assert diff.samples[1] == {"id": "2", "name": "*** -> ***", "points": "20 -> 21"}
    assert "ann" not in str(diff).lower()


@pytest.mark.parametrize("config", [{"schema": "vault"}, {"meta": {"classification": "restricted"}}])
def test_of_restricted_tables_no_value_is_shown(
    connection: duckdb.DuckDBPyConnection, config: dict[str, Any]
) -> None:
    diff = diff_after(connection, "select id, name, points + 1 as points from before", node(**config))
    assert diff.samples[0] == {"id": "***", "points": "*** -> ***"}


def test_a_tag_that_a_change_drops_still_masks(connection: duckdb.DuckDBPyConnection) -> None:
    untagged = node()
    untagged["columns"]["name"]["config"] = {}
    diff = diff_after(connection, "select id, upper(name) as name, points from before", untagged, node())
    assert diff.samples[0] == {"id": "1", "name": "*** -> ***"}


def test_what_production_does_not_know_is_not_shown() -> None:
    renamed = node()
    renamed["columns"]["mail"] = {"name": "mail", "config": {}}
    assert comparable(renamed, "before", "after", node()).shown == {"id", "points"}
    assert comparable(node(), "before", "after", None).shown == set()


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "Conversion Error: Could not convert string 'Mary O'Brien' to INT32 in column \"id\"",
            "Conversion Error: Could not convert string ***",
        ),
        (
            'Runtime Error in model a9 Invalid Input Error: Malformed JSON: {"email":"ann@example.com" in 1',
            "Runtime Error in model a9 Invalid Input Error: Malformed JSON: {***",
        ),
        (
            "Conversion Error: Type INT64 with value 4915112345678 can't be cast to INT32",
            "Conversion Error: Type INT64 with value ***",
        ),
        ('Binder Error: column "id" not found, has 2', 'Binder Error: column "id" not found, has 2'),
    ],
)
def test_an_error_shows_no_value_of_a_row(message: str, shown: str) -> None:
    assert without_values(message) == shown


def test_columns_and_types_are_compared(connection: duckdb.DuckDBPyConnection) -> None:
    diff = diff_after(connection, "select id, cast(points as bigint) as points, true as is_new from before")
    assert (diff.added_columns, diff.removed_columns) == (["is_new"], ["name"])
    assert diff.changed_types == ["points: INTEGER is now BIGINT"]
    assert not diff.is_equal


def test_without_a_key_rows_are_compared_as_a_set_with_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    diff = diff_after(connection, "select * from before union all from before", node(unique_key=None))
    assert (diff.rows_added, diff.rows_removed) == (3, 0)
    assert diff.samples == []


def test_a_metric_is_worked_out_with_its_filter_on_both_sides(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create table after as select id, name, points * 2 as points from before")
    model = {
        "depends_on": {"nodes": ["model.p.players"]},
        "dimensions": [{"name": "player_name", "expr": "name"}],
        "measures": [{"name": "points", "agg": "sum", "expr": None}],
    }
    template = "{{ Dimension('player__player_name') }} != 'ann'"
    filtered = {"where_filters": [{"where_sql_template": template}]}
    measure = {"name": "points", "filter": None}
    metrics: dict[str, dict[str, Any]] = {
        f"metric.p.{name}": {
            "name": name,
            "type": "simple",
            "type_params": {"measure": measure},
            "filter": condition,
            "depends_on": {"nodes": ["m"]},
        }
        for name, condition in {"all_points": None, "points_of_others": filtered}.items()
    }
    both = ("all_points", "points_of_others")
    others: list[tuple[str, str, dict[str, Any]]] = [
        ("share_of_others", "ratio", {"numerator": {"name": both[1]}, "denominator": {"name": both[0]}}),
        ("points_of_ann", "derived", {"expr": f"{both[0]} - other", "metrics": [
            {"name": both[0]}, {"name": both[1], "alias": "other"}]}),
        ("points_so_far", "cumulative", {"measure": measure}),
    ]  # fmt: skip
    for name, kind, parts in others:
        metrics[f"metric.p.{name}"] = {
            "name": name, "type": kind, "type_params": parts, "filter": None, "depends_on": {"nodes": ["m"]},
        }  # fmt: skip
    manifest = {
        "semantic_models": {"m": model},
        "metrics": metrics,
        "parent_map": {"m": ["model.p.players"]} | {key: ["m"] for key in metrics},
    }
    table = "model.p.players"
    found = compare_metrics(
        connection, manifest, manifest, {table: "before"}, {table: "after"}, changed={table}
    )
    assert [(diff.metric, diff.before, diff.after) for diff in found.differences] == [
        ("all_points", 60.0, 120.0),
        ("points_of_ann", 10.0, 20.0),
        ("points_of_others", 50.0, 100.0),
    ]
    assert found.unknown == ["points_so_far"]


def test_a_metric_of_another_definition_is_compared_over_the_same_rows(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    table = "model.p.players"
    model = {
        "depends_on": {"nodes": [table]},
        "dimensions": [],
        "measures": [{"name": "points", "agg": "sum", "expr": None}],
    }
    metric = {
        "name": "points",
        "type": "simple",
        "type_params": {"measure": {"name": "points"}},
        "filter": None,
        "depends_on": {"nodes": ["m"]},
    }
    old: dict[str, Any] = {
        "semantic_models": {"m": model},
        "metrics": {"metric.p.points": metric},
        "parent_map": {},
    }
    new = copy.deepcopy(old)
    new["semantic_models"]["m"]["measures"][0]["agg"] = "max"
    found = compare_metrics(connection, old, new, {table: "before"}, {table: "before"}, changed=set())
    assert [(diff.metric, diff.before, diff.after) for diff in found.differences] == [("points", 60.0, 30.0)]
    new["metrics"] = {}
    found = compare_metrics(connection, old, new, {table: "before"}, {table: "before"}, changed=set())
    assert [(diff.metric, diff.before, diff.after) for diff in found.differences] == [("points", 60.0, None)]
