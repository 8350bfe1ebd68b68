"""A run's id is greater than every id that a table of its warehouse holds."""

from tests.runs.conftest import OnDuckDB, Warehouse

FAR_AHEAD = 9_000_000_000


def test_an_id_is_greater_than_every_id_there_is(on_duckdb: OnDuckDB) -> None:
    """Those of a clock that was ahead, and those of tables cloned from a warehouse that is."""
    on_duckdb.succeeds("seed")
    newer, newest, much_newer = FAR_AHEAD, FAR_AHEAD + 10, FAR_AHEAD + 20
    for table, values in {
        "runs": f"({newer}, 'another', 'build', '2255-01-01')",
        "watermarks": f"('totals', 'points', {newest})",
        "model_builds": f"('totals', {much_newer}, 'full', 'cloned', null, 0, 0, 0)",
    }.items():
        on_duckdb.run(f"insert into {{ops}}.{table} values {values}")
        on_duckdb.succeeds("seed")
    assert on_duckdb.run_ids()[1:] == [newer, newer + 1, newest + 1, much_newer + 1]


def test_a_first_id_is_the_seconds_since_1970(warehouse: Warehouse) -> None:
    warehouse.succeeds("seed")
    ((seconds,),) = warehouse.rows(
        "select run_id - datediff('second', cast('1970-01-01' as timestamp), started_at) from {ops}.runs"
    )
    assert seconds == 0


def test_a_retry_opens_a_run_of_its_own_and_its_rows_bear_its_id(warehouse: Warehouse) -> None:
    """The run that failed is over: its vars come back in a retry, its id must not."""
    warehouse.succeeds("seed")
    failed = warehouse.dbt("run", "--select", "+broken", "--vars", "{with_broken: true}")
    assert failed.status == 1
    warehouse.replace("models/broken.sql", "no_such_column", "{{ current_run_id() }} as run_id")
    warehouse.succeeds("retry")
    seeded, first, second = warehouse.run_ids()
    assert seeded < first < second
    assert warehouse.rows("select run_id from {schema}.broken") == [(second,)]
    assert warehouse.rows("select _run_id from {schema}.raw_events") == [(first,)]


def test_outside_of_a_run_the_id_is_0(on_duckdb: OnDuckDB) -> None:
    show = ("show", "--quiet", "--inline", "select {{ current_run_id() }} as own_run", "--output", "json")
    assert '"own_run": 0' in on_duckdb.succeeds(*show).output
    on_duckdb.succeeds("seed")
    assert '"own_run": 0' in on_duckdb.succeeds(*show).output
