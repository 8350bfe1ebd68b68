"""Files and records that are no good: the run goes on, and says what it refused, where, why, how to see it.

One hand-made landing zone in four builds: with every defect, with what was delivered to mend them, with files
that must fail a run, and with these put right. A short run builds files to staging, and the price history.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.warehouse.building import Outcome, Warehouse

SHORT = (
    "--select", "path:models/bronze", "path:models/staging", "path:models/quarantine",
    "ops_landed_records", "ops_load_ledger", "ops_record_accounting", "ops_rejects", "ops_store_deliveries",
    "ops_replayed_records", "ops_store_files", "quarantine_rules",
    "delivery_schedules",
    "snp_supplier__price_list", "int_suppliers__select_complete_dumps", "path:tests/dbt/ops",
    "--indirect-selection", "cautious", "--exclude", "test_type:generic", "test_type:unit",
)  # fmt: skip
WHOLE = ("--exclude", "test_type:generic", "test_type:unit")
WHERE_TO_LOOK = (
    ": see quarantine.quarantined_records, quarantined_files and ops.ops_load_ledger,"
    " or run `duckshift status`"
)

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
EMPTY = "fx/rates/dt=2024-01-16/rates.20240116T160000Z.csv"
LACKING = "fx/rates/dt=2024-01-17/rates.20240117T160000Z.csv"
NO_ENTITY = "fx/quotes/dt=2024-01-15/quotes.20240115T160000Z.csv"
PAYMENTS = "payments/transactions/dt=2024-01-15/page-00001.20240115T002000Z.json"
SALES = "pos/sales/year=2024/month=01/day=15/store=S-1/sales.csv"
LOAD = "shop/products/LOAD00000001.parquet"
CHANGES = "shop/products/2024/01/15/030000-1.parquet"
RELOAD = "shop/products/2024/01/16/reload-20240115230000/LOAD00000001.parquet"
PRICES = [f"supplier/price_list/dt=2024-01-{day}/price_list.202401{day}T060000Z.csv" for day in (10, 11, 12)]

RATES_HEADER = b"rate_date,base_currency,quote_currency,rate\n"
SALES_HEADER = (
    "store_id,receipt_id,line_number,sold_at,product_code,quantity,unit_price,discount_amount,tax_rate,"
    "payment_method,customer_id,original_receipt_id\n"
)
PRICES_HEADER = "supplier_id,product_id,unit_cost,currency_code,minimum_order_quantity\n"
BAD_RECORDS = {
    (RATES, 3): ("4 fields expected, found 3", "2024-01-15,EUR,1.1"),
    (RATES, 4): ("the line holds bytes that are no UTF-8", "2024-01-15,EUR,\\xE9SD,1.1"),
    (RATES, 5): ("rate_date: date expected, found 2024-02-31", "2024-02-31,EUR,USD,1.1"),
    (RATES, 6): ("rate_date: date expected, found 31/02/2024", "31/02/2024,EUR,USD,1.1"),
    (RATES, 7): ('rate_date: date expected, found "2024-01-15', '"2024-01-15,EUR,USD,1.1'),
    (PAYMENTS, 2): ("the line is no JSON object", '{"payment_id": "PAY-2", "order_id": "O-'),
    (PAYMENTS, 3): ("the line is no JSON object", "[1, 2]"),
    (PRICES[1], 3): ("unit_cost: decimal(18,6) expected, found 1O.00", "S-1,P-2,1O.00,EUR,"),
}  # fmt: skip


def write(root: Path, file: str, content: bytes | str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_bytes(content.encode() if isinstance(content, str) else content)


def write_products(root: Path, file: str, rows: list[tuple[str, str, str | None, str, str]]) -> None:
    """Write (product_id, product_name, Op, commit time, sequence) with the other required columns."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            'create table product (product_id varchar, product_name varchar, "Op" varchar,'
            " _commit_ts timestamp, _change_seq varchar)"
        )
        connection.executemany("insert into product values (?, ?, ?, ?, ?)", rows)
        connection.execute(
            "copy (select product_id, 'SKU-' || product_id as sku, product_name,"
            " null::varchar as product_description, 'C-1' as category_id,"
            " null::varchar as supplier_id, null::varchar as brand,"
            " 9.99::decimal(18, 6) as list_price, 'EUR' as currency_code, true as is_active,"
            f" \"Op\", _commit_ts, _change_seq from product) to '{root / file}' (format parquet)"
        )


