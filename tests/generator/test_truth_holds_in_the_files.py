"""The truth is told by the generator; here it is found again in the files, by plain Python and plain SQL."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from duckshift.contract import Column, Entity, landing_contract

RECORD_COUNTS = ("records_loaded", "records_rejected", "records_duplicate", "records_superseded")
Found = dict[tuple[str, int], str]  # (file, line): disposition


def is_whole_number(text: str, data_type: str) -> bool:
    bits = 32 if data_type == "integer" else 64
    return bool(re.fullmatch(r"-?\d+", text)) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)


def fits(text: str, data_type: str) -> bool:
    if data_type in ("integer", "bigint"):
        return is_whole_number(text, data_type)
    if data_type.startswith("decimal"):
        _, scale = (int(number) for number in re.findall(r"\d+", data_type))
        return bool(re.fullmatch(rf"-?\d+(\.\d{{1,{scale}}})?", text))
    try:
        if data_type == "date":
            date.fromisoformat(text)
        elif data_type == "timestamp":
            datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return False
    return not data_type.startswith("varchar") or len(text.encode()) <= int(data_type[8:-1])


def is_valid(record: dict[str, str], columns: tuple[Column, ...]) -> bool:
    for column in columns:
        value = record.get(column.name) or ""
        if not value and column.is_required:
            return False
        if value and not fits(value, column.data_type):
            return False
    return True


def csv_records(path: Path, entity: Entity) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield (line in the file, record or None if it is no good); nothing for a file that is held."""
    lines = path.read_bytes().split(b"\n")
    header = lines[0].decode().split(",")
    if not {column.name for column in entity.columns if column.is_required} <= set(header):
        return
    for number, raw in enumerate(lines[1:], 2):
        if not raw:
            continue
        try:
            fields = raw.decode().split(",")
        except UnicodeDecodeError:
            fields = []
        record = dict(zip(header, fields, strict=False))
        yield number, record if len(fields) == len(header) and is_valid(record, entity.columns) else None


def json_records(path: Path, entity: Entity) -> Iterator[tuple[int, dict[str, str] | None]]:
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            value = json.loads(raw, parse_float=str, parse_int=str)
        except ValueError:
            value = None
        record = {name: str(item) for name, item in value.items() if item is not None} if value else {}
        yield number, record if value and is_valid(record, entity.columns) else None


Reader = Callable[[Path, Entity], Iterator[tuple[int, dict[str, str] | None]]]


def reader_of(entity: Entity) -> Reader:
    return json_records if entity.file_format == "json" else csv_records


def key_of(record: dict[str, str], entity: Entity) -> tuple[str, ...]:
    return tuple(record[name] for name in entity.key)


def latest_version(landing: Any, entity: Entity) -> tuple[Found, list[dict[str, str]]]:
    """Judge payments and rates: the copy with the latest time of production in the file's name counts."""
    found: Found = {}
    copies = defaultdict(list)
    reader = reader_of(entity)
    for path in sorted((landing.root / entity.path).rglob(f"*.{entity.file_format}")):
        file = str(path.relative_to(landing.root))
        for line, record in reader(path, entity):
            if record is None:
                found[file, line] = "rejected"
            else:
                copies[key_of(record, entity)].append((path.name.split(".")[1], file, line, record))
    kept = []
    for versions in copies.values():
        *older, newest = sorted(versions, key=lambda version: version[:3])
        kept.append(newest[3])
        found[newest[1], newest[2]] = "loaded"
        for _, file, line, record in older:
            found[file, line] = "duplicate" if record == newest[3] else "superseded"
    return found, kept


def latest_revision(landing: Any) -> tuple[Found, list[dict[str, str]]]:
    """Judge the tills: the highest revision of a store and day counts, if it has a manifest."""
    entity = landing_contract()["pos", "sales"]
    found: Found = {}
    kept = []
    for folder in sorted(path for path in (landing.root / "pos").rglob("store=*")):
        manifests = [json.loads(path.read_text()) for path in folder.glob("_manifest*.json")]
        highest = max((manifest["revision"] for manifest in manifests), default=0)
        for manifest in manifests:
            seen = set()
            path = folder / manifest["file"]
            for line, record in csv_records(path, entity):
                where = (str(path.relative_to(landing.root)), line)
                if record is None:
                    found[where] = "rejected"
                elif manifest["revision"] < highest:
                    found[where] = "superseded"
                elif key_of(record, entity) in seen:
                    found[where] = "duplicate"
                else:
                    found[where] = "loaded"
                    seen.add(key_of(record, entity))
                    kept.append(record)
    return found, kept


