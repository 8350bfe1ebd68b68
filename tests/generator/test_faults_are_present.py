"""Every trait of the sources is there, even in a small landing zone, and is what its name says."""

import gzip
import json
from typing import Any

import pytest

EXPECTED = """
shop.customers: column_added delete delete_key_only delete_unseen duplicate duplicate_in_full_load
    full_load_overlap out_of_order same_second
shop.customer_addresses: absent_from_reload delete delete_key_only delete_unseen duplicate duplicate_in_reload
    out_of_order reinsert reload
shop.products: delete delete_key_only duplicate full_load_overlap incomplete_reload out_of_order reinsert
    same_second truncated_file
shop.suppliers: load_without_op
shop.orders: duplicate out_of_order same_second status_order
shop.order_items: duplicate out_of_order type_widened
shop.returns: duplicate
shop.return_items: duplicate
shop.loyalty_cards: duplicate
shop.promotions: late_promotion
shop.order_item_promotions: duplicate
shop.opening_stock: recounted
shop.inventory_movements: corrected_movement duplicate late_movement out_of_order
pos.sales: missing_file missing_manifest corrected_file line_changed line_removed line_added header_order
    negative_quantity invalid_date invalid_date_other_format unknown_product code_lower_case code_with_blanks
    too_few_fields too_many_fields undecodable_byte decimal_quantity missing_quantity repeated_line
payments.transactions: repeated changed_copy malformed amount_as_text capture_without_authorisation
    currency_differs unknown_order
fx.rates: restated repeated late empty_file missing_column
web.events: duplicate late joined_records number_as_text repeated_purchase truncated_line undecodable_byte
    missing_event_id invalid_event_at no_object unknown_item delivery_failed field_added_experiment
    field_added_consent_status
crm.contacts: contact_vanished contact_returned repeated
crm.interactions: unknown_contact repeated
shipping.events: step_order two_carriers repeated late unknown_order missing_event_at malformed
marketing.campaigns: missing_export renamed
marketing.ad_spend: restated missing_export amount_with_symbol thousands_separator clicks_exceed_impressions
    unknown_campaign
payments.settlements: payment_missing settled_twice amount_differs settled_late repeated comma_in_amount
    unknown_payment
supplier.price_list: offer_vanished offer_returned repeated
"""


def expected_kinds() -> list[str]:
    kinds = []
    for word in EXPECTED.split():
        if word.endswith(":"):
            entity = word[:-1]
        else:
            kinds.append(f"{entity}.{word}")
    return kinds


@pytest.mark.parametrize("kind", expected_kinds())
def test_fault_is_present(landing: Any, kind: str) -> None:
    assert landing.count_of_kinds()[kind] >= 1


def test_no_fault_lacks_a_row_above(landing: Any) -> None:
    general = {"duplicate", "duplicate_in_full_load", "out_of_order"}
    unknown = {kind for kind in landing.count_of_kinds() if kind.rsplit(".", 1)[1] not in general} - set(
        expected_kinds()
    )
    assert unknown == set()


def line_of(landing: Any, fault: dict[str, str]) -> bytes:
    content: bytes = (landing.root / fault["file"]).read_bytes()
    if fault["file"].endswith(".gz"):
        content = gzip.decompress(content)
    return content.split(b"\n")[int(fault["line"]) - 1]


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("invalid_date", b"2024-02-31 "),
        ("invalid_date_other_format", b",31/02/2024 "),
        ("unknown_product", b",XXX-9"),
        ("undecodable_byte", b"\xff"),
        ("decimal_quantity", b".5,"),
        ("amount_as_text", b'"amount":"'),
        ("unknown_order", b'"order_id":"O-9'),
        ("missing_event_at", b'"event_at":null'),
    ],
)
def test_the_line_shows_the_fault(landing: Any, kind: str, sign: bytes) -> None:
    for fault in landing.faults_of(kind):
        assert sign in line_of(landing, fault), fault


