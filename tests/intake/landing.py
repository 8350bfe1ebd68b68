"""Small landing zones, file by file."""

import hashlib
import json
from pathlib import Path

import duckdb

PAYMENT = {
    "payment_id": "P1",
    "order_id": "O1",
    "transaction_type": "capture",
    "payment_method": "card",
    "amount": 12.5,
    "currency_code": "EUR",
}
ITEM = (
    "'I' as Op, timestamp '2024-01-15 10:00:00' as _commit_ts, 'O1' as order_id, 1 as line_number,"
    " 'sale' as line_type, 2.5::double as unit_price"
)
SALES_HEADER = "store_id,receipt_id,line_number,sold_at,product_code,quantity,unit_price"


def write(root: Path, file: str, content: str | bytes) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def payment(**changes: object) -> str:
    """Return a line of a payments file."""
    return json.dumps(PAYMENT | changes) + "\n"


def parquet(root: Path, file: str, select: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")


def items(root: Path, file: str, columns: str) -> None:
    """Write one line of an order below shop/order_items; `columns` come first."""
    parquet(root, f"shop/order_items/{file}.parquet", f"select {columns}, {ITEM}")


def sales_file(store: str) -> str:
    return f"pos/sales/year=2024/month=01/day=15/store={store}/sales.csv"


def sales_manifest(root: Path, store: str, records: int, file: str = "") -> None:
    file = file or sales_file(store)
    content = (root / file).read_bytes()
    stated = {
        "file": Path(file).name,
        "records": records,
        "sha256": hashlib.sha256(content).hexdigest(),
        "produced_at": "2024-01-16T00:05:00Z",
        "revision": 1,
    }
    name = Path(file).name.replace("sales", "_manifest").replace(".csv", ".json")
    write(root, f"{Path(file).parent}/{name}", json.dumps(stated))