def write_defects(root: Path) -> None:
    """Write a landing zone with one of each defect, and good records beside it."""
    write(root, RATES, RATES_HEADER + (
        b"2024-01-15,EUR,USD,1.095\n2024-01-15,EUR,1.1\n2024-01-15,EUR,\xe9SD,1.1\n2024-02-31,EUR,USD,1.1\n"
        b'31/02/2024,EUR,USD,1.1\n"2024-01-15,EUR,USD,1.1\n2024-01-15,EUR,GBP,0.86\n'
    ))  # fmt: skip
    write(root, EMPTY, b"")
    write(root, NO_ENTITY, RATES_HEADER)
    write(root, PAYMENTS, (
        '{"payment_id": "PAY-1", "order_id": "O-1", "transaction_type": "capture", "payment_method": "card",'
        ' "amount": 9.99, "currency_code": "EUR", "payment_at": "2024-01-14 12:00:00"}\n'
        '{"payment_id": "PAY-2", "order_id": "O-\n[1, 2]\n'
    ))  # fmt: skip
    write(root, SALES, SALES_HEADER + "S-1,R-1,1,2024-01-15 10:00:00,SKU-P-1,1,9.99,,0.2,cash,,\n")
    write_products(root, LOAD, [
        ("P-1", "one", None, "2023-12-31 22:00:00", ""), ("P-2", "two", None, "2023-12-31 22:00:00", ""),
        ("P-3", "three", None, "2023-12-31 22:00:00", ""),
    ])  # fmt: skip
    write_products(root, CHANGES, [("P-1", "one, renamed", "U", "2024-01-14 12:00:00", "20240114120000")])
    whole = (root / CHANGES).read_bytes()
    write(root, CHANGES, whole[: len(whole) // 2])
    write_products(root, RELOAD, [
        ("P-1", "one, renamed", None, "2024-01-15 23:00:00", ""),
        ("P-3", "three, reloaded", None, "2024-01-15 23:00:00", ""),
    ])  # fmt: skip
    write(root, f"{Path(RELOAD).parent}/_manifest.json", json.dumps({"complete": False, "files": 1}))
    write(root, PRICES[0], PRICES_HEADER + "S-1,P-1,5.00,EUR,1\nS-1,P-2,10.00,EUR,\n")
    # Damaged in one line, and another offer is missing: neither may be taken for a withdrawal.
    write(root, PRICES[1], PRICES_HEADER + "S-1,P-3,7.00,EUR,\nS-1,P-2,1O.00,EUR,\n")
    write(root, PRICES[2], PRICES_HEADER + "S-1,P-1,5.50,EUR,1\nS-1,P-2,10.00,EUR,\n")


def mend(root: Path) -> None:
    """Deliver what was missing: a manifest, a complete reload, the truncated file in full."""
    sha256 = hashlib.sha256((root / SALES).read_bytes()).hexdigest()
    manifest = {"file": "sales.csv", "records": 1, "sha256": sha256, "produced_at": "2024-01-16T00:05:00Z"}
    write(root, f"{Path(SALES).parent}/_manifest.json", json.dumps(manifest | {"revision": 1}))
    write(root, f"{Path(RELOAD).parent}/_manifest.json", json.dumps({"complete": True, "files": 1}))
    write_products(root, CHANGES, [("P-1", "one, renamed", "U", "2024-01-14 12:00:00", "20240114120000")])


def spoil(root: Path) -> None:
    """Change a loaded file in place, without changing its size, and deliver one that lacks a column."""
    write(root, RATES, (root / RATES).read_bytes().replace(b"EUR,USD,1.095", b"EUR,USD,9.999"))
    os.utime(root / RATES, (2e9, 2e9))
    write(root, LACKING, "rate_date,base_currency,quote_currency,price\n2024-01-17,EUR,USD,1.1\n")


def put_right(root: Path) -> None:
    """Restore the changed file and take the one that lacks a column away; and let a loaded file expire."""
    write(root, RATES, (root / RATES).read_bytes().replace(b"EUR,USD,9.999", b"EUR,USD,1.095"))
    (root / LACKING).unlink()
    (root / PAYMENTS).unlink()


@dataclass(frozen=True)
class Stage:
    """A warehouse after one of the builds, and how the build ended."""

    warehouse: Warehouse
    outcome: Outcome

    def ledger(self) -> dict[str, tuple[str, str | None]]:
        """Return state and reason by file."""
        rows = self.warehouse.rows("select file, file_state, reason from ops.ops_load_ledger")
        return {file: (state, reason) for file, state, reason in rows}

    def account(self, entity: str) -> tuple[int, ...]:
        """Return landed, loaded, rejected, duplicate and superseded records."""
        [row] = self.warehouse.rows(
            "select landed_record_count, loaded_record_count, rejected_record_count, duplicate_record_count,"
            f" superseded_record_count from ops.ops_record_accounting where entity_name = '{entity}'"
        )
        return row


@pytest.fixture(scope="module")
def stages(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Stage]:
    """The four builds, each kept as a copy."""
    landing = tmp_path_factory.mktemp("landing")
    warehouse = new_warehouse(landing)
    found = {}
    for name, change, arguments in (
        ("defects", write_defects, SHORT), ("mended", mend, SHORT), ("spoilt", spoil, WHOLE),
        ("restored", put_right, SHORT),
    ):  # fmt: skip
        change(landing)
        outcome = warehouse.dbt("build", *arguments)
        found[name] = Stage(warehouse.copy(tmp_path_factory.mktemp(name)), outcome)
    return found


@pytest.fixture
def defects(stages: dict[str, Stage]) -> Stage:
    return stages["defects"]


@pytest.fixture
def mended(stages: dict[str, Stage]) -> Stage:
    return stages["mended"]


@pytest.fixture
def spoilt(stages: dict[str, Stage]) -> Stage:
    return stages["spoilt"]


@pytest.fixture
def restored(stages: dict[str, Stage]) -> Stage:
    return stages["restored"]


def test_the_run_goes_on_and_its_last_words_say_what_was_rejected(defects: Stage) -> None:
    outcome = defects.outcome
    assert outcome.status == 0, outcome.output[-4000:]
    assert outcome.nodes("warn") == ["warn_of_rejected_records", "warn_of_unreadable_files"]
    assert f"8 records rejected (8 open), 3 files held, 2 files waiting{WHERE_TO_LOOK}" in outcome.lines
    assert "Traceback" not in outcome.output


def test_bad_records_are_in_quarantine_with_file_line_and_reason(defects: Stage) -> None:
    rows = defects.warehouse.rows(
        "select file, line_number, reason, raw_text from quarantine.quarantined_records"
    )
    assert {(file, line): (reason, raw) for file, line, reason, raw in rows} == BAD_RECORDS


def test_good_records_beside_bad_ones_are_loaded(defects: Stage) -> None:
    rates = defects.warehouse.rows("select quote_currency, rate from silver.stg_fx__rates order by all")
    assert rates == [("GBP", Decimal("0.86")), ("USD", Decimal("1.095"))]
    assert defects.account("rates") == (7, 2, 5, 0, 0)
    assert defects.account("transactions") == (3, 1, 2, 0, 0)
    assert defects.account("products") == (3, 3, 0, 0, 0)


@pytest.mark.parametrize(
    ("file", "state", "words"),
    [
        (EMPTY, "unreadable", "is empty: deliver it again"),
        (CHANGES, "unreadable", "is no readable Parquet"),
        (NO_ENTITY, "unknown", "belongs to no entity of the landing contract"),
    ],
)
def test_a_bad_file_is_held_with_its_reason(defects: Stage, file: str, state: str, words: str) -> None:
    held = defects.warehouse.rows("select file, file_state, reason from quarantine.quarantined_files")
    assert len(held) == 3
    [reason] = [row[2] for row in held if row[:2] == (file, state)]
    assert words in reason
    assert str(defects.warehouse.landing) not in reason


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SALES, "waits for a readable _manifest.json beside it"),
        (RELOAD, "waits until _manifest.json beside it says that the reload is complete"),
    ],
)
def test_a_file_waits_for_its_manifest_and_is_then_loaded(
    defects: Stage, mended: Stage, file: str, words: str
) -> None:
    assert defects.ledger()[file] == ("waiting", words)
    assert mended.ledger()[file] == ("loaded", None)


