"""COPY: Parquet, CSV, delimited text and JSON into tables, and what is refused on the way."""

import bz2
import gzip
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from tests.redshift_local.sessions import ROLE, Session, session
from tests.redshift_servers import RedshiftServer

PARQUET = f"{ROLE} format as parquet"


@pytest.fixture
def client(redshift_server: RedshiftServer) -> Iterator[Session]:
    with session(redshift_server, "loads") as opened:
        yield opened


@pytest.fixture
def orders(client: Session) -> Session:
    """A table `orders` and two Parquet files under s3://lake/<test>/."""
    client.run(
        "create table orders (id int not null, name varchar(12), amount decimal(18,2), at timestamp, day"
        " date,"
        " ok boolean, n bigint, f double precision)"
    )
    columns = (
        "1::integer as id, {name} as name, 1.50::decimal(18,2) as amount, timestamp '2024-05-01"
        " 12:30:00.123456' as at,"
        " date '2024-05-01' as day, true as ok, 9007199254740993 as n, 0.1::double as f"
    )
    client.write_parquet("s3://lake/orders/a.parquet", "select " + columns.format(name="'a, \"b\"'"))
    client.write_parquet("s3://lake/orders/b.parquet", "select " + columns.format(name="null::varchar"))
    return client


# Parquet


def test_parquet_values_arrive_unchanged(orders: Session) -> None:
    orders.run(f"copy orders from 's3://lake/orders/' {PARQUET}")

    rest = (
        Decimal("1.50"),
        datetime(2024, 5, 1, 12, 30, 0, 123456),
        date(2024, 5, 1),
        True,
        9007199254740993,
        0.1,
    )
    assert orders.rows("select * from orders order by name") == [(1, 'a, "b"', *rest), (1, None, *rest)]


@pytest.mark.parametrize("text", ["\\N", "", '"', "a\nb", "a,b", "\\", "é€😀", " x "])
def test_no_text_is_taken_for_a_null_or_a_delimiter(client: Session, text: str) -> None:
    client.run("create table texts (a varchar(20), b int)")
    escaped = text.replace("'", "''")
    client.write_parquet("s3://lake/texts.parquet", f"select '{escaped}' as a, 1 as b")
    client.run(f"copy texts from 's3://lake/texts.parquet' {PARQUET}")

    assert client.rows("select a, b from texts") == [(text, 1)]


def test_parquet_columns_are_taken_by_position(client: Session) -> None:
    client.run("create table t (a int, b int)")
    client.write_parquet("s3://lake/position.parquet", "select 1 as b, 2 as a")
    client.run(
        f"copy t from 's3://lake/position' {PARQUET}", f"copy t (b, a) from 's3://lake/position' {PARQUET}"
    )

    assert client.rows("select a, b from t order by a") == [(1, 2), (2, 1)]


def test_the_number_of_parquet_columns_must_match(client: Session) -> None:
    client.run("create table t (a int, b int)")
    client.write_parquet("s3://lake/narrow.parquet", "select 1 as a")

    message = client.error(f"copy t from 's3://lake/narrow.parquet' {PARQUET}")
    assert "Unmatched number of columns between table and file. Table columns: 2, Data columns: 1" in message
    client.run(f"copy t from 's3://lake/narrow.parquet' {PARQUET} fillrecord")
    assert client.rows("select * from t") == [(1, None)]


@pytest.mark.parametrize(
    ("column_type", "value"),
    [
        ("int", "1::bigint"),
        ("bigint", "1::integer"),
        ("smallint", "1::bigint"),
        ("int", "1::uinteger"),
        ("varchar(10)", "1::integer"),
        ("varchar(10)", "date '2024-01-01'"),
        ("date", "'2024-01-01'"),
        ("date", "timestamp '2024-01-01'"),
        ("timestamp", "date '2024-01-01'"),
        ("timestamp", "1::bigint"),
        ("timestamp", "'2024-01-01'::timestamp_ns"),
        ("decimal(18,2)", "1.5::double"),
        ("decimal(18,2)", "1.5::decimal(18,4)"),
        ("decimal(10,2)", "1.5::decimal(18,2)"),
        ("double precision", "1.5::float"),
        ("real", "1.5::double"),
        ("double precision", "1.5::decimal(10,2)"),
        ("boolean", "1::integer"),
        ("int", "[1]"),
        ("varchar(10)", "{'a': 1}"),
    ],
)
def test_a_parquet_type_that_is_not_the_columns_is_refused(
    client: Session, column_type: str, value: str
) -> None:
    client.run(f"create table t (a {column_type})")
    client.write_parquet("s3://lake/wrong.parquet", f"select {value} as a")

    message = client.error(f"copy t from 's3://lake/wrong.parquet' {PARQUET}")
    assert "has an incompatible Parquet schema for column" in message


