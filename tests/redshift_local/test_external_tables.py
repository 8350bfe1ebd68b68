"""External schemas and tables: partitions, pseudocolumns, types, and files that come and go."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.redshift_local.sessions import ROLE, Session, session
from tests.redshift_servers import RedshiftServer


@pytest.fixture
def client(redshift_server: RedshiftServer, tmp_path: Path) -> Iterator[Session]:
    """A session with an external schema `lake` whose files are under s3://spectrum/<name of the test>/."""
    with session(redshift_server, "spectrum_tests") as opened:
        opened.run(
            "drop schema if exists lake drop external database cascade",
            f"create external schema lake from data catalog database 'lake_{tmp_path.name}'"
            f" {ROLE}"
            " create external database if not exists",
        )
        yield opened
        opened.run("drop schema lake drop external database cascade")


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"s3://spectrum/{tmp_path.name}"


@pytest.fixture
def orders(client: Session, place: str) -> Session:
    """A partitioned table with one registered partition of two files."""
    client.run(
        "create external table lake.orders (id int, name varchar(4), amount decimal(18,2)) partitioned by"
        " (day date)"
        f" stored as parquet location '{place}/orders/'",
        f"alter table lake.orders add partition (day='2024-01-01') location '{place}/orders/day=2024-01-01/'",
    )
    for number in (1, 2):
        client.write_parquet(
            f"{place}/orders/day=2024-01-01/{number}.parquet",
            f"select {number}::integer as id, 'n{number}' as name, 1.5::decimal(18,2) as amount",
        )
    return client


def test_rows_of_registered_partitions_are_seen_with_their_values(orders: Session, place: str) -> None:
    orders.write_parquet(f"{place}/orders/day=2024-01-02/1.parquet", "select 9::integer as id")

    assert orders.rows("select * from lake.orders order by id") == [
        (1, "n1", Decimal("1.50"), date(2024, 1, 1)),
        (2, "n2", Decimal("1.50"), date(2024, 1, 1)),
    ]
    orders.run(
        f"alter table lake.orders add partition (day='2024-01-02') location '{place}/orders/day=2024-01-02'"
    )
    assert orders.rows("select id, name, day from lake.orders where id = 9") == [(9, None, date(2024, 1, 2))]
    orders.run("alter table lake.orders drop partition (day='2024-01-01')")
    assert orders.rows("select id from lake.orders") == [(9,)]


def test_pseudocolumns_show_path_and_size_when_they_are_named(orders: Session, place: str) -> None:
    path = f"{place}/orders/day=2024-01-01/1.parquet"

    assert orders.rows('select "$path", "$size" from lake.orders where id = 1') == [
        (path, orders.path(path).stat().st_size)
    ]
    assert orders.rows(f"select id from lake.orders where \"$path\" = '{path}'") == [(1,)]


def test_new_changed_and_removed_files_are_seen_at_the_next_query(orders: Session, place: str) -> None:
    folder = f"{place}/orders/day=2024-01-01"
    count = "select count(*), min(id), max(id) from lake.orders"
    assert orders.rows(count) == [(2, 1, 2)]

    orders.write_parquet(f"{folder}/3.parquet", "select 3::integer as id")
    assert orders.rows(count) == [(3, 1, 3)]
    orders.write_parquet(f"{folder}/3.parquet", "select 33::integer as id, 'changed' as more")
    assert orders.rows(count) == [(3, 1, 33)]
    orders.path(f"{folder}/1.parquet").unlink()
    assert orders.rows(count) == [(2, 2, 33)]


def test_files_read_in_a_transaction_that_is_rolled_back_are_read_again(orders: Session) -> None:
    orders.run("begin")
    assert orders.value("select count(*) from lake.orders") == 2
    orders.run("rollback")

    assert orders.value("select count(*) from lake.orders") == 2


def test_two_sessions_read_the_same_new_files_once(orders: Session) -> None:
    other = Session(orders.server)
    orders.run("begin")
    assert orders.value("select count(*) from lake.orders") == 2
    orders.run("commit")

    assert other.value("select count(*) from lake.orders") == 2
    other.close()


def test_columns_are_found_by_name_whatever_their_order_and_case(orders: Session, place: str) -> None:
    orders.write_parquet(
        f"{place}/orders/day=2024-01-01/3.parquet",
        "select 5.25::decimal(10,2) as AMOUNT, 1 as extra, 3::integer as Id",
    )

    assert orders.rows("select id, name, amount from lake.orders where id = 3") == [
        (3, None, Decimal("5.25"))
    ]


def test_an_incompatible_type_stops_the_query(orders: Session, place: str) -> None:
    orders.write_parquet(f"{place}/orders/day=2024-01-01/3.parquet", "select 3::bigint as id")

    message = orders.error("select count(*) from lake.orders")
    assert "has an incompatible Parquet schema for column" in message
    assert "Column type: INTEGER, Parquet schema: required int64 id" in message