def test_a_receipt_with_manifest_counts(defects: Stage, mended: Stage) -> None:
    assert defects.account("sales") == (0, 0, 0, 0, 0)
    assert mended.account("sales") == (1, 1, 0, 0, 0)


def test_a_truncated_file_delivered_in_full_is_loaded(mended: Stage) -> None:
    assert mended.outcome.status == 0, mended.outcome.output[-4000:]
    assert mended.ledger()[CHANGES] == ("loaded", None)
    assert mended.account("products") == (6, 6, 0, 0, 0)
    assert (
        f"8 records rejected (8 open), 2 files held, 0 files waiting{WHERE_TO_LOOK}" in mended.outcome.lines
    )


def test_a_complete_reload_replaces_the_table(spoilt: Stage) -> None:
    found = spoilt.warehouse.rows(
        "select product_id, product_name, is_deleted from gold.dim_product"
        " where is_current and sku is not null order by all"
    )
    assert found == [
        ("P-1", "one, renamed", False), ("P-2", "two", True), ("P-3", "three, reloaded", False),
    ]  # fmt: skip


def test_a_damaged_price_list_is_not_applied(defects: Stage) -> None:
    found = defects.warehouse.rows("""
        select product_id, unit_cost, dbt_valid_from, dbt_valid_to, dbt_is_deleted
        from silver.snp_supplier__price_list order by all
    """)
    first, last, open_end = datetime(2024, 1, 10, 6), datetime(2024, 1, 12, 6), datetime(9999, 12, 31)
    assert found == [
        ("P-1", Decimal("5.00"), first, last, "False"),
        ("P-1", Decimal("5.50"), last, open_end, "False"),
        ("P-2", Decimal("10.00"), first, open_end, "False"),
    ]


