"""A comparison that finds nothing must be one that would have found something."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from duckshift.comparison import duckdb_differences

WAREHOUSE = """
create schema gold;
create table gold.fct_orders (order_id bigint, amount decimal(18,2), ordered_at timestamp, _run_id bigint);
insert into gold.fct_orders values
    (1, 10.50, timestamp '2024-01-01 10:00:00', 7), (2, null, null, 7), (2, null, null, 7);
"""


def database(folder: Path, name: str, *statements: str) -> Path:
    path = folder / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in (WAREHOUSE, *statements):
            connection.execute(statement)
    return path


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Path]:
    yield database(tmp_path, "reference")


def found(reference: Path, statement: str) -> str:
    other = database(reference.parent, "other", statement)
    return "\n".join(duckdb_differences(reference, other))


def test_equal_warehouses_have_no_differences_and_load_metadata_does_not_count(reference: Path) -> None:
    assert found(reference, "update gold.fct_orders set _run_id = 8") == ""


def test_a_different_value_is_named_with_its_column_and_both_values(reference: Path) -> None:
    message = found(reference, "update gold.fct_orders set amount = 10.51 where order_id = 1")
    assert "gold.fct_orders: 1 rows only in first, 1 only in second" in message
    assert "amount: Decimal('10.50') and Decimal('10.51')" in message


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("delete from gold.fct_orders where order_id = 1", "1 rows only in first, 0 only in second"),
        ("insert into gold.fct_orders values (2, null, null, 7)", "0 rows only in first, 1 only in second"),
        (
            "update gold.fct_orders set amount = 0 where order_id = 2",
            "2 rows only in first, 2 only in second",
        ),
        ("alter table gold.fct_orders alter amount type decimal(18,3)", "DECIMAL(18,2) and DECIMAL(18,3)"),
        ("alter table gold.fct_orders drop ordered_at", "ordered_at is TIMESTAMP and missing"),
        ("create table gold.dim_extra as select 1 as n", "gold.dim_extra: only in the second"),
        ("drop table gold.fct_orders", "gold.fct_orders: only in the first"),
    ],
    ids=["missing row", "repeated row", "null and zero", "scale", "column", "table more", "table less"],
)
def test_what_differs_is_found(reference: Path, statement: str, words: str) -> None:
    assert words in found(reference, statement)
