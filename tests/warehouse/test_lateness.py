"""What arrives late reaches everything that follows from it, and nothing else.

One delivery after the whole landing zone brings one late thing of each kind. What must come of it is worked
out here from the warehouse before and the record that was delivered.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.warehouse.building import Warehouse

from duckshift.comparison import WAY, duckdb_differences
from duckshift.workshop import MODELS_ONLY

# Two whole builds; that late deliveries end as a full refresh is what the replays of every change prove.
pytestmark = pytest.mark.full

DELIVERED = datetime(2024, 2, 2, 9)
RATE = "0.5000000000"


@dataclass(frozen=True)
class Late:
    """The warehouse before and after the late delivery, and what was delivered."""

    before: Warehouse
    after: Warehouse
    moved_product: str
    """Its category changed in the middle of its sales, which is only known now."""
    moved_at: datetime
    renamed_product: str
    inferred_product: str
    withdrawn_order: str
    corrected_delivery: str
    rate_date: date
    moved_line: str
    left_order: str
    joined_order: str
    retaxed_line: str
    """It came back before its tax rate was corrected."""

    def changed(self, model: str) -> list[dict[str, Any]]:
        """Return what the build after the delivery wrote into a model's change log."""
        with duckdb.connect(str(self.after.database), read_only=True) as connection:
            cursor = connection.execute(
                f'select * from ops."changes__{model}" where run_id = (select max(run_id) from ops.runs)'
            )
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one(warehouse: Warehouse, query: str) -> Any:
    """Return the first value of a query that finds something."""
    rows = warehouse.rows(query)
    assert rows, f"the generated data hold no case: {query}"
    return rows[0][0]


def write_change(
    warehouse: Warehouse, table: str, key: str, value: str, changed_at: datetime, changes: dict[str, Any]
) -> None:
    """Write an update of a key: its last record in the landing zone with other values."""
    landing = warehouse.landing
    files = [
        str(landing / row[0])
        for row in warehouse.rows(
            f"select file from ops.ops_load_ledger where source_name = 'shop' and entity_name = '{table}'"
            " and file_state = 'loaded' order by 1"
        )
    ]
    target = landing / "shop" / table / DELIVERED.strftime("%Y/%m/%d") / f"{value}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    stamp = changed_at.strftime("%Y%m%d%H%M%S")
    replaced = changes | {"Op": "U", "_commit_ts": changed_at, "_change_seq": f"{stamp}0000999999"}
    with duckdb.connect() as connection:
        connection.execute(
            f"create table last_record as select * from read_parquet({files}, union_by_name = true,"
            f" hive_partitioning = false) where trim({key}) = ? and coalesce(Op, 'I') != 'D'"
            " order by _change_seq desc nulls last limit 1",
            [value],
        )
        if connection.execute("select count(*) from last_record").fetchone() != (1,):
            connection.execute(f"insert into last_record ({key}) values (?)", [value])
        for name, new in replaced.items():
            connection.execute(f'update last_record set "{name}" = ?', [new])
        connection.execute(f"copy last_record to '{target}' (format parquet)")