def test_texts_are_cut_to_the_bytes_of_their_column(orders: Session, place: str) -> None:
    orders.write_parquet(
        f"{place}/orders/day=2024-01-01/3.parquet", "select 3::integer as id, 'ab€d' as name"
    )

    assert orders.value("select name from lake.orders where id = 3") == "ab"


def test_hidden_files_are_no_data(orders: Session, place: str) -> None:
    for name in ("_SUCCESS", ".part.parquet", "_temporary/0.parquet"):
        orders.write(f"{place}/orders/day=2024-01-01/{name}", "no parquet")

    assert orders.value("select count(*) from lake.orders") == 2


def test_a_table_without_partitions_reads_all_folders_below_its_location(client: Session, place: str) -> None:
    client.write_parquet(f"{place}/plain/a/1.parquet", "select 1::integer as id")
    client.write_parquet(f"{place}/plain/2.parquet", "select 2::integer as id")
    client.run(f"create external table lake.plain (id int) stored as parquet location '{place}/plain/'")

    assert client.rows("select id from lake.plain order by id") == [(1,), (2,)]


def test_a_location_can_be_a_manifest(client: Session, place: str) -> None:
    client.write_parquet(f"{place}/m/1.parquet", "select 1::integer as id")
    client.write_parquet(f"{place}/m/2.parquet", "select 2::integer as id")
    client.write_manifest(f"{place}/m.manifest", client.entry(f"{place}/m/2.parquet"))
    client.run(f"create external table lake.m (id int) stored as parquet location '{place}/m.manifest'")

    assert client.rows("select id from lake.m") == [(2,)]


def test_text_files_are_read_by_their_row_format(client: Session, place: str) -> None:
    client.write(f"{place}/csv/1.csv", 'id,name\n1,"a,b"\n2,\n')
    client.write(f"{place}/pipes/1.txt", "1|2024-01-31|\\N\n2||x\n")
    client.run(
        "create external table lake.csv (id int, name varchar(9)) row format serde"
        " 'org.apache.hadoop.hive.serde2.OpenCSVSerde' stored as textfile"
        f" location '{place}/csv/' table properties ('skip.header.line.count'='1')",
        "create external table lake.pipes (id int, day date, name varchar(9)) row format delimited fields"
        " terminated by '|'"
        f" stored as textfile location '{place}/pipes/'",
    )

    assert client.rows("select * from lake.csv order by id") == [(1, "a,b"), (2, "")]
    assert client.rows("select id, day, name from lake.pipes order by id") == [
        (1, date(2024, 1, 31), None),
        (2, None, "x"),
    ]
    client.write(f"{place}/pipes/2.txt", "x||\n")
    assert "line 1, column id" in client.error("select * from lake.pipes")


def test_external_tables_join_and_load_local_tables(orders: Session) -> None:
    orders.run(
        "create table names (id int, label varchar(9))",
        "insert into names values (1, 'one')",
        'create table loaded as select id, "$path" as path from lake.orders',
        "insert into loaded (id) select o.id + 100 from lake.orders as o inner join names on names.id = o.id",
    )

    assert orders.rows("select id from loaded order by id") == [(1,), (2,), (101,)]


def test_only_late_binding_views_read_external_tables(orders: Session, place: str) -> None:
    assert "WITH NO SCHEMA BINDING" in orders.error("create view v as select id from lake.orders")
    orders.run("create view spectrum_tests.v as select id, name from lake.orders with no schema binding")
    assert orders.value("select count(*) from spectrum_tests.v") == 2

    orders.write_parquet(f"{place}/orders/day=2024-01-01/3.parquet", "select 3::integer as id")
    assert orders.value("select count(*) from spectrum_tests.v") == 3
    orders.run("drop table lake.orders")
    assert "does not exist" in orders.error("select * from spectrum_tests.v")


def test_columns_can_be_added_and_dropped(orders: Session, place: str) -> None:
    orders.write_parquet(
        f"{place}/orders/day=2024-01-01/3.parquet", "select 3::integer as id, 7::bigint as points"
    )
    orders.run(
        "alter table lake.orders add column points bigint", "alter table lake.orders drop column amount"
    )

    assert orders.rows("select id, points, day from lake.orders where id > 1 order by id") == [
        (2, None, date(2024, 1, 1)),
        (3, 7, date(2024, 1, 1)),
    ]
    assert "partition column" in orders.error("alter table lake.orders drop column day")


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        (
            "create external table lake.x (a int) stored as parquet location 's3://spectrum/x/'",
            "CREATE EXTERNAL TABLE",
        ),
        (
            "alter table lake.orders add partition (day='2024-02-01') location 's3://spectrum/x/'",
            "ALTER EXTERNAL TABLE",
        ),
        ("alter table lake.orders drop partition (day='2024-01-01')", "ALTER EXTERNAL TABLE"),
        ("drop table lake.orders", "DROP EXTERNAL TABLE"),
    ],
)
def test_external_tables_cannot_change_inside_a_transaction(
    orders: Session, statement: str, command: str
) -> None:
    orders.run("begin")

    assert orders.error(statement) == f"{command} cannot run inside a transaction block"
    orders.run("rollback")


