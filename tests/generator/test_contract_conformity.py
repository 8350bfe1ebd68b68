"""The files keep to the landing contract: where they lie, what they are called, columns, types and codes."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from duckshift.contract import Entity, landing_contract

DAY = r"\d{4}/\d\d/\d\d"
STAMP = r"\d{8}T\d{6}Z"
PLACES = {
    "shop": rf"(LOAD\d{{8}}|{DAY}/\d{{6}}-\d+|{DAY}/reload-\d+/LOAD\d{{8}})\.parquet",
    "payments": rf"dt=\d{{4}}-\d\d-\d\d/(page-\d{{5}}\.{STAMP}\.json|settlements\.{STAMP}\.csv)",
    "marketing": rf"dt=\d{{4}}-\d\d-\d\d/(campaigns|ad_spend)\.{STAMP}\.csv",
    "pos": r"year=\d{4}/month=\d\d/day=\d\d/store=S-\d{4}/sales(\.r2)?\.csv",
    "fx": rf"dt=\d{{4}}-\d\d-\d\d/rates\.{STAMP}\.csv",
    "crm": rf"dt=\d{{4}}-\d\d-\d\d/(contacts|interactions)\.{STAMP}\.json",
    "shipping": rf"dt=\d{{4}}-\d\d-\d\d/events\.{STAMP}\.json",
    "web": rf"(processing-failed/)?{DAY}/\d\d/events-1(-\d\d+){{6}}\.json\.gz",
    "supplier": rf"dt=\d{{4}}-\d\d-\d\d/price_list\.{STAMP}\.csv",
}
ENTITIES = list(landing_contract().values())
SHOP = [entity for entity in ENTITIES if entity.source == "shop"]
# ISO 3166-1 alpha-2 codes of the countries that the retailer is meant to serve.
COUNTRIES = set(re.findall("..", "DEGBFRUSNLPLSEESITATBECHDKIENOFIPTCZCAGRHUROJPAULU"))
DUCKDB_TYPES = {"varchar": "VARCHAR", "timestamp": "TIMESTAMP", "date": "DATE", "boolean": "BOOLEAN"}


def duckdb_type(data_type: str) -> str:
    base = data_type.split("(", maxsplit=1)[0]
    return data_type.upper() if base == "decimal" else DUCKDB_TYPES.get(base, base.upper())


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.path)
def test_files_lie_where_the_contract_says(landing: Any, entity: Entity) -> None:
    files = [path for path in (landing.root / entity.path).rglob("*") if path.is_file()]
    assert files
    for path in files:
        if not path.name.startswith("_manifest"):
            place = str(path.relative_to(landing.root / entity.path))
            assert re.fullmatch(PLACES[entity.source], place), place


def test_nothing_else_lies_in_the_landing_root(landing: Any) -> None:
    expected = {entity.path for entity in ENTITIES} | {"_truth"}
    files = [path.relative_to(landing.root) for path in landing.root.rglob("*") if path.is_file()]
    assert {"/".join(file.parts[: 1 if file.parts[0] == "_truth" else 2]) for file in files} == expected
    assert not list(landing.root.rglob(".*"))


@pytest.mark.parametrize("entity", SHOP, ids=lambda entity: entity.name)
def test_parquet_columns_are_those_of_the_contract(landing: Any, entity: Entity) -> None:
    held = {fault["file"] for fault in landing.faults if fault["disposition"] == "held"}
    columns = entity.columns + entity.change_columns
    expected = {column.name: {duckdb_type(column.data_type)} for column in columns}
    if entity.name == "order_items":
        expected["quantity"] = {"BIGINT", "INTEGER"}
    found = defaultdict(set)
    files = (landing.root / entity.path).rglob("*.parquet")
    sound = [str(path) for path in files if str(path.relative_to(landing.root)) not in held]
    # One file of each shape is enough to describe, and much faster than all.
    shapes = landing.rows(f"""
        select min(file_name)
        from (
            select file_name, list((name, type) order by name) as shape
            from parquet_schema({sound})
            group by file_name
        )
        group by shape
    """)
    for (file,) in shapes:
        query = f"describe select * from read_parquet('{file}', hive_partitioning = false)"
        for name, kind in [row[:2] for row in landing.rows(query)]:
            found[name].add(kind)
    assert found == expected


@pytest.mark.parametrize("entity", SHOP, ids=lambda entity: entity.name)
def test_required_columns_are_filled_but_in_deletes(landing: Any, entity: Entity) -> None:
    required = [column.name for column in entity.columns if column.is_required]
    keys = " or ".join(f"{name} is null" for name in entity.key)
    others = " or ".join(f"{name} is null" for name in required)
    assert (
        landing.rows(f"""
            select * from {landing.log(entity.name)} where {keys} or "Op" is distinct from 'D' and ({others})
        """)
        == []
    )


@pytest.mark.parametrize("entity", SHOP, ids=lambda entity: entity.name)
def test_full_loads_have_no_operation_and_an_empty_sequence(landing: Any, entity: Entity) -> None:
    wrong = landing.rows(f"""
        select * from {landing.log(entity.name)}
        where (_path like '%/LOAD%') != ("Op" is null)
            or (_path like '%/LOAD%') != (_change_seq = '')
            or _commit_ts != date_trunc('second', _commit_ts)
            or "Op" not in ('I', 'U', 'D')
    """)
    assert wrong == []


def test_country_codes_are_iso_codes(landing: Any) -> None:
    for table in (
        "customers",
        "customer_addresses",
        "suppliers",
        "stores",
        "orders",
        "returns",
        "loyalty_cards",
        "locations",
    ):
        rows = landing.rows(
            f"select distinct country_code from {landing.log(table)} where country_code is not null"
        )
        assert {row[0] for row in rows} <= COUNTRIES, table


def test_codes_are_those_of_the_contract(landing: Any) -> None:
    for table, column, codes in (
        ("orders", "channel_code", {"web", "marketplace", "wholesale"}),
        ("order_items", "line_type", {"sale", "free", "fee"}),
        ("return_items", "line_type", {"return"}),
        ("customers", "segment", {"consumer", "business", None}),
        ("stores", "store_format", {"flagship", "city", "outlet"}),
        ("loyalty_cards", "tier", {"basic", "silver", "gold"}),
        ("loyalty_cards", "card_status", {"active", "replaced"}),
        ("locations", "location_type", {"warehouse", "store"}),
        ("promotions", "promotion_type", {"sale", "coupon"}),
        (
            "inventory_movements",
            "movement_type",
            {"sale", "return", "receipt", "transfer_in", "transfer_out", "write_off", "adjustment"},
        ),
    ):
        rows = landing.rows(f"select distinct {column} from {landing.log(table)}")
        assert {row[0] for row in rows} <= codes, (table, column)


def test_children_have_their_parents(landing: Any) -> None:
    for child, key, parent in (
        ("order_items", "order_id", "orders"),
        ("return_items", "return_id", "returns"),
        ("returns", "order_id", "orders"),
        ("products", "category_id", "categories"),
        ("products", "supplier_id", "suppliers"),
        ("order_items", "product_id", "products"),
        ("orders", "customer_id", "customers"),
        ("loyalty_cards", "customer_id", "customers"),
        ("loyalty_cards", "store_id", "stores"),
        ("locations", "store_id", "stores"),
        ("order_item_promotions", "order_item_id", "order_items"),
        ("order_item_promotions", "promotion_id", "promotions"),
        ("opening_stock", "product_id", "products"),
        ("opening_stock", "location_id", "locations"),
        ("inventory_movements", "product_id", "products"),
        ("inventory_movements", "location_id", "locations"),
    ):
        orphans = landing.rows(f"""
            select distinct {key} from {landing.log(child)} anti join {landing.log(parent)} using ({key})
            where {key} is not null
        """)
        assert orphans == [], (child, key)


def test_the_category_tree_has_three_levels(landing: Any) -> None:
    rows = landing.rows(f"""
        with recursive category as {landing.state("categories", "category_id")},
        tree as (
            select category_id, 1 as level from category where parent_category_id is null
            union all
            select category.category_id, level + 1 from category
            inner join tree on category.parent_category_id = tree.category_id
        )
        select level, count(*) from tree group by level order by level
    """)
    assert rows == [(1, 8), (2, 32), (3, 96)]


def test_payments_have_every_type_and_method(landing: Any) -> None:
    found = defaultdict(set)
    for path in (landing.root / "payments").rglob("page-00001.*.json"):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                payment = json.loads(line)
            except ValueError:
                continue
            for name in ("transaction_type", "payment_method", "transaction_status"):
                found[name].add(payment[name])
    assert found["transaction_type"] == {"authorisation", "capture", "refund", "chargeback"}
    assert found["payment_method"] == {"card", "paypal", "bank_transfer", "klarna", "voucher"}
    assert found["transaction_status"] == {"approved", "declined", None}


def test_personal_data_are_invented(landing: Any) -> None:
    """Domains that RFC 2606 keeps for examples."""
    rows = landing.rows(
        f"select distinct split_part(email, '@', 2) from {landing.log('customers')} where email is not null"
    )
    assert {row[0] for row in rows} == {"example.com", "example.org", "example.net"}