def full_dump(landing: Any, entity: Entity) -> Found:
    found: Found = {}
    for path in sorted((landing.root / entity.path).rglob(f"*.{entity.file_format}")):
        seen = set()
        for line, record in reader_of(entity)(path, entity):
            where = (str(path.relative_to(landing.root)), line)
            if record is None:
                found[where] = "rejected"
            elif key_of(record, entity) in seen:
                found[where] = "duplicate"
            else:
                found[where] = "loaded"
                seen.add(key_of(record, entity))
    return found


@pytest.fixture(scope="module")
def till_records(landing: Any) -> tuple[Found, list[dict[str, str]]]:
    return latest_revision(landing)


@pytest.fixture(scope="module")
def payment_records(landing: Any) -> tuple[Found, list[dict[str, str]]]:
    return latest_version(landing, landing_contract()["payments", "transactions"])


def judged(entity: Entity, landing: Any, till: Any, payments: Any) -> Found:
    known: dict[str, Found] = {"pos/sales": till[0], "payments/transactions": payments[0]}
    if entity.path in known:
        return known[entity.path]
    if entity.delivery == "full_dump":
        return full_dump(landing, entity)
    return latest_version(landing, entity)[0]


# Shop tables are Parquet; the click stream has a suite of its own.
TEXT_ENTITIES = [
    entity for entity in landing_contract().values() if entity.delivery not in ("change_log", "event_stream")
]


def test_every_account_adds_up(landing: Any) -> None:
    assert len(landing.accounts) == len(landing_contract())
    for name, account in landing.accounts.items():
        assert account["records_landed"] == sum(account[count] for count in RECORD_COUNTS), name
        assert account["records_landed"] == landing.report.records[name], name


def test_files_are_counted_as_they_lie_there(landing: Any) -> None:
    for (source, name), entity in landing_contract().items():
        files = [path for path in (landing.root / entity.path).rglob(f"*.{entity.suffix}") if path.is_file()]
        assert landing.accounts[f"{source}.{name}"]["files_landed"] == len(files), name
    assert landing.report.files == sum(account["files_landed"] for account in landing.accounts.values())


def test_held_and_waiting_files_are_those_of_the_faults(landing: Any) -> None:
    for name, account in landing.accounts.items():
        for state in ("held", "waiting"):
            files = {
                fault["file"]
                for fault in landing.faults
                if f"{fault['source']}.{fault['entity']}" == name and fault["disposition"] == state
            }
            assert account[f"files_{state}"] == len(files), (name, state)
            assert all((landing.root / file).is_file() for file in files)


@pytest.mark.parametrize("entity", TEXT_ENTITIES, ids=lambda entity: entity.path)
def test_text_records_are_judged_as_the_account_says(
    entity: Entity, landing: Any, till_records: Any, payment_records: Any
) -> None:
    found = judged(entity, landing, till_records, payment_records)
    counted = {
        f"records_{state}": sum(disposition == state for disposition in found.values())
        for state in ("loaded", "rejected", "duplicate", "superseded")
    }
    account = landing.accounts[f"{entity.source}.{entity.name}"]
    assert counted == {count: account[count] for count in RECORD_COUNTS}


@pytest.mark.parametrize("entity", TEXT_ENTITIES, ids=lambda entity: entity.path)
def test_faults_name_the_very_lines(
    entity: Entity, landing: Any, till_records: Any, payment_records: Any
) -> None:
    found = judged(entity, landing, till_records, payment_records)
    noted = {
        (fault["file"], int(fault["line"])): fault["disposition"]
        for fault in landing.faults
        if (fault["source"], fault["entity"]) == (entity.source, entity.name) and fault["line"]
    }
    # A repeated line has two places, either of which may be called the duplicate.
    wrong = {
        where: (disposition, found.get(where))
        for where, disposition in noted.items()
        if found.get(where) != disposition and "duplicate" not in (disposition, found.get(where))
    }
    assert wrong == {}
    unnoted = {where for where, disposition in found.items() if disposition == "rejected"} - set(noted)
    assert unnoted == set()


@pytest.mark.parametrize(
    "table",
    [entity.name for (source, _), entity in landing_contract().items() if source == "shop"],
)
def test_change_records_are_judged_as_the_account_says(landing: Any, table: str) -> None:
    entity = landing_contract()["shop", table]
    key = ", ".join(entity.key)
    [(landed, loaded)] = landing.rows(f"""
        select count(*), count(distinct (
            {key}, coalesce(_change_seq, ''),
            (case when coalesce(_change_seq, '') = '' then regexp_extract(_path, 'reload-[0-9]+') end)
        ))
        from {landing.log(table)}
    """)
    account = landing.accounts[f"shop.{table}"]
    assert (landed, loaded) == (account["records_landed"], account["records_loaded"])
    assert landed - loaded == account["records_duplicate"]