@pytest.mark.parametrize(
    ("column_type", "value"),
    [
        ("smallint", "1::smallint"),
        ("smallint", "1::integer"),
        ("int", "1::smallint"),
        ("bigint", "1::bigint"),
        ("varchar(3)", "'abc'"),
        ("char(3)", "'abc'"),
        ("date", "date '2024-01-01'"),
        ("timestamp", "timestamp '2024-01-01'"),
        ("timestamp", "timestamp_ms '2024-01-01'"),
        ("timestamp", "timestamptz '2024-01-01 00:00:00+00'"),
        ("decimal(18,2)", "1.5::decimal(10,2)"),
        ("decimal(38,2)", "1.5::decimal(38,2)"),
        ("real", "1.5::float"),
        ("double precision", "1.5::double"),
        ("boolean", "true"),
        ("int", "null::integer"),
    ],
)
def test_a_parquet_type_that_is_the_columns_loads(client: Session, column_type: str, value: str) -> None:
    client.run(f"create table t (a {column_type})")
    client.write_parquet("s3://lake/right.parquet", f"select {value} as a")
    client.run(f"copy t from 's3://lake/right.parquet' {PARQUET}")

    assert client.value("select count(*) from t") == 1


def test_the_length_of_texts_is_counted_in_bytes(client: Session) -> None:
    client.run("create table t (a varchar(3))")
    client.write_parquet("s3://lake/long.parquet", "select 'éé' as a")

    assert "Table: 3, Data: 4" in client.error(f"copy t from 's3://lake/long.parquet' {PARQUET}")
    client.run(
        "alter table t alter column a type varchar(4)", f"copy t from 's3://lake/long.parquet' {PARQUET}"
    )


def test_texts_of_parquet_that_are_not_utf8_are_refused(client: Session) -> None:
    client.run("create table t (a varchar(100))")
    client.write_parquet("s3://lake/bytes.parquet", "select 'marker' || repeat('x', 20) as a")
    path = client.path("s3://lake/bytes.parquet")
    path.write_bytes(path.read_bytes().replace(b"marker", b"mark\xff\xfe"))

    assert "invalid or unsupported UTF8 codepoints" in client.error(
        f"copy t from 's3://lake/bytes.parquet' {PARQUET}"
    )


def test_a_broken_parquet_file_is_named(client: Session) -> None:
    client.run("create table t (a int)")
    client.write("s3://lake/broken.parquet", b"PAR1 and no more")

    assert "File 's3://lake/broken.parquet'" in client.error(
        f"copy t from 's3://lake/broken.parquet' {PARQUET}"
    )


@pytest.mark.parametrize(
    "option",
    [
        "maxerror 5",
        "ignoreheader 1",
        "dateformat 'auto'",
        "truncatecolumns",
        "compupdate off",
        "region 'eu-west-1'",
    ],
)
def test_options_that_parquet_does_not_take_are_refused(orders: Session, option: str) -> None:
    word = option.split(maxsplit=1)[0].upper()

    assert orders.error(f"copy orders from 's3://lake/orders/' {PARQUET} {option}") == (
        f"{word} argument is not supported for PARQUET based COPY"
    )