def test_lower_case_and_blank_codes_are_known_ones(landing: Any) -> None:
    known = {row[0] for row in landing.rows(f"select sku from {landing.log('products')}")}
    for fault in landing.faults_of("code_lower_case", "code_with_blanks"):
        header = (landing.root / fault["file"]).read_text().splitlines()[0].split(",")
        code = line_of(landing, fault).decode().split(",")[header.index("product_code")]
        assert code not in known
        assert code.strip().upper() in known


def test_late_changes_land_after_a_newer_change_of_their_key(landing: Any) -> None:
    """Arrival is the path; the order of changes is the sequence."""
    for fault in landing.faults_of("out_of_order"):
        table = fault["entity"]
        key = {"customers": "customer_id", "products": "product_id", "orders": "order_id"}.get(table)
        if key is None:
            continue
        [(overtaken,)] = landing.rows(f"""
            select count(*)
            from {landing.log(table)} as late
            inner join {landing.log(table)} as newer using ({key})
            where late._path = '{fault["file"]}' and late._line = {fault["line"]}
                and newer._change_seq > late._change_seq and newer._path < late._path
        """)
        assert overtaken >= 1, fault


def test_a_duplicate_is_equal_to_an_earlier_record(landing: Any) -> None:
    for table in ("orders", "order_items", "customers", "products"):
        for fault in landing.faults_of("duplicate"):
            if fault["entity"] != table:
                continue
            [(count, kinds)] = landing.rows(f"""
                with log as (from {landing.log(table)}),
                same as (
                    select * exclude (_path, _line) from log
                    where _change_seq = (
                        select _change_seq from log where _path = '{fault["file"]}'
                            and _line = {fault["line"]}
                    )
                )
                select (select count(*) from same), (select count(*) from (select distinct * from same))
            """)
            assert (count, kinds) == (2, 1), fault


def test_some_duplicates_lie_in_the_same_file_and_some_in_a_later_one(landing: Any) -> None:
    rows = landing.rows(f"""
        select count(distinct _path) from {landing.log("orders")} group by _change_seq having count(*) > 1
    """)
    assert {row[0] for row in rows} == {1, 2}


def test_a_delete_with_only_the_key_has_nothing_else(landing: Any) -> None:
    for fault in landing.faults_of("delete_key_only"):
        if fault["entity"] == "customers":
            [row] = landing.rows(f"""
                select customer_id, email, country_code, registered_at, "Op" from {landing.log("customers")}
                where _path = '{fault["file"]}' and _line = {fault["line"]}
            """)
            assert row == (fault["record_key"], None, None, None, "D")


def test_a_reinserted_row_was_deleted_before(landing: Any) -> None:
    for fault in landing.faults_of("reinsert"):
        if fault["entity"] == "products":
            operations = [
                row[0]
                for row in landing.rows(f"""
                    select "Op" from {landing.log("products")}
                    where product_id = '{fault["record_key"]}' and _change_seq != ''
                    order by _change_seq
                """)
            ]
            assert "I" in operations[operations.index("D") :]


def test_the_overlap_is_in_the_first_change_file_and_already_in_the_load(landing: Any) -> None:
    for fault in landing.faults_of("full_load_overlap"):
        table, key = fault["entity"], f"{fault['entity'][:-1]}_id"
        [(load_is_equal, is_before_load)] = landing.rows(f"""
            with log as (select * from {landing.log(table)} where {key} = '{fault["record_key"]}'),
            change as (from log where _path = '{fault["file"]}' and _line = {fault["line"]}),
            full_load as (from log where _path like '%/LOAD%' and _path not like '%reload%' limit 1)
            select
                (select count(*) from (
                    select distinct * exclude ("Op", _commit_ts, _change_seq, _path, _line)
                    from (from change union all from full_load)
                )),
                (select any_value(_commit_ts) from change) < (select any_value(_commit_ts) from full_load)
        """)
        assert (load_is_equal, is_before_load) == (1, True), fault


def column_types(landing: Any, table: str, column: str) -> dict[str, str | None]:
    """Return the Parquet type of a column by file; None where a file lacks it."""
    rows = landing.rows(f"""
        select replace(file_name, '{landing.root}/', ''), any_value(type) filter (name = '{column}')
        from parquet_schema('{landing.root}/shop/{table}/**/*.parquet')
        group by file_name
    """)
    return dict(rows)