def test_partitions_are_added_once_and_up_to_100_at_a_time(orders: Session, place: str) -> None:
    partition = f"partition (day='2024-01-01') location '{place}/orders/day=2024-01-01/'"
    assert "already exists" in orders.error(f"alter table lake.orders add {partition}")
    orders.run(f"alter table lake.orders add if not exists {partition}")

    days = " ".join(f"partition (day='{2000 + number}-01-01') location '{place}/x/'" for number in range(101))
    assert "at most 100 partitions" in orders.error(f"alter table lake.orders add {days}")
    assert "must name the partition columns: day" in orders.error(
        f"alter table lake.orders add partition (id='1') location '{place}/x/'"
    )
    assert "invalid value of partition column day" in orders.error(
        f"alter table lake.orders add partition (day='soon') location '{place}/x/'"
    )
    assert "does not exist" in orders.error("alter table lake.orders drop partition (day='1999-01-01')")


def test_the_catalog_shows_external_schemas_tables_columns_and_partitions(
    orders: Session, place: str
) -> None:
    assert orders.rows(
        "select schemaname, tablename, location from svv_external_tables where schemaname = 'lake'"
    ) == [("lake", "orders", f"{place}/orders/")]
    assert orders.rows(
        "select columnname, external_type, columnnum, part_key from svv_external_columns where schemaname"
        " = 'lake' order by 3"
    ) == [
        ("id", "int", 1, 0),
        ("name", "varchar(4)", 2, 0),
        ("amount", "decimal(18,2)", 3, 0),
        ("day", "date", 4, 1),
    ]
    assert orders.rows(
        "select tablename, values, location from svv_external_partitions where schemaname = 'lake'"
    ) == [("orders", '["2024-01-01"]', f"{place}/orders/day=2024-01-01/")]
    assert orders.rows("select schemaname from svv_external_schemas where schemaname = 'lake'") == [("lake",)]
    assert orders.rows("select table_type from svv_tables where table_schema = 'lake'") == [
        ("EXTERNAL TABLE",)
    ]
    assert orders.rows("select 1 from information_schema.tables where table_schema = 'lake'") == []


def test_tables_of_the_data_catalog_outlive_their_schema(orders: Session) -> None:
    database = orders.value("select databasename from svv_external_schemas where schemaname = 'lake'")
    orders.run(
        "drop schema lake", f"create external schema lake from data catalog database '{database}' {ROLE}"
    )

    assert orders.value("select count(*) from lake.orders") == 2
    assert "already exists" in orders.error(
        "create external table lake.orders (id int) stored as parquet location 's3://spectrum/x/'"
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "create external table spectrum_tests.t (a int) stored as parquet location '{}'",
            "is not an external schema",
        ),
        (
            "create external table t (a int) stored as parquet location '{}'",
            "must be qualified by an external schema",
        ),
        (
            "create external table lake.t (a super) stored as parquet location '{}'",
            "not supported for external tables",
        ),
        (
            "create external table lake.t (a timestamptz) stored as parquet location '{}'",
            "not supported for external tables",
        ),
        ("create external table lake.t (a int not null) stored as parquet location '{}'", "takes no NOT"),
        (
            "create external table lake.t (a int, a int) stored as parquet location '{}'",
            "specified more than once",
        ),
        (
            "create external table lake.t (a int) partitioned by (a int) stored as parquet location '{}'",
            "more than once",
        ),
        (
            "create external table lake.t (a int) stored as orc location '{}'",
            "limit of the local Redshift server",
        ),
        (
            "create external table lake.t (a array<int>) stored as parquet location '{}'",
            "limit of the local Redshift server",
        ),
        (
            "create external schema other from hive metastore database 'x'",
            "limit of the local Redshift server",
        ),
        ("insert into lake.orders (id) values (1)", "external tables cannot be written"),
        ("delete from lake.orders", "external tables cannot be written"),
        ("alter table lake.orders rename to other", "not supported for external tables"),
        ("select * from lake.nothing", "does not exist"),
    ],
)
def test_what_external_tables_do_not_take_is_refused(orders: Session, statement: str, reason: str) -> None:
    assert reason in orders.error(statement.format("s3://spectrum/x/"))
