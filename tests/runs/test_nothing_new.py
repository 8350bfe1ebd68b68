"""A model without news is left alone, unless what it is built by is not what it was."""

from tests.runs.conftest import OnDuckDB, Warehouse

MODELS = ("run", "--select", "raw_events", "points", "totals")
LEFT_ALONE = "NOTHING NEW"


def left_alone(warehouse: Warehouse) -> int:
    """Run the models and return how many of the two that are recomputed were left alone."""
    return len(warehouse.succeeds(*MODELS).lines(LEFT_ALONE))


def test_only_models_with_news_are_worked_out(warehouse: Warehouse) -> None:
    warehouse.succeeds("seed")
    assert left_alone(warehouse) == 0
    assert left_alone(warehouse) == 2
    warehouse.land((2, 7))
    assert left_alone(warehouse) == 0
    assert warehouse.rows("select event_id, total from {schema}.totals order by event_id") == [
        (1, 102),
        (2, 142),
    ]
    assert left_alone(warehouse) == 2


def test_new_code_is_checked_without_news_until_it_fits_the_table(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("seed")
    model = "models/points.sql"
    on_duckdb.replace(model, "incremental_strategy=", "on_schema_change='fail', incremental_strategy=")
    on_duckdb.succeeds(*MODELS)
    on_duckdb.replace(model, "    event_id,\n", "    event_id,\n    1 as one,\n")
    for _ in range(2):
        refused = on_duckdb.dbt(*MODELS)
        assert refused.status == 1
        assert refused.lines("The source and target schemas on this incremental model are out of sync!")
    on_duckdb.replace(model, "    1 as one,\n", "")
    assert left_alone(on_duckdb) == 2


def test_another_type_of_a_column_is_another_code(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("seed")
    on_duckdb.succeeds(*MODELS)
    on_duckdb.replace(
        "models/_models.yml", "{name: points, data_type: integer}", "{name: points, data_type: bigint}"
    )
    outcome = on_duckdb.succeeds(*MODELS)
    assert len(outcome.lines(LEFT_ALONE)) == 1
    assert "1 model needs a full refresh" in outcome.output


def test_a_change_log_that_is_gone_comes_back_without_news(on_duckdb: OnDuckDB) -> None:
    on_duckdb.succeeds("seed")
    on_duckdb.succeeds(*MODELS)
    on_duckdb.run("drop table {ops}.changes__points")
    # Its reader has unread news: that everything may have changed.
    assert left_alone(on_duckdb) == 0
    assert on_duckdb.rows("select op from {ops}.changes__points") == [("reset",)]