def test_a_change_sequence_stands_for_one_change_only(landing: Any) -> None:
    for table in ("customers", "products", "orders", "order_items", "customer_addresses"):
        columns = ", ".join(column.name for column in landing_contract()["shop", table].columns)
        assert (
            landing.rows(f"""
                select _change_seq from (
                    select distinct _change_seq, "Op", _commit_ts, {columns}
                    from {landing.log(table)}
                    where _change_seq != ''
                )
                group by _change_seq
                having count(*) > 1
            """)
            == []
        )


@pytest.mark.parametrize(
    ("figure", "table", "key"),
    [
        ("current_products", "products", "product_id"),
        ("current_customers", "customers", "customer_id"),
        ("shop_orders", "orders", "order_id"),
        ("shop_order_lines", "order_items", "order_item_id"),
        ("shop_return_lines", "return_items", "return_item_id"),
        ("stores", "stores", "store_id"),
    ],
)
def test_current_rows_are_what_the_changes_leave(landing: Any, figure: str, table: str, key: str) -> None:
    [(count,)] = landing.rows(f"select count(*) from {landing.state(table, key)}")
    assert count == landing.figures[figure]


def test_customers_ever_were_seen_in_more_than_a_delete(landing: Any) -> None:
    [(count,)] = landing.rows(
        f"select count(distinct customer_id) from {landing.log('customers')}"
        " where \"Op\" is distinct from 'D'"
    )
    assert count == landing.figures["customers_ever"]


def test_current_addresses_follow_the_reload(landing: Any) -> None:
    """Changes up to the checkpoint are replaced by the reload; what it lacks is gone."""
    [fault] = landing.faults_of("reload")
    [(count,)] = landing.rows(f"""
        with log as (
            select *, regexp_extract(_path, 'reload-([0-9]+)', 1) as checkpoint
                from {landing.log("customer_addresses")}
        )
        select count(*) from (
            select * from log
            where checkpoint != '' or _change_seq > (select max(checkpoint) from log)
            qualify row_number() over (partition by address_id order by _change_seq desc) = 1
        )
        where "Op" is distinct from 'D'
    """)
    assert count == landing.figures["current_addresses"]
    assert "reload-" in fault["file"]


def test_receipts_and_lines_are_those_that_survive(landing: Any, till_records: Any) -> None:
    _, kept = till_records
    assert len({(line["store_id"], line["receipt_id"]) for line in kept}) == landing.figures["pos_receipts"]
    returned = [line for line in kept if int(line["quantity"]) < 0]
    assert len(returned) == landing.figures["pos_return_lines"]
    sold = len(kept) - len(returned)
    assert sold + landing.figures["shop_order_lines"] == landing.figures["order_lines"]


def test_net_sales_are_lines_less_discounts(landing: Any, till_records: Any) -> None:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in landing.rows(f"""
        select currency_code, sum(quantity * unit_price) - sum(coalesce(items.discount_amount, 0))
        from {landing.state("order_items", "order_item_id")} as items
        inner join {landing.state("orders", "order_id")} as orders using (order_id)
        group by currency_code
        union all
        select currency_code, -sum(coalesce(discount_amount, 0))
        from {landing.state("orders", "order_id")}
        group by currency_code
    """):
        net[currency] += amount
    currencies = dict(
        landing.rows(f"select store_id, currency_code from {landing.state('stores', 'store_id')}")
    )
    for line in till_records[1]:
        if int(line["quantity"]) > 0:
            amount = int(line["quantity"]) * Decimal(line["unit_price"])
            net[currencies[line["store_id"]]] += amount - Decimal(line["discount_amount"] or 0)
    figures = {
        name.removeprefix("net_sales."): value
        for name, value in landing.figures.items()
        if name.startswith("net_sales.")
    }
    assert net == figures


def test_captured_amounts_are_those_of_the_latest_copies(landing: Any, payment_records: Any) -> None:
    captured: dict[str, Decimal] = defaultdict(Decimal)
    for payment in payment_records[1]:
        if payment["transaction_type"] == "capture" and payment.get("transaction_status") != "declined":
            captured[payment["currency_code"]] += Decimal(payment["amount"])
    figures = {
        name.removeprefix("captured."): value
        for name, value in landing.figures.items()
        if name.startswith("captured.")
    }
    assert captured == figures


def test_till_manifests_describe_their_files(landing: Any) -> None:
    for manifest_file in (landing.root / "pos").rglob("_manifest*.json"):
        manifest = json.loads(manifest_file.read_text())
        content = (manifest_file.parent / manifest["file"]).read_bytes()
        assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
        assert manifest["records"] == len([line for line in content.split(b"\n")[1:] if line])


def test_a_clean_landing_loads_every_record(clean_landing: Any) -> None:
    assert clean_landing.faults == []
    for name, account in clean_landing.accounts.items():
        assert account["files_held"] == account["files_waiting"] == 0, name
        assert account["records_loaded"] == account["records_landed"], name
