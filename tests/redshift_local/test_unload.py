"""UNLOAD: the rows of a query as files, and what is not overwritten."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.redshift_local.sessions import ROLE, Session, session
from tests.redshift_servers import RedshiftServer


@pytest.fixture
def client(redshift_server: RedshiftServer) -> Iterator[Session]:
    with session(redshift_server, "unloads") as opened:
        opened.run(
            "create table sales (id int, day date, name varchar(10), amount decimal(18,2), at timestamp,"
            " ok boolean, n bigint)",
            "insert into sales values (1, '2024-01-01', 'a|\"b', 1.50, '2024-01-01 01:02:03.5', true, 5),"
            " (2, '2024-01-02', null, null, null, false, null), (3, null, '', 2, null, null, 7)",
        )
        yield opened


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A prefix that no other test writes to."""
    return f"s3://out/{tmp_path.name}"


def parquet(client: Session, uri: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"select * from read_parquet('{client.path(uri)}') order by all").fetchall()


def test_parquet_has_the_types_of_the_columns(client: Session, place: str) -> None:
    client.run(
        f"unload ('select id, name, amount, at, ok, n from sales') to '{place}/x_' {ROLE} format as parquet"
    )

    assert client.keys(place) == ["x_0000_part_00.parquet"]
    assert parquet(client, f"{place}/x_0000_part_00.parquet") == [
        (1, 'a|"b', Decimal("1.50"), datetime(2024, 1, 1, 1, 2, 3, 500000), True, 5),
        (2, None, None, None, False, None),
        (3, "", Decimal("2.00"), None, None, 7),
    ]


def test_what_is_unloaded_loads_again(client: Session, place: str) -> None:
    client.run(
        f"unload ('select * from sales') to '{place}/x_' {ROLE} format parquet manifest",
        "create table again (like sales)",
        f"copy again from '{place}/x_manifest' {ROLE} format as parquet manifest",
    )

    assert client.rows("select * from again order by id") == client.rows("select * from sales order by id")


def test_partitions_are_folders_and_not_columns_of_the_files(client: Session, place: str) -> None:
    client.run(f"unload ('select id, day from sales') to '{place}' {ROLE} parquet partition by (day)")

    assert client.keys(place) == [
        "day=2024-01-01/0000_part_00.parquet",
        "day=2024-01-02/0000_part_00.parquet",
        "day=__HIVE_DEFAULT_PARTITION__/0000_part_00.parquet",
    ]
    with duckdb.connect() as connection:
        described = connection.execute(
            "select column_name from (describe from"
            f" read_parquet('{client.path(place)}/day=2024-01-01/*.parquet',"
            " hive_partitioning = false))"
        ).fetchall()
    assert described == [("id",)]


def test_partition_columns_are_in_the_files_on_request(client: Session, place: str) -> None:
    client.run(
        f"unload ('select id, n from sales where n = 5') to '{place}/' {ROLE} parquet partition by (n)"
        " include"
    )

    with duckdb.connect() as connection:
        described = connection.execute(
            f"select column_name from (describe from read_parquet('{client.path(place)}/n=5/*.parquet',"
            " hive_partitioning = false))"
        ).fetchall()
    assert described == [("id",), ("n",)]


def test_an_unload_does_not_overwrite_unless_told(client: Session, place: str) -> None:
    statement = f"unload ('select id from sales') to '{place}/x_' {ROLE} parquet"
    client.run(statement)
    assert "Specified unload destination on S3 is not empty" in client.error(statement)

    client.run("delete from sales where id > 1", f"{statement} allowoverwrite")
    assert parquet(client, f"{place}/x_0000_part_00.parquet") == [(1,)]


def test_cleanpath_removes_files_of_the_partitions_that_are_written(client: Session, place: str) -> None:
    for day in ("2024-01-01", "2023-12-31"):
        client.write(f"{place}/day={day}/old.parquet", "old")
    client.run(
        f"unload ('select id, day from sales where id = 1') to '{place}/' {ROLE} parquet partition by"
        " (day) cleanpath"
    )

    assert client.keys(place) == ["day=2023-12-31/old.parquet", "day=2024-01-01/0000_part_00.parquet"]
    assert "cannot be used together" in client.error(
        f"unload ('select 1') to '{place}/' {ROLE} parquet cleanpath allowoverwrite"
    )