def test_a_failing_copy_leaves_nothing_behind(orders: Session) -> None:
    loads = "select count(*) from stl_load_commits where name = 'orders'"
    before = orders.value(loads)
    orders.run("begin", f"copy orders from 's3://lake/orders/a' {PARQUET}")
    assert "does not exist" in orders.error(f"copy orders from 's3://lake/none/' {PARQUET}")
    orders.run("rollback")

    assert orders.value("select count(*) from orders") == 0
    assert orders.value(loads) == before


def test_copy_runs_again_when_the_same_text_is_sent_again(orders: Session) -> None:
    statement = f"copy orders from 's3://lake/orders/' {PARQUET}"
    orders.run(statement, statement, statement)

    assert orders.value("select count(*) from orders") == 6


# Manifests


def test_a_manifest_loads_the_files_it_lists(orders: Session) -> None:
    orders.write_manifest(
        "s3://lake/m.manifest",
        orders.entry("s3://lake/orders/b.parquet", mandatory=True),
        {"url": "s3://lake/orders/gone.parquet", "mandatory": False, "meta": {"content_length": 1}},
    )
    orders.run(f"copy orders from 's3://lake/m.manifest' {PARQUET} manifest")

    assert orders.rows(
        "select filename, lines_scanned from stl_load_commits where name = 'orders' order by query desc"
        " limit 1"
    ) == [("s3://lake/orders/b.parquet", 1)]


def test_a_manifest_must_say_what_parquet_needs(orders: Session) -> None:
    orders.write_manifest("s3://lake/m.manifest", {"url": "s3://lake/orders/a.parquet"})
    assert "has no meta.content_length" in orders.error(
        f"copy orders from 's3://lake/m.manifest' {PARQUET} manifest"
    )

    orders.write_manifest(
        "s3://lake/m.manifest", {"url": "s3://lake/orders/a.parquet", "meta": {"content_length": 7}}
    )
    assert "content_length of s3://lake/orders/a.parquet is 7" in orders.error(
        f"copy orders from 's3://lake/m.manifest' {PARQUET} manifest"
    )


def test_a_mandatory_file_must_be_there(orders: Session) -> None:
    orders.write_manifest("s3://lake/m.manifest", {"url": "s3://lake/gone", "mandatory": True})
    assert "mandatory file is missing: s3://lake/gone" in orders.error(
        f"copy orders from 's3://lake/m.manifest' {ROLE} csv manifest"
    )

    orders.write_manifest("s3://lake/m.manifest", {"url": "s3://lake/gone"})
    assert "No valid file found" in orders.error(
        f"copy orders from 's3://lake/m.manifest' {ROLE} csv manifest"
    )
    orders.write("s3://lake/m.manifest", "not json")
    assert "not in the format of a manifest" in orders.error(
        f"copy orders from 's3://lake/m.manifest' {ROLE} csv manifest"
    )


def test_no_path_leads_out_of_the_folder_that_stands_for_s3(orders: Session) -> None:
    assert orders.error(f"copy orders from 's3://lake/../../etc/passwd' {ROLE}") == (
        "invalid S3 path: s3://lake/../../etc/passwd"
    )


def test_copy_needs_authorization_an_existing_table_and_s3(orders: Session) -> None:
    assert "needs IAM_ROLE" in orders.error("copy orders from 's3://lake/orders/' format parquet")
    assert "nonexistent table" in orders.error(f"copy nothing from 's3://lake/orders/' {PARQUET}")
    assert "only s3:// is built" in orders.error(f"copy orders from 'dynamodb://orders' {ROLE}")
    assert 'column "zzz" of relation' in orders.error(f"copy orders (zzz) from 's3://lake/orders/' {PARQUET}")


def test_the_role_is_not_in_the_log(orders: Session) -> None:
    orders.run(f"copy orders from 's3://lake/orders/' {PARQUET}")

    (entry,) = [
        e
        for e in orders.server.statements()
        if e["original"].startswith("copy orders from 's3://lake/orders/'")
    ][-1:]
    assert "arn:aws" not in entry["original"]


# Text


@pytest.fixture
def people(client: Session) -> Session:
    client.run("create table people (id int, name varchar(5), born date)")
    return client


