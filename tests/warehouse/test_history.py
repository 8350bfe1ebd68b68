"""Current state and history of the shop's tables and of the price lists, against a replay in plain Python."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from tests.warehouse.building import Warehouse
from tests.warehouse.replaying import (
    Change,
    Record,
    Version,
    changes_of,
    contacts_of,
    customer_history,
    dump_history,
    history,
    latest,
    offers_of,
)
from tests.warehouse.truth import Truth

KEYS = {
    "customers": "customer_id",
    "customer_addresses": "address_id",
    "products": "product_id",
    "orders": "order_id",
    "order_items": "order_item_id",
}


@pytest.fixture(scope="module")
def changes(built: Warehouse, truth: Truth) -> dict[str, dict[str, list[Change]]]:
    """The changes of every key by table."""
    unfit = {fault.file for fault in truth.faults if fault.disposition in ("held", "waiting")}
    return {table: changes_of(built.landing, table, key, unfit) for table, key in KEYS.items()}


def seen(found: dict[str, list[Change]]) -> dict[str, list[Change]]:
    """Leave out keys of which nothing but a delete is known."""
    return {key: own for key, own in found.items() if any(change.operation != "D" for change in own)}


def category(record: Record) -> tuple[Any, ...]:
    return (record["category_id"],)


def test_current_orders(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    columns = ["order_id", "customer_id", "channel_code", "order_status", "currency_code", "ordered_at"]
    found = built.rows(f"select {', '.join(columns)} from silver.int_orders__apply_order_changes")
    expected = [latest(own) for own in changes["orders"].values()]
    assert sorted(found, key=str) == sorted(
        (tuple(row[name] for name in columns) for row in expected if row), key=str
    )


def test_current_order_lines(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    columns = ["order_item_id", "order_id", "product_id", "quantity", "unit_price"]
    found = built.rows(f"select {', '.join(columns)} from silver.int_orders__apply_item_changes")
    expected = [latest(own) for own in changes["order_items"].values()]
    assert sorted(found) == sorted(tuple(row[name] for name in columns) for row in expected if row)


def test_products_as_last_known(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    columns = ["product_id", "sku", "product_name", "brand", "list_price", "is_active"]
    found = built.rows(
        f"select {', '.join(columns)} from gold.dim_product where is_current and sku is not null"
    )
    expected = [
        next(change.record for change in reversed(own) if change.operation != "D")
        for own in changes["products"].values()
    ]
    assert sorted(found) == sorted(tuple(row[name] for name in columns) for row in expected)


def test_versions_of_products(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    found: dict[str, list[Version]] = {}
    for product, since, until, category_id, is_deleted in built.rows(
        "select product_id, valid_from, valid_to, category_id, is_deleted from gold.dim_product"
        " where product_id is not null and not is_inferred order by product_id, valid_from"
    ):
        found.setdefault(product, []).append(Version(since, until, (category_id,), is_deleted))
    expected = {key: history(own, category) for key, own in seen(changes["products"]).items()}
    assert found == expected
    assert sum(len(own) for own in found.values()) > len(found)


def test_versions_of_customers(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    """All attributes in silver; in the dimension all but street and postal code, which are a token there."""
    place = ["street", "postal_code", "city", "region", "country_code"]
    accounts = {
        key: history(own, lambda row: (row["segment"], row["country_code"], row["has_marketing_consent"]))
        for key, own in seen(changes["customers"]).items()
    }
    addresses = {}
    for key, own in seen(changes["customer_addresses"]).items():
        owners = {change.record["customer_id"] for change in own if change.operation != "D"}
        assert len(owners) == 1
        found = history(own, lambda row: (*(row[name] for name in place), row["is_primary"]))
        addresses[key] = (owners.pop(), found)
    expected = customer_history(accounts, addresses)
    columns = "street, postal_code, address_city, address_region, address_country_code"
    silver: dict[str, list[Version]] = {}
    for customer, since, until, is_deleted, *state in built.rows(f"""
        select customer_id, valid_from, valid_to, is_deleted,
            segment, country_code, has_marketing_consent, {columns}
        from silver.int_customers__merge_history
        order by customer_id, valid_from
    """):
        silver.setdefault(customer, []).append(Version(since, until, tuple(state), is_deleted))
    wrong = {key: (own, silver.get(key)) for key, own in expected.items() if own != silver.get(key)}
    assert wrong == {}
    assert silver.keys() == expected.keys()
    assert sum(len(own) for own in expected.values()) > len(expected) * 1.1

    gold: dict[str, list[Version]] = {}
    for customer, since, until, is_deleted, *state in built.rows("""
        select customer_id, valid_from, valid_to, is_deleted, segment, country_code, has_marketing_consent,
            address_city, address_region, address_country_code
        from gold.dim_customer
        where customer_id is not null and not is_inferred
        order by customer_id, valid_from
    """):
        gold.setdefault(customer, []).append(Version(since, until, tuple(state), is_deleted))
    assert gold == {
        key: [
            Version(
                version.valid_from,
                version.valid_to,
                version.state[:3] + version.state[5:],
                version.is_deleted,
            )
            for version in own
        ]
        for key, own in expected.items()
    }


def test_facts_hold_the_version_of_their_moment(
    built: Warehouse, changes: dict[str, dict[str, list[Change]]]
) -> None:
    expected = {key: history(own, category) for key, own in seen(changes["products"]).items()}
    rows = built.rows("""
        select product_id, ordered_at, category_id
        from gold.fct_order_items
        inner join gold.dim_product using (product_key)
        where product_id is not null and not is_inferred and source_system = 'shop'
    """)
    wrong = [
        row
        for row in rows
        if row[2]
        not in [
            version.state[0]
            for version in expected[row[0]]
            if version.valid_from <= row[1] < version.valid_to
        ]
    ]
    assert rows
    assert wrong == []


def test_status_history_of_every_order(built: Warehouse, changes: dict[str, dict[str, list[Change]]]) -> None:
    expected: dict[str, list[tuple[str, datetime]]] = {}
    for order, own in changes["orders"].items():
        reached: list[tuple[str, datetime]] = []
        for change in own:
            status = change.record["order_status"]
            if change.operation != "D" and (not reached or reached[-1][0] != status):
                reached.append((status, change.record["status_at"] or change.changed_at))
        expected[order] = reached
    found: dict[str, list[tuple[str, datetime]]] = {}
    for order, status, moment in built.rows(
        "select order_id, order_status, reached_at from silver.int_orders__track_status_history"
        " order by order_id, status_number"
    ):
        found.setdefault(order, []).append((status, moment))
    assert found == expected

    # The accumulating snapshot has the first moment of each milestone on every line of the order.
    milestones = ("placed", "paid", "shipped", "delivered", "cancelled")
    for order, *moments in built.rows(
        f"select order_id, {', '.join(f'{name}_at' for name in milestones)} from gold.fct_order_lifecycle"
        " where source_system = 'shop'"
    ):
        firsts = [
            min((moment for status, moment in expected[order] if status == name), default=None)
            for name in milestones
        ]
        assert moments == firsts, order


def test_price_history_of_all_dumps(built: Warehouse, truth: Truth) -> None:
    files = sorted((built.landing / "supplier" / "price_list").rglob("*.csv"))
    dumps = [
        (datetime.strptime(file.name.split(".")[1], "%Y%m%dT%H%M%SZ"), offers_of(file)) for file in files
    ]
    assert len(dumps) == 3
    found = built.rows("""
        select supplier_id, product_id, unit_cost, currency_code, minimum_order_quantity,
            dbt_valid_from, dbt_valid_to, dbt_is_deleted = 'True'
        from silver.snp_supplier__price_list
    """)
    expected = dump_history(dumps)
    assert len(found) == len(set(found))
    assert set(found) == expected

    # What the generator withdrew is withdrawn as of the next dump; what came back is on offer from its dump.
    moments_of = dict(zip((file.relative_to(built.landing).as_posix() for file in files), dumps, strict=True))
    following = {dump[0]: later[0] for dump, later in pairwise(dumps)}
    assert {(f"{row[0]}|{row[1]}", row[5]) for row in expected if row[-1]} == {
        (fault.record_key, following[moments_of[fault.file][0]])
        for fault in truth.faults_of("offer_vanished")
    }
    assert {(fault.record_key, moments_of[fault.file][0]) for fault in truth.faults_of("offer_returned")} <= {
        (f"{row[0]}|{row[1]}", row[5]) for row in expected if not row[-1]
    }
    moments = {row[5] for row in expected} | {row[6] for row in expected}
    assert moments == {moment for moment, _ in dumps} | {datetime(9999, 12, 31)}

    current = built.rows(
        "select supplier_id, current_offer_count from gold.dim_supplier where supplier_id is not null"
    )
    for supplier, count in current:
        assert count == sum(offer[0] == supplier for offer in dumps[-1][1]), supplier


def test_contact_history_of_all_dumps(built: Warehouse, truth: Truth) -> None:
    """Every version of every contact: what changed, who vanished, and who came back, as of its dump."""
    files = sorted((built.landing / "crm" / "contacts").rglob("*.json"))
    assert not any(
        fault.source == "crm" and fault.disposition in ("held", "waiting", "rejected")
        for fault in truth.faults
    )
    dumps = [
        (datetime.strptime(file.name.split(".")[1], "%Y%m%dT%H%M%SZ"), contacts_of(file)) for file in files
    ]
    assert len(dumps) > 3
    columns = (
        "first_name", "last_name", "email", "phone", "birth_date", "street", "postal_code", "city", "region",
        "country_code", "lifecycle_status", "has_consent", "origin", "updated_at",
    )  # fmt: skip
    found = built.rows(
        f"select contact_id, {', '.join(columns)}, dbt_valid_from, dbt_valid_to, dbt_is_deleted = 'True'"
        " from vault.snp_crm__contacts"
    )
    expected = dump_history(dumps)
    texts = [
        (row[0], *(None if value is None else str(value) for value in row[1:-3]), *row[-3:]) for row in found
    ]
    assert len(texts) == len(set(texts))
    assert set(texts) == expected
    changed = {row[0] for row in expected if row[-2] != datetime(9999, 12, 31)}
    assert len(changed) > 10
    assert {row[0] for row in expected if row[-1]} == {
        fault.record_key for fault in truth.faults_of("contact_vanished")
    }