def test_text_and_csv_have_delimiters_headers_and_nulls(client: Session, place: str) -> None:
    query = "select id, name, ok from sales order by id"
    client.run(
        f"unload ('{query}') to '{place}/text_' {ROLE} header null as ''NIL''".replace("''NIL''", "'NIL'"),
        f"unload ('{query}') to '{place}/csv_' {ROLE} csv gzip",
    )

    assert client.path(f"{place}/text_0000_part_00").read_text() == 'id|name|ok\n1|a|"b|t\n2|NIL|f\n3||NIL\n'
    assert (
        gzip.decompress(client.path(f"{place}/csv_0000_part_00.gz").read_bytes())
        == b'1,"a|""b",t\n2,,f\n3,"",\n'
    )


def test_json_has_one_object_per_row(client: Session, place: str) -> None:
    client.run(f"unload ('select id, ok from sales order by id') to '{place}/x_' {ROLE} json")

    lines = client.path(f"{place}/x_0000_part_00.json").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": 1, "ok": "t"},
        {"id": 2, "ok": "f"},
        {"id": 3, "ok": None},
    ]


def test_quotes_in_the_query_are_doubled_or_protected(client: Session, place: str) -> None:
    client.run(
        f"unload ('select id from sales where name = ''''') to '{place}/a_' {ROLE} parquet",
        f"unload ($$select id from sales where name is null$$) to '{place}/b_' {ROLE} parquet",
    )

    assert parquet(client, f"{place}/a_0000_part_00.parquet") == [(3,)]
    assert parquet(client, f"{place}/b_0000_part_00.parquet") == [(2,)]


def test_a_verbose_manifest_tells_columns_and_rows(client: Session, place: str) -> None:
    client.run(
        f"unload ('select id, name, amount from sales') to '{place}/x_' {ROLE} parquet manifest verbose"
    )

    manifest = json.loads(client.path(f"{place}/x_manifest").read_text())
    size = client.path(f"{place}/x_0000_part_00.parquet").stat().st_size
    assert manifest["entries"] == [
        {"url": f"{place}/x_0000_part_00.parquet", "meta": {"content_length": size, "record_count": 3}}
    ]
    assert manifest["schema"]["elements"][1:] == [
        {"name": "name", "type": {"base": "character varying", "max_length": 10}},
        {"name": "amount", "type": {"base": "numeric", "precision": 18, "scale": 2}},
    ]


def test_unloads_are_in_the_history(client: Session, place: str) -> None:
    client.run(f"unload ('select id from sales') to '{place}/x_' {ROLE} parquet")

    assert client.rows(
        "select path, line_count, file_format from stl_unload_log order by query desc limit 1"
    ) == [(f"{place}/x_0000_part_00.parquet", 3, "parquet")]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("('select * from sales limit 1') to '{}' {} parquet", "Limit clause is not supported"),
        (
            "('select * from sales') to '{}' {} parquet header",
            "HEADER is not supported for UNLOAD to PARQUET",
        ),
        (
            "('select * from sales') to '{}' {} json delimiter ','",
            "DELIMITER is not supported for UNLOAD to JSON",
        ),
        (
            "('select id from sales') to '{}' {} parquet partition by (id)",
            "needs a column that is no partition column",
        ),
        (
            "('select id from sales') to '{}' {} parquet partition by (x)",
            'Column "x" of PARTITION BY is not in the query',
        ),
        ("('select id, id from sales') to '{}' {} parquet", "specified more than once"),
        ("('select id from nothing') to '{}' {} parquet", "does not exist"),
        (
            "('select id from sales') to '{}' {} fixedwidth 'a:1'",
            "limit of the local Redshift server: UNLOAD with FIXEDWIDTH",
        ),
        (
            "('select id from sales') to '{}' {} encrypted",
            "limit of the local Redshift server: UNLOAD with ENCRYPTED",
        ),
        ("('select string_agg(name, chr(44)) from sales') to '{}' {}", "string_agg"),
    ],
)
def test_what_redshift_or_this_server_does_not_unload_is_refused(
    client: Session, place: str, rest: str, reason: str
) -> None:
    assert reason.lower() in client.error("unload " + rest.format(f"{place}/x_", ROLE)).lower()
    assert client.keys(place) == []


def test_an_unload_needs_authorization(client: Session, place: str) -> None:
    assert "needs IAM_ROLE" in client.error(f"unload ('select 1 as a') to '{place}/x_' parquet")