def test_csv_has_quotes_line_breaks_in_them_and_nulls(people: Session) -> None:
    people.write("s3://lake/p.csv", 'id,name,born\r\n1,"a,""b",2020-01-31\r\n2,"x\ny",\n3,\\N,\n4,,\n')
    people.run(f"copy people from 's3://lake/p.csv' {ROLE} csv ignoreheader 1")

    assert people.rows("select * from people order by id") == [
        (1, 'a,"b', date(2020, 1, 31)),
        (2, "x\ny", None),
        (3, None, None),
        (4, "", None),
    ]


def test_delimited_text_has_its_own_delimiter_null_and_escapes(people: Session) -> None:
    people.write("s3://lake/p.txt", "1|a\\|b|\n2|NIL|NIL\n")
    people.run(f"copy people from 's3://lake/p.txt' {ROLE} escape null as 'NIL'")
    people.write("s3://lake/p.tsv", "3\tc\t2020-01-01\t\n")
    people.run(f"copy people from 's3://lake/p.tsv' {ROLE} delimiter '\\t'")

    assert people.rows("select * from people order by id") == [
        (1, "a|b", None),
        (2, None, None),
        (3, "c", date(2020, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("line", "column", "code", "reason"),
    [
        ("x,a,2020-01-01", "id", 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer"),
        ("1.5,a,2020-01-01", "id", 1207, "Invalid digit, Value '.', Pos 1, Type: Integer"),
        ("3000000000,a,2020-01-01", "id", 1207, "Overflow for integer (value '3000000000')"),
        ("1,ééé,2020-01-01", "name", 1204, "String length exceeds DDL length"),
        ("1,a,01.02.2020", "born", 1205, "Invalid Date Format - length must be 10 or more"),
        ("1,a", "id", 1201, "Delimiter not found"),
        ("1,a,2020-01-01,z", "id", 1202, "Extra column(s) found"),
        ('1,"a,2020-01-01', "id", 1214, "Invalid quote formatting for CSV. Unbalanced number of quotes."),
        (b"1,\xff,2020-01-01", "name", 1220, "Bad UTF8 hex sequence: ff"),
    ],
)
def test_a_bad_line_fails_the_load_and_is_found_after_the_rollback(
    people: Session, line: str | bytes, column: str, code: int, reason: str
) -> None:
    bad = line if isinstance(line, bytes) else line.encode()
    people.write("s3://lake/bad.csv", b"7,ok,2020-01-01\n" + bad + b"\n")
    people.run("begin")
    assert people.error(f"copy people from 's3://lake/bad.csv' {ROLE} csv") == (
        "Load into table 'people' failed.  Check 'stl_load_errors' system table for details."
    )
    people.run("rollback")

    assert people.value("select count(*) from people") == 0
    (found,) = people.rows(
        "select filename, line_number, colname, err_code, err_reason from stl_load_errors order by query"
        " desc limit 1"
    )
    assert found[:4] == ("s3://lake/bad.csv", 2, column, code)
    assert reason in found[4]


def test_maxerror_lets_bad_lines_pass_and_logs_them(people: Session) -> None:
    people.write("s3://lake/bad.csv", "1,a,2020-01-01\nx,a,\ny,b,\n2,b,\n")

    assert "failed" in people.error(f"copy people from 's3://lake/bad.csv' {ROLE} csv maxerror 2")
    people.run(f"copy people from 's3://lake/bad.csv' {ROLE} csv maxerror 3")
    assert people.rows("select id from people order by id") == [(1,), (2,)]
    assert people.rows(
        "select raw_field_value, line_number from stl_load_errors order by query desc limit 2"
    ) == [("y", 3), ("x", 2)]


def test_options_for_texts_change_what_is_loaded(people: Session) -> None:
    people.write("s3://lake/o.csv", b"1,long text,\n2,,\n3,\xff,\n4,   ,\n5\n\n")
    people.run(
        f"copy people from 's3://lake/o.csv' {ROLE} csv truncatecolumns emptyasnull blanksasnull"
        " acceptinvchars '^'"
        " fillrecord ignoreblanklines"
    )

    assert people.rows("select id, name from people order by id") == [
        (1, "long "),
        (2, None),
        (3, "^"),
        (4, None),
        (5, None),
    ]


def test_decimals_are_cut_unless_rounding_is_asked_for(client: Session) -> None:
    client.run("create table t (a decimal(8,2))")
    client.write("s3://lake/d.csv", "20.259\n-20.259\n")
    client.run(
        f"copy t from 's3://lake/d.csv' {ROLE} csv", f"copy t from 's3://lake/d.csv' {ROLE} csv roundec"
    )

    assert [row[0] for row in client.rows("select a from t order by a")] == [
        Decimal("-20.26"),
        Decimal("-20.25"),
        Decimal("20.25"),
        Decimal("20.26"),
    ]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("2024-05-01 12:30:00", "", datetime(2024, 5, 1, 12, 30)),
        ("2024-05-01T12:30:00.5Z", "timeformat 'auto'", datetime(2024, 5, 1, 12, 30, 0, 500000)),
        ("2024-05-01 12:30:00+02", "timeformat 'auto'", datetime(2024, 5, 1, 10, 30)),
        ("01.05.2024 12:30:00", "timeformat 'DD.MM.YYYY HH:MI:SS'", datetime(2024, 5, 1, 12, 30)),
        ("1714566600", "timeformat 'epochsecs'", datetime(2024, 5, 1, 12, 30)),
        ("1714566600250", "timeformat 'epochmillisecs'", datetime(2024, 5, 1, 12, 30, 0, 250000)),
        ("nonsense", "acceptanydate timeformat 'auto'", None),
    ],
)
def test_timestamps_are_read_as_the_time_format_says(
    client: Session, text: str, options: str, expected: datetime | None
) -> None:
    client.run("create table t (n int, a timestamp)")
    client.write("s3://lake/times.txt", f"1|{text}\n")
    client.run(f"copy t from 's3://lake/times.txt' {ROLE} {options}")

    assert client.rows("select n, a from t") == [(1, expected)]


def test_booleans_are_read_in_all_their_spellings(client: Session) -> None:
    client.run("create table t (a boolean)")
    client.write("s3://lake/b.csv", "t\nTrue\ny\nYES\n1\nf\nfalse\nN\nno\n0\n")
    client.run(f"copy t from 's3://lake/b.csv' {ROLE} csv")

    assert client.rows("select a, count(*) from t group by a order by a") == [(False, 5), (True, 5)]


def test_columns_that_are_not_listed_get_their_defaults(client: Session) -> None:
    client.run("create table t (id int identity(0, 1), a int, b int default 7, c int not null default 8)")
    client.write("s3://lake/a.csv", "1\n2\n")
    client.run(f"copy t (a) from 's3://lake/a.csv' {ROLE} csv")

    assert client.rows("select a, b, c from t order by a") == [(1, 7, 8), (2, 7, 8)]
    assert client.value("select count(distinct id) from t") == 2


def test_a_null_for_a_not_null_column_is_an_error(client: Session) -> None:
    client.run("create table t (a int not null, b int)")
    client.write("s3://lake/n.csv", ",1\n")

    client.error(f"copy t from 's3://lake/n.csv' {ROLE} csv")
    assert client.value("select err_code from stl_load_errors order by query desc limit 1") == 1213


def test_packed_files_are_unpacked(people: Session) -> None:
    people.write("s3://lake/g.gz", gzip.compress(b"1|a|\n"))
    people.write("s3://lake/b.bz2", bz2.compress(b"2|b|\n"))
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select '3|c,\"d|') to '{people.path('s3://lake/z.zst')}'"
            " (header false, quote '', escape '', delimiter ';', compression zstd)"
        )
    people.run(
        f"copy people from 's3://lake/g.gz' {ROLE} gzip",
        f"copy people from 's3://lake/b.bz2' {ROLE} bzip2",
        f"copy people from 's3://lake/z.zst' {ROLE} zstd",
    )

    assert people.rows("select id, name from people order by id") == [(1, "a"), (2, "b"), (3, 'c,"d')]
    people.write("s3://lake/g.gz", b"no gzip")
    assert "cannot be unpacked" in people.error(f"copy people from 's3://lake/g.gz' {ROLE} gzip")