def test_the_added_column_is_absent_from_older_files(landing: Any) -> None:
    [fault] = landing.faults_of("column_added")
    types = column_types(landing, "customers", "preferred_language")
    assert {file for file, kind in types.items() if kind} == {
        file for file in types if "LOAD" not in file and file >= fault["file"]
    }


def test_the_quantity_is_narrower_in_older_files(landing: Any) -> None:
    [fault] = landing.faults_of("type_widened")
    types = column_types(landing, "order_items", "quantity")
    assert types == {file: "INT64" if file >= fault["file"] else "INT32" for file in types}
    assert set(types.values()) == {"INT32", "INT64"}


def test_a_reload_sorts_between_the_changes_around_it(landing: Any) -> None:
    [fault] = landing.faults_of("reload")
    manifest = json.loads((landing.root / fault["file"]).with_name("_manifest.json").read_text())
    assert manifest["complete"] is True
    assert f"/reload-{manifest['checkpoint']}/" in fault["file"]
    [(before, after, records)] = landing.rows(f"""
        with log as (from {landing.log("customer_addresses")}),
        reload as (select any_value(_commit_ts) as reloaded_at, count(*) as records from log
            where _path = '{fault["file"]}')
        select
            max(_change_seq) filter (_commit_ts < reloaded_at),
                min(_change_seq) filter (_commit_ts >= reloaded_at and "Op" is not null),
            any_value(records)
        from log, reload
        where _change_seq != '' or _path = '{fault["file"]}'
    """)
    assert before == manifest["checkpoint"] < after
    assert records == manifest["records"]


def test_rows_absent_from_the_reload_have_no_delete(landing: Any) -> None:
    for fault in landing.faults_of("absent_from_reload"):
        rows = landing.rows(f"""
            select "Op", _path from {landing.log("customer_addresses")}
                where address_id = '{fault["record_key"]}'
        """)
        assert rows
        assert all(operation != "D" and "reload" not in path for operation, path in rows)


def test_the_incomplete_reload_says_so(landing: Any) -> None:
    [fault] = landing.faults_of("incomplete_reload")
    manifest = json.loads((landing.root / fault["file"]).with_name("_manifest.json").read_text())
    assert manifest["complete"] is False
    assert manifest["files"] == 2


def test_a_missing_store_has_no_file_and_a_waiting_one_no_manifest(landing: Any) -> None:
    for fault in landing.faults_of("missing_file"):
        assert not (landing.root / fault["file"]).exists()
    for fault in landing.faults_of("missing_manifest"):
        assert (landing.root / fault["file"]).exists()
        assert list((landing.root / fault["file"]).parent.glob("_manifest*")) == []


def test_an_invalid_record_lies_in_a_superseded_revision_too(landing: Any) -> None:
    corrected = {fault["file"] for fault in landing.faults_of("corrected_file")}
    assert any(fault["file"] in corrected for fault in landing.faults if fault["disposition"] == "rejected")


def test_captures_come_without_authorisation_and_in_another_currency(landing: Any) -> None:
    payments = (
        f"read_json('{landing.root}/payments/transactions/**/*.json', format = 'newline_delimited',"
        " ignore_errors = true, hive_partitioning = false)"
    )
    for fault in landing.faults_of("capture_without_authorisation"):
        order = f"select order_id from {payments} where payment_id = '{fault['record_key']}'"
        rows = landing.rows(
            f"select 1 from {payments} where order_id = ({order}) and transaction_type = 'authorisation'"
            " and transaction_status = 'approved'"
        )
        assert rows == [], fault
    for fault in landing.faults_of("currency_differs"):
        rows = landing.rows(f"""
            select 1 from {payments} as payments
            inner join {landing.log("orders")} as orders using (order_id)
            where payment_id = '{fault["record_key"]}' and payments.currency_code = orders.currency_code
        """)
        assert rows == [], fault
