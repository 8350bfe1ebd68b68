"""The server behaves as Redshift is documented to behave (behaviours.yml)."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redshift_connector
import yaml
from tests.redshift_servers import RedshiftServer

BEHAVIOURS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("behaviours.yml").read_text(encoding="utf-8")
)

SALES = """
    create table behaviour.sales (saleid int, sellerid int, qty int, price decimal(8, 2), note varchar(10));
    insert into behaviour.sales values (1, 1, 10, 5.00, 'a'), (2, 2, 10, 5.25, 'b'), (3, 3, 30, 6.00, 'a ')
"""


@pytest.fixture(scope="module")
def cursor(redshift_server: RedshiftServer) -> Iterator[Any]:
    with redshift_server.connect() as connection:
        cursor = connection.cursor()
        cursor.execute("create schema behaviour")
        run(cursor, SALES)
        cursor.execute("set search_path to behaviour")
        yield cursor


def run(cursor: Any, statements: str) -> None:
    for statement in statements.split(";"):
        cursor.execute(statement)


def text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return str(value)
    return str(value)


def parameters() -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in BEHAVIOURS]


@pytest.mark.parametrize("case", parameters())
def test_it_behaves_as_documented(cursor: Any, case: dict[str, Any]) -> None:
    if "before" in case:
        run(cursor, case["before"])
    if "error" in case:
        with pytest.raises(redshift_connector.error.ProgrammingError) as failed:
            cursor.execute(case["sql"])
        assert case["error"].lower() in failed.value.args[0]["M"].lower()
        return
    cursor.execute(case["sql"])
    found = [[text(value) for value in row] for row in cursor.fetchall()]
    assert found == case["values"]
    if "columns" in case:
        assert [column[0] for column in cursor.description] == case["columns"]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["name"]) for case in BEHAVIOURS if "types" in case]
)
def test_its_columns_have_the_documented_types(cursor: Any, case: dict[str, Any]) -> None:
    if "before" in case and "words" not in case["before"]:
        run(cursor, case["before"])
    cursor.execute(f"create table typed as {case['sql']}")
    cursor.execute("select type from pg_table_def where schemaname = 'behaviour' and tablename = 'typed'")
    found = [row[0] for row in cursor.fetchall()]
    cursor.execute("drop table typed")
    assert found == case["types"]


def test_the_list_is_long_and_documented() -> None:
    assert len(BEHAVIOURS) >= 30
    assert len({case["name"] for case in BEHAVIOURS}) == len(BEHAVIOURS)
    assert all(case["page"] for case in BEHAVIOURS)