# JSON


@pytest.fixture
def events(client: Session) -> Session:
    client.run(
        "create table events (id bigint, name varchar(30), price decimal(10,2), payload varchar(100), ok"
        " boolean)"
    )
    return client


def test_json_keys_are_matched_with_case_or_without(events: Session) -> None:
    events.write(
        "s3://lake/e.json",
        '{"id": 1, "Name": "é\\u00e9", "price": 1.10, "payload": {"a": [1.50, null, "ü"]}, "other": 1}\n'
        '{"id": 2,\n "ok": true}',
    )
    events.run(f"copy events from 's3://lake/e.json' {ROLE} format as json 'auto'")
    assert events.rows("select * from events order by id") == [
        (1, None, Decimal("1.10"), '{"a":[1.50,null,"ü"]}', None),
        (2, None, None, None, True),
    ]

    events.run("truncate events", f"copy events from 's3://lake/e.json' {ROLE} json 'auto ignorecase'")
    assert events.rows("select name from events order by id") == [("éé",), (None,)]


def test_jsonpaths_pick_values(events: Session) -> None:
    events.write("s3://lake/e.json", '{"a": {"b": [10, 20]}, "the name": "x"}')
    events.write("s3://lake/paths.json", '{"jsonpaths": ["$.a.b[1]", "$[\'the name\']"]}')
    events.run(f"copy events (id, name) from 's3://lake/e.json' {ROLE} json 's3://lake/paths.json'")

    assert events.rows("select id, name from events") == [(20, "x")]
    assert "Number of jsonpaths and the number of columns should match" in events.error(
        f"copy events from 's3://lake/e.json' {ROLE} json 's3://lake/paths.json'"
    )