def write_correction(folder: Path) -> None:
    """Deliver a store file once more, without its first line."""
    header, _, *others = (folder / "sales.csv").read_text().splitlines(keepends=True)
    text = "".join([header, *others])
    (folder / "sales.r9.csv").write_text(text)
    manifest = {
        "file": "sales.r9.csv",
        "records": len(others),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "produced_at": DELIVERED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "revision": 9,
    }
    (folder / "_manifest.r9.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def late(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Late:
    """Deliver one late thing of each kind to a copy of the generated warehouse and build."""
    landing = tmp_path_factory.mktemp("late") / "landing"
    shutil.copytree(built.landing, landing)
    after = built.copy(tmp_path_factory.mktemp("warehouse"), landing)
    sold_often = """
        select product_id
        from silver.int_orders__value_lines
        where source_system = 'shop'
            and product_id in (
                select product_id from silver.stg_shop__products group by product_id having count(*) = 1
            )
        group by product_id
        having count(distinct ordered_at) >= 4
        order by product_id
    """
    moved, renamed = (row[0] for row in built.rows(sold_often)[:2])
    moved_at = one(
        built,
        f"select median(ordered_at) from silver.int_orders__value_lines where product_id = '{moved}'",
    ).replace(microsecond=0)
    inferred = one(
        built,
        "select product_id from gold.dim_product inner join gold.fct_order_items using (product_key)"
        " where is_inferred order by 1",
    )
    withdrawn = one(
        built,
        "select order_id from gold.fct_order_lifecycle where order_status = 'delivered'"
        " and source_system = 'shop' order by 1",
    )
    corrected = one(
        built,
        "select _delivery from silver.stg_pos__sales where _file like '%/sales.csv' and quantity > 0"
        " group by 1 having count(distinct receipt_id) > 1 and min(line_number) = 1 order by 1",
    )
    rate_date = one(
        built,
        "select order_date from gold.fct_order_items where currency_code = 'USD'"
        " and reporting_rate_date < order_date order by 1",
    )
    line, left = built.rows(
        "select order_item_id, order_id from silver.int_orders__apply_item_changes order by 1 desc"
    )[0]
    joined = one(
        built,
        f"select order_id from gold.mart_order_summary where source_system = 'shop' and line_count > 0"
        f" and order_id != '{left}' order by 1",
    )
    retaxed = one(
        built,
        "select order_item_id from gold.fct_returns where is_tax_included and tax_rate > 0"
        f" and order_item_id is not null and order_id not in ('{left}', '{joined}', '{withdrawn}')"
        " and refund_amount > 1 order by 1",
    )
    relisted = {"category_id": "CAT-LATE", "currency_code": "XQQ", "supplier_id": "SUP-LATE"}
    write_change(after, "products", "product_id", moved, moved_at, relisted)
    write_change(after, "order_items", "order_item_id", retaxed, DELIVERED, {"tax_rate": Decimal("0.5")})
    write_change(after, "products", "product_id", renamed, DELIVERED, {"product_name": "Renamed"})
    write_change(after, "products", "product_id", inferred, DELIVERED, {"product_name": "Known at last"})
    write_change(after, "orders", "order_id", withdrawn, DELIVERED, {"order_status": "shipped"})
    write_change(after, "order_items", "order_item_id", line, DELIVERED, {"order_id": joined})
    write_correction(landing / corrected)
    rates = landing / "fx" / "rates" / f"dt={rate_date}" / "rates.20240202T090000Z.csv"
    rates.parent.mkdir(exist_ok=True)
    rates.write_text(f"rate_date,base_currency,quote_currency,rate\n{rate_date},EUR,USD,{float(RATE):.10f}\n")
    outcome = after.dbt("build", *MODELS_ONLY)
    assert outcome.status == 0, outcome.output[-4000:]
    return Late(
        built, after, moved, moved_at, renamed, inferred, withdrawn, corrected, rate_date, line, left, joined,
        retaxed,
    )  # fmt: skip


@pytest.mark.full  # that is what replays prove, with late files among their deliveries
def test_what_was_built_in_two_steps_equals_what_is_built_at_once(
    late: Late, new_warehouse: Callable[[Path], Warehouse]
) -> None:
    whole = new_warehouse(late.after.landing)
    outcome = whole.dbt("build", *MODELS_ONLY)
    assert outcome.status == 0, outcome.output[-4000:]
    assert duckdb_differences(whole.database, late.after.database, left_out=WAY) == []


def test_a_late_version_rekeys_the_facts_of_its_interval_and_no_other(late: Late) -> None:
    versions = late.after.rows(
        "select product_key, valid_from, valid_to from gold.dim_product"
        f" where product_id = '{late.moved_product}' order by valid_from"
    )
    assert [version[1:] for version in versions] == [
        (datetime(1900, 1, 1), late.moved_at),
        (late.moved_at, datetime(9999, 12, 31)),
    ]
    sales = late.after.rows(
        "select items.product_key, items.ordered_at from gold.fct_order_items as items"
        f" inner join gold.dim_product using (product_key) where product_id = '{late.moved_product}'"
    )
    assert {key for key, _ in sales} == {version[0] for version in versions}
    assert all((key == versions[1][0]) == (sold_at >= late.moved_at) for key, sold_at in sales)
    keys = "select order_item_id, product_key from gold.fct_order_items"
    before, after = dict(late.before.rows(keys)), dict(late.after.rows(keys))
    rekeyed = {line for line, key in before.items() if key == versions[0][0] != after.get(line)}
    assert len(rekeyed) == sum(sold_at >= late.moved_at for _, sold_at in sales)
    assert rekeyed <= {row["new_order_item_id"] for row in late.changed("fct_order_items")}


def test_a_new_name_reaches_the_dimension_and_no_fact(late: Late) -> None:
    query = (
        "select distinct product_name, product_key from gold.dim_product"
        f" where product_id = '{late.renamed_product}'"
    )
    [(name, key)] = late.after.rows(query)
    assert name == "Renamed"
    assert late.before.rows(query) == [(late.before.rows(query)[0][0], key)]
    lines = f"select order_item_id from gold.fct_order_items where product_key = {key}"
    touched = {row["new_order_item_id"] for row in late.changed("fct_order_items")}
    sold = {row[0] for row in late.after.rows(lines)}
    assert sold
    assert not touched & sold - {late.moved_line}


def test_an_inferred_product_that_arrives_keeps_its_key_and_its_facts(late: Late) -> None:
    query = (
        "select product_key, is_inferred, product_name from gold.dim_product"
        f" where product_id = '{late.inferred_product}'"
    )
    [(key, was_inferred, _)] = late.before.rows(query)
    assert was_inferred
    assert late.after.rows(query) == [(key, False, "Known at last")]
    lines = f"select count(*) from gold.fct_order_items where product_key = {key}"
    assert late.before.rows(lines) == late.after.rows(lines) != [(0,)]


def test_a_status_that_is_withdrawn_takes_the_lifecycle_back(late: Late) -> None:
    query = (
        "select distinct order_status, is_open from gold.fct_order_lifecycle"
        f" where order_id = '{late.withdrawn_order}'"
    )
    assert late.before.rows(query) == [("delivered", False)]
    assert late.after.rows(query) == [("shipped", True)]


def test_a_corrected_store_file_retracts_its_lines_down_to_the_sums(late: Late) -> None:
    store = late.corrected_delivery.split("store=")[1]
    day = "-".join(part.split("=")[1] for part in late.corrected_delivery.split("/")[2:5])
    lines = (
        "select order_item_id from gold.fct_order_items where source_system = 'pos'"
        f" and order_id like 'pos-{store}-{day}-%'"
    )
    returned = (
        "select return_item_id from gold.fct_returns where source_system = 'pos'"
        f" and return_id like 'pos-{store}-{day}-%'"
    )
    was = {row[0] for query in (lines, returned) for row in late.before.rows(query)}
    now = {row[0] for query in (lines, returned) for row in late.after.rows(query)}
    assert now < was
    assert len(was - now) == 1
    sold = (
        "select sum(sold_line_count), sum(returned_line_count) from gold.sales_daily"
        " inner join gold.dim_channel using (channel_key)"
        f" where business_date = '{day}' and channel_code = 'store'"
    )
    [(sold_before, returned_before)] = late.before.rows(sold)
    [(sold_after, returned_after)] = late.after.rows(sold)
    assert sold_before + returned_before - sold_after - returned_after == 1


def test_a_late_rate_revalues_the_days_it_covers_and_no_other(late: Late) -> None:
    query = (
        "select order_date, reporting_rate, reporting_rate_date from gold.fct_order_items"
        " where currency_code = 'USD' order by all"
    )
    next_day = one(
        late.after,
        "select min(rate_date) from silver.stg_fx__rates where quote_currency = 'USD'"
        f" and rate_date > '{late.rate_date}'",
    )
    covered = [row for row in late.after.rows(query) if row[0] and late.rate_date <= row[0] < next_day]
    assert {row[1:] for row in covered} == {(2, late.rate_date)}
    moved = {late.left_order, late.joined_order}
    outside = (
        "select order_item_id, reporting_rate from gold.fct_order_items where currency_code = 'USD'"
        f" and (order_date < '{late.rate_date}' or order_date >= '{next_day}')"
        f" and order_id not in {tuple(sorted(moved))} order by all"
    )
    assert late.before.rows(outside) == late.after.rows(outside)
    assert timedelta(days=1) <= next_day - late.rate_date


def test_a_line_that_moves_corrects_the_order_it_left_and_the_one_it_joined(late: Late) -> None:
    counts = "select order_id, line_count from gold.mart_order_summary where order_id in ('{}', '{}')"
    query = counts.format(late.left_order, late.joined_order)
    before, after = dict(late.before.rows(query)), dict(late.after.rows(query))
    assert after[late.left_order] == before[late.left_order] - 1
    assert after[late.joined_order] == before[late.joined_order] + 1


def test_a_late_tax_rate_corrects_what_came_back(late: Late) -> None:
    amounts = (
        "select refund_amount, tax_rate, refund_tax_amount from gold.fct_returns"
        f" where order_item_id = '{late.retaxed_line}'"
    )
    [(refund, rate, tax)] = late.after.rows(amounts)
    assert rate == Decimal("0.5")
    assert tax == (refund / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert late.before.rows(amounts) != late.after.rows(amounts)


def test_a_currency_and_a_supplier_that_only_a_product_names_are_members(late: Late) -> None:
    found = late.after.rows(
        "select currencies.currency_code, currencies.is_inferred,"
        " suppliers.supplier_id, suppliers.is_inferred"
        " from gold.fct_product_price as prices"
        " inner join gold.dim_currency as currencies using (currency_key)"
        " inner join gold.dim_supplier as suppliers using (supplier_key)"
        f" where prices.product_id = '{late.moved_product}' and prices.valid_from = '{late.moved_at}'"
    )
    assert found == [("XQQ", True, "SUP-LATE", True)]


def test_only_what_followed_was_written(late: Late) -> None:
    """A handful of late records must not rewrite the facts."""
    [(total,)] = late.after.rows("select count(*) from gold.fct_order_items")
    assert 0 < len(late.changed("fct_order_items")) < total / 4
