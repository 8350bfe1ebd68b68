"""Dumps of a price list, and the versions they make by an oracle that knows no SQL."""

from datetime import datetime
from decimal import Decimal

from tests.runs.conftest import Warehouse

OPEN_END = datetime(9999, 12, 31)
Dump = dict[str, str]
"""Price by product."""
Version = tuple[str, Decimal, datetime, datetime, bool]
"""Product, price, from, until, whether withdrawn."""

COLUMNS = (
    "product_id, price, dump_at, dbt_scd_id, dbt_updated_at, dbt_valid_from, dbt_valid_to, dbt_is_deleted"
)


def moment(day: int) -> datetime:
    """Return when the dump of a day in January 2024 was produced."""
    return datetime(2024, 1, day, 6)


def land(warehouse: Warehouse, dumps: dict[int, Dump], status: str = "loaded") -> None:
    """Let dumps arrive; with another status the last record of each has it."""
    for day, prices in dumps.items():
        rows = [
            f"('{product}', {price}, 'loaded', 'prices.{day}', 202401{day:02}060000)"
            for product, price in prices.items()
        ]
        if status != "loaded":
            rows.append(f"(null, null, '{status}', 'prices.{day}', 202401{day:02}060000)")
        warehouse.run(f"insert into {{outside}}.landed values {', '.join(rows)}")


def rows(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Return the whole snapshot."""
    return sorted(warehouse.rows(f"select {COLUMNS} from {{schema}}.price_history"), key=repr)


def versions(warehouse: Warehouse) -> set[Version]:
    """Return what the snapshot says."""
    return {
        (product, price, since, until, is_deleted == "True")
        for product, price, since, until, is_deleted in warehouse.rows(
            "select product_id, price, dbt_valid_from, dbt_valid_to, dbt_is_deleted"
            " from {schema}.price_history"
        )
    }


def expected_versions(dumps: dict[int, Dump]) -> set[Version]:
    """Return the versions that dumps make: a dump is the whole state from its moment to the next one's."""
    moments = [*(moment(day) for day in sorted(dumps)), OPEN_END]
    found: set[Version] = set()
    for product in {product for dump in dumps.values() for product in dump}:
        runs: list[list[object]] = []
        last: str | None = None
        for number, day in enumerate(sorted(dumps)):
            price = dumps[day].get(product)
            last = price or last
            if last is None:
                continue
            state = [Decimal(last), price is None]
            if not runs or runs[-1][:2] != state:
                runs.append([*state, moments[number], moments[number + 1]])
            runs[-1][3] = moments[number + 1]
        found |= {(product, price, since, until, gone) for price, gone, since, until in runs}  # type: ignore[misc]
    return found