def test_broken_json_is_an_error_of_its_line(events: Session) -> None:
    events.write("s3://lake/e.json", '{"id": 1}\n{"id": \n{"id": 3}\n')

    events.run(f"copy events from 's3://lake/e.json' {ROLE} json 'auto' maxerror 5")
    assert events.rows("select id from events order by id") == [(1,), (3,)]
    assert events.rows("select line_number, err_reason from stl_load_errors order by query desc limit 1") == [
        (2, "Invalid JSON format")
    ]


# Books


def test_loads_are_in_the_history(orders: Session) -> None:
    orders.notices()
    orders.run(f"copy orders from 's3://lake/orders/' {PARQUET}")

    assert orders.notices() == ["Load into table 'orders' completed, 2 record(s) loaded successfully."]
    assert orders.rows(
        "select table_name, data_source, file_format, loaded_rows, source_file_count, status from"
        " sys_load_history"
        " order by query_id desc limit 1"
    ) == [("orders", "s3://lake/orders/", "parquet", 2, 2, "completed")]
    assert (
        orders.value("select stats_off from svv_table_info where schema = 'loads' and \"table\" = 'orders'")
        == 0
    )


def test_statistics_are_left_alone_when_statupdate_is_off(orders: Session) -> None:
    orders.run(f"copy orders from 's3://lake/orders/' {PARQUET} statupdate off")

    assert (
        orders.value("select stats_off from svv_table_info where schema = 'loads' and \"table\" = 'orders'")
        == 100
    )


@pytest.mark.parametrize(
    "option", ["fixedwidth 'a:1'", "lzop", "encrypted", "format as avro 'auto'", "format orc"]
)
def test_what_is_not_built_says_so(orders: Session, option: str) -> None:
    message = orders.error(f"copy orders from 's3://lake/orders/' {ROLE} {option}")

    assert message.startswith("limit of the local Redshift server: COPY with")


def test_options_that_contradict_each_other_are_refused(orders: Session) -> None:
    assert "CSV is not compatible with ESCAPE" in orders.error(
        f"copy orders from 's3://lake/orders/' {ROLE} csv escape"
    )
    assert "single ASCII character" in orders.error(
        f"copy orders from 's3://lake/orders/' {ROLE} delimiter '||'"
    )
    assert "syntax error" in orders.error(f"copy orders from 's3://lake/orders/' {ROLE} nonsense")