def test_a_missing_column_fails_the_run_and_nothing_else_stops(spoilt: Stage) -> None:
    outcome = spoilt.outcome
    assert outcome.status == 1
    assert outcome.nodes("fail") == ["assert_no_file_breaks_the_contract"]
    assert outcome.nodes("error", "runtime error", "skipped") == []
    assert len(outcome.nodes("success")) > 70
    state, reason = spoilt.ledger()[LACKING]
    assert state == "contract_break"
    assert reason == (
        "lacks required column rate (found: rate_date, base_currency, quote_currency, price),"
        " decimal(18,10) expected, perhaps rate is called price now:"
        " name the column as the landing contract does and deliver the file under a new name"
    )
    assert f"8 records rejected (8 open), 4 files held, 0 files waiting{WHERE_TO_LOOK}" in outcome.lines


def test_a_file_changed_after_loading_is_reported_and_not_loaded_again(spoilt: Stage) -> None:
    held = dict(spoilt.warehouse.rows("select file, reason from quarantine.quarantined_files"))
    assert held[RATES] == (
        "was changed after it had landed: restore it, and deliver the correction as a new file"
    )
    rates = spoilt.warehouse.rows("select rate from silver.stg_fx__rates where quote_currency = 'USD'")
    assert rates == [(Decimal("1.095"),)]


def test_the_records_of_a_changed_file_stay_accounted_for(spoilt: Stage) -> None:
    assert spoilt.account("rates") == (7, 2, 5, 0, 0)


def test_what_is_put_right_is_no_longer_reported_and_what_expired_stays(restored: Stage) -> None:
    assert restored.outcome.status == 0, restored.outcome.output[-4000:]
    assert (
        f"8 records rejected (8 open), 2 files held, 0 files waiting{WHERE_TO_LOOK}" in restored.outcome.lines
    )
    assert restored.ledger()[RATES] == ("loaded", None)
    # The one that was taken away fails no run any more, and is not gone.
    held = restored.warehouse.rows("select file, reject_state from quarantine.quarantined_files")
    assert dict(held) == {EMPTY: "open", NO_ENTITY: "open", LACKING: "withdrawn"}
    counted = restored.warehouse.rows(
        "select reject_kind, reason_kind, landed_date, open_file_count, withdrawn_file_count"
        " from ops.ops_rejects where rejected_file_count > 0"
    )
    assert sorted(counted) == [
        ("contract_break", "lacks required column rate", date(2024, 1, 17), 0, 1),
        ("unknown", "belongs to no entity of the landing contract", None, 1, 0),
        ("unreadable", "is empty", date(2024, 1, 16), 1, 0),
    ]
    assert restored.account("rates") == (7, 2, 5, 0, 0)
    assert restored.account("transactions") == (3, 1, 2, 0, 0)
