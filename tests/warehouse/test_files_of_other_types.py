"""What a Parquet record is does not depend on the files that are loaded together with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from tests.warehouse.building import Warehouse

FOLDER = "shop/order_items/2024/01/15"
FILES = {
    "1-1": "'1' as _change_seq, 'i1' as order_item_id, 3.0::double as quantity",
    "1-2": "'2' as _change_seq, 'i2' as order_item_id, '3' as quantity, 1 as \"it's\"",
    "1-3": "'3' as _change_seq, 'i3' as order_item_id, 1.5::double as quantity, [1] as note",
}


def write(root: Path, name: str) -> None:
    file = root / FOLDER / f"{name}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    line = "'O1' as order_id, 1 as line_number, 'sale' as line_type, 2.5::double as unit_price"
    change = "'I' as Op, timestamp '2024-01-15 10:00:00' as _commit_ts"
    with duckdb.connect() as connection:
        query = f"select {change}, {line}, {FILES[name]}"
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


def records(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    outcome = warehouse.dbt("run", "--select", "bronze_shop__order_items")
    assert outcome.status == 0, outcome.output[-3000:]
    return warehouse.rows("""
        select order_item_id, quantity, unit_price::varchar, _status, _reason, _extra
        from bronze.bronze_shop__order_items where _status != 'file' order by all
    """)


def test_files_with_other_types_give_the_same_records_together_and_one_by_one(
    new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
) -> None:
    expected = [
        ("i1", 3, "2.500000", "loaded", None, None),
        ("i2", 3, "2.500000", "loaded", None, '{"it\'s":1}'),
        ("i3", None, "2.500000", "rejected", "quantity: bigint expected, found 1.5", '{"note":[1]}'),
    ]
    together = new_warehouse(tmp_path / "together")
    for name in FILES:
        write(together.landing, name)
    assert records(together) == expected
    one_by_one = new_warehouse(tmp_path / "one_by_one")
    for number, name in enumerate(FILES, start=1):
        write(one_by_one.landing, name)
        assert records(one_by_one) == expected[:number]
