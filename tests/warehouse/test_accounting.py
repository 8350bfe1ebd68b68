"""Every record and file that the generator wrote is accounted for, and every fault it made is found."""

import gzip
import re
from collections import Counter
from datetime import date
from pathlib import PurePosixPath

import pytest
from tests.warehouse.building import Outcome, Warehouse
from tests.warehouse.truth import Fault, Truth

from duckshift.arrival import days_of_arrival
from duckshift.contract import landing_contract

# What the files of each kind of fault become; a kind that the generator learns has to be added here.
KINDS = {
    "rejected": {
        "malformed", "invalid_date", "invalid_date_other_format", "too_few_fields", "too_many_fields",
        "undecodable_byte", "decimal_quantity", "missing_quantity", "amount_with_symbol",
        "thousands_separator", "comma_in_amount", "missing_event_at", "invalid_event_at", "missing_event_id",
        "truncated_line", "no_object", "delivery_failed",
    },
    "held": {"empty_file", "missing_column", "truncated_file"},
    "waiting": {"missing_manifest", "incomplete_reload"},
    "missing": {"missing_file", "missing_export", "payment_missing"},
    "deleted": {"absent_from_reload"},
    "superseded": {"restated", "renamed", "changed_copy", "corrected_file", "line_removed"},
    "duplicate": {
        "repeated", "repeated_line", "duplicate", "duplicate_in_full_load", "duplicate_in_reload",
    },
    "loaded": {
        "late", "amount_as_text", "capture_without_authorisation", "currency_differs", "unknown_order",
        "code_lower_case", "code_with_blanks", "header_order", "line_added", "line_changed",
        "negative_quantity", "unknown_product", "delete", "delete_key_only", "delete_unseen", "out_of_order",
        "reinsert", "reload", "column_added", "type_widened", "load_without_op", "full_load_overlap",
        "same_second", "status_order", "offer_returned", "offer_vanished", "contact_returned",
        "contact_vanished", "unknown_contact", "clicks_exceed_impressions", "unknown_campaign",
        "amount_differs", "settled_late", "settled_twice", "unknown_payment", "step_order", "two_carriers",
        "corrected_movement", "late_movement", "recounted", "late_promotion", "field_added_consent_status",
        "field_added_experiment", "joined_records", "number_as_text", "repeated_purchase", "unknown_item",
    },
}  # fmt: skip
# The kind of reason for which a record of each kind of fault is refused, as ops_rejects counts them.
REASONS = {
    "the line is no JSON object": {"malformed", "truncated_line", "no_object"},
    "the line holds bytes that are no UTF-8": {"undecodable_byte"},
    "{columns} fields expected": {
        "too_few_fields", "too_many_fields", "thousands_separator", "comma_in_amount",
    },
    "event_id: a value is required": {"missing_event_id", "delivery_failed"},
    "event_at: a value is required": {"missing_event_at"},
    "event_at: timestamp expected": {"invalid_event_at"},
    "quantity: a value is required": {"missing_quantity"},
    "quantity: bigint expected": {"decimal_quantity"},
    "sold_at: timestamp expected": {"invalid_date", "invalid_date_other_format"},
    "spend_amount: decimal(18,2) expected": {"amount_with_symbol"},
}  # fmt: skip
# What a record with a fault of this kind refers to, as ops_unknown_references calls it. The promotion of a
# late_promotion is there in the end.
UNKNOWN = {
    "unknown_campaign": "campaign", "unknown_contact": "contact", "unknown_item": "product",
    "unknown_order": "order", "unknown_payment": "payment", "unknown_product": "product",
}  # fmt: skip
HELD = {"empty_file": "unreadable", "truncated_file": "unreadable", "missing_column": "contract_break"}
FAILING_TEST = "assert_no_file_breaks_the_contract"  # of a file that lacks a column


Copy = tuple[str, str, int]


@pytest.fixture(scope="module")
def copies(built: Warehouse) -> dict[tuple[str, int], list[Copy]]:
    """Of the records by file and line: status, key, how often staging has that key (and sequence)."""
    found: dict[tuple[str, int], list[Copy]] = {}
    for (source, entity), contract in landing_contract().items():
        own = {
            "full_dump": "_file",
            "latest_revision": "split_part(_file, '/sales.', 1)",
            "change_log": "coalesce(_change_seq, '') || regexp_extract(_file, 'reload-[0-9]+')",
        }.get(contract.delivery, "''")
        # A staged record of a reload carries the checkpoint as its sequence: back to what the file says.
        staged = own.replace("coalesce(_change_seq, '')", "case when _is_reload then '' else _change_seq end")
        keys = ", ".join(f"upper(trim(cast({name} as varchar)))" for name in contract.key)
        for file, line, status, key, count in built.rows(f"""
            select _file, _line, _status, landed.identity[:-2], coalesce(staged.copies, 0)
            from (select *, [{keys}, {own}] as identity from bronze.bronze_{source}__{entity}) as landed
            left join (
                select [{keys}, {staged}] as identity, count(*) as copies
                from silver.stg_{source}__{entity}
                group by all
            ) as staged using (identity)
            where _status != 'file'
        """):
            found.setdefault((file, line), []).append((status, "|".join(map(str, key)), count))
    return found


def where(faults: list[Fault]) -> set[tuple[str, int | None]]:
    return {(fault.file, fault.line) for fault in faults}


def reason_of(fault: Fault) -> str:
    """The kind of reason for which a record with this fault is refused."""
    columns = len(landing_contract()[fault.source, fault.entity].columns)
    [reason] = [reason for reason, kinds in REASONS.items() if fault.fault in kinds]
    return reason.format(columns=columns)


def of(truth: Truth, disposition: str) -> list[Fault]:
    return [fault for fault in truth.faults if fault.disposition == disposition]


def test_the_build_fails_for_nothing_but_a_file_that_breaks_the_contract(
    outcome: Outcome, truth: Truth
) -> None:
    expected = [FAILING_TEST] if truth.faults_of("missing_column") else []
    assert outcome.nodes("error", "fail", "runtime error", "skipped") == expected, outcome.output[-4000:]
    assert outcome.status == len(expected)


def test_the_last_words_of_the_build_count_what_was_rejected_and_say_how_to_see_it(
    built: Warehouse, outcome: Outcome, truth: Truth
) -> None:
    # That these are the right ones is a claim of test_status.
    [(still_open,)] = built.rows(
        "select count(*) from quarantine.quarantined_records where reject_state = 'open'"
    )
    [line] = [line for line in outcome.lines if "records rejected" in line]
    assert line == (
        f"{len(of(truth, 'rejected'))} records rejected ({still_open} open), "
        f"{len(of(truth, 'held'))} files held, {len(of(truth, 'waiting'))} files waiting: "
        "see quarantine.quarantined_records, quarantined_files and ops.ops_load_ledger, "
        "or run `duckshift status`"
    )


def test_the_account_of_every_entity_is_the_truth(built: Warehouse, truth: Truth) -> None:
    names = [
        "landed_file_count", "held_file_count", "waiting_file_count", "landed_record_count",
        "loaded_record_count", "rejected_record_count", "duplicate_record_count", "superseded_record_count",
    ]  # fmt: skip
    counted = {
        (source, entity): dict(zip(names, counts, strict=True))
        for source, entity, *counts in built.rows(
            f"select source_name, entity_name, {', '.join(names)} from ops.ops_record_accounting"
        )
    }
    of_truth = [
        "files_landed", "files_held", "files_waiting", "records_landed",
        "records_loaded", "records_rejected", "records_duplicate", "records_superseded",
    ]  # fmt: skip
    assert counted == {
        entity: {name: account[other] for name, other in zip(names, of_truth, strict=True)}
        for entity, account in truth.accounts.items()
    }


def test_every_kind_of_fault_is_looked_for(truth: Truth) -> None:
    unknown = {
        (fault.fault, fault.disposition)
        for fault in truth.faults
        if fault.fault not in KINDS[fault.disposition]
    }
    assert unknown == set()


def test_rejected_records_and_no_others_are_in_quarantine_each_for_its_reason(
    built: Warehouse, truth: Truth
) -> None:
    quarantined = built.rows("select file, line_number, reason, raw_text from quarantine.quarantined_records")
    assert Counter(
        (file, line, reason.split(", found")[0]) for file, line, reason, _ in quarantined
    ) == Counter((fault.file, fault.line, reason_of(fault)) for fault in of(truth, "rejected"))
    for file, line, reason, raw in quarantined:
        content = (built.landing / file).read_bytes()
        lines = (gzip.decompress(content) if file.endswith(".gz") else content).split(b"\n")
        raw_bytes = raw.encode()
        if "no UTF-8" in reason:  # quotes, backslashes and what is not ASCII show as \xNN
            raw_bytes = re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), raw_bytes)
        assert raw_bytes == lines[line - 1]


def test_held_files_and_no_others_are_in_quarantine(built: Warehouse, truth: Truth) -> None:
    held = dict(built.rows("select file, file_state from quarantine.quarantined_files"))
    assert held == {fault.file: HELD[fault.fault] for fault in of(truth, "held")}


def test_waiting_files_and_no_others_wait_in_the_ledger(built: Warehouse, truth: Truth) -> None:
    ledger = dict(built.rows("select file, file_state from ops.ops_load_ledger"))
    assert {file for file, state in ledger.items() if state == "waiting"} == {
        fault.file for fault in of(truth, "waiting")
    }
    assert [fault for fault in of(truth, "missing") if fault.file in ledger] == []
    # Neither a manifest nor the truth is taken for data.
    assert [file for file in ledger if PurePosixPath(file).name.startswith("_") or "_truth" in file] == []


@pytest.mark.parametrize("disposition", ["loaded", "duplicate"])
def test_a_record_counts_once_whichever_copy_is_taken(
    truth: Truth, copies: dict[tuple[str, int], list[Copy]], disposition: str
) -> None:
    placed = [fault for fault in of(truth, disposition) if fault.line is not None]
    assert {fault.source for fault in placed} >= {"crm", "fx", "payments", "pos", "shipping", "shop", "web"}
    wrong = {}
    for fault in placed:
        assert fault.line is not None
        here = copies[fault.file, fault.line]
        if ("loaded", fault.record_key.upper(), 1) not in here:
            wrong[fault] = here
    assert wrong == {}


def test_a_line_is_one_record_unless_two_were_joined(
    truth: Truth, copies: dict[tuple[str, int], list[Copy]]
) -> None:
    joined = {(fault.file, fault.line or 0) for fault in truth.faults_of("joined_records")}
    assert joined
    assert {place: len(here) for place, here in copies.items() if len(here) > 1} == dict.fromkeys(joined, 2)
    for place in joined:
        assert len({key for _, key, _ in copies[place]}) == 2


def test_files_of_another_shape_are_loaded_as_a_whole(built: Warehouse, truth: Truth) -> None:
    files = [fault.file for fault in of(truth, "loaded") if fault.line is None]
    counts = dict(
        built.rows("select file, good_record_count from ops.ops_load_ledger where file_state = 'loaded'")
    )
    assert files
    assert [file for file in files if not counts.get(file)] == []


def test_superseded_records_are_replaced_by_later_ones(built: Warehouse, truth: Truth) -> None:
    replaced = [fault for fault in of(truth, "superseded") if fault.line and fault.source != "pos"]
    sources = {(fault.source, fault.entity) for fault in replaced}
    assert sources == {
        ("fx", "rates"), ("marketing", "ad_spend"), ("marketing", "campaigns"), ("payments", "transactions"),
    }  # fmt: skip
    files = {}
    for source, entity in sources:
        key = " || '|' || ".join(
            f"cast({name} as varchar)" for name in landing_contract()[source, entity].key
        )
        for name, file in built.rows(f"select {key}, _file from silver.stg_{source}__{entity}"):
            files[source, entity, name] = file

    def exported_at(file: str) -> str:
        return PurePosixPath(file).name.split(".")[1]

    assert [
        fault
        for fault in replaced
        if exported_at(files[fault.source, fault.entity, fault.record_key]) <= exported_at(fault.file)
    ] == []


def test_lines_of_a_corrected_file_are_those_of_its_correction(built: Warehouse, truth: Truth) -> None:
    staging = "silver.stg_pos__sales"
    faults = [fault for fault in of(truth, "superseded") if fault.source == "pos"]
    assert {fault.fault for fault in faults} == {"corrected_file", "line_removed"}
    for fault in faults:
        if fault.fault == "corrected_file":
            corrected = fault.file.replace("sales.csv", "sales.r2.csv")
            folder = str(PurePosixPath(fault.file).parent)
            files = built.rows(f"select distinct _file from {staging} where starts_with(_file, '{folder}/')")
            assert files == [(corrected,)]
        else:  # a line that the correction no longer has
            store, receipt, line = fault.record_key.split("|")
            assert (
                built.rows(
                    f"select 1 from {staging} where store_id = '{store}' and receipt_id = '{receipt}'"
                    f" and line_number = {line}"
                )
                == []
            )


@pytest.mark.parametrize(("entity", "table"), [("customers", "dim_customer"), ("products", "dim_product")])
def test_deleted_rows_are_marked_unless_they_came_back(
    built: Warehouse, truth: Truth, entity: str, table: str
) -> None:
    key = landing_contract()["shop", entity].key[0]
    state = dict(
        built.rows(f"select {key}, is_deleted from gold.{table} where is_current and {key} is not null")
    )
    back = {fault.record_key for fault in truth.faults_of("reinsert") if fault.entity == entity}
    gone = {
        fault.record_key
        for fault in truth.faults_of("delete", "delete_key_only")
        if fault.entity == entity and fault.record_key not in back
    }
    assert {name for name, is_deleted in state.items() if is_deleted} == gone
    assert back <= state.keys()
    unseen = {fault.record_key for fault in truth.faults_of("delete_unseen") if fault.entity == entity}
    assert unseen.isdisjoint(state)


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ("unknown_order", "not is_order_known"),
        ("capture_without_authorisation", "transaction_type = 'capture' and authorisation_id is null"),
        ("currency_differs", "transaction_type = 'capture' and currency_code != order_currency"),
    ],
)
def test_odd_payments_are_visible_in_gold(built: Warehouse, truth: Truth, fault: str, condition: str) -> None:
    found = built.rows(f"""
        with payments as (
            select payments.*, orders.currency_code as order_currency
            from gold.fct_payments as payments
            left join gold.mart_order_summary as orders using (order_id)
        )
        select payment_id from payments where {condition}
    """)
    assert {payment for (payment,) in found} == {
        odd.record_key for odd in truth.faults_of(fault) if odd.source == "payments"
    }


def test_captures_without_authorisation_are_breaks(built: Warehouse, truth: Truth) -> None:
    """All that lost theirs, but for transfers, which need none, and of orders that are known."""
    found = built.rows(
        "select payment_id from gold.mart_payment_reconciliation"
        " where class_code = 'capture_without_authorisation'"
    )
    lost = {odd.record_key for odd in truth.faults_of("capture_without_authorisation")}
    known = built.rows(
        "select payment_id from gold.fct_payments where is_order_known and payment_method != 'bank_transfer'"
    )
    assert {payment for (payment,) in found} == lost & {payment for (payment,) in known}
    assert found


def line_id(fault: Fault) -> str:
    """The identifier in gold of a receipt line: store, business date (of the folder), receipt and line."""
    store, receipt, line = fault.record_key.split("|")
    parts = dict(part.split("=") for part in fault.file.split("/") if "=" in part)
    return f"pos-{store}-{parts['year']}-{parts['month']}-{parts['day']}-{receipt}-{line}"


def test_odd_receipt_lines_are_visible_in_gold(built: Warehouse, truth: Truth) -> None:
    inferred = dict(
        built.rows("""
            select order_item_id, is_inferred
            from gold.fct_order_items
            inner join gold.dim_product using (product_key)
            where source_system = 'pos'
        """)
    )
    assert {name for name, is_inferred in inferred.items() if is_inferred} == {
        line_id(fault) for fault in truth.faults_of("unknown_product")
    }
    for fault in truth.faults_of("code_lower_case", "code_with_blanks", "line_added", "line_changed"):
        assert inferred[line_id(fault)] is False, fault
    returned = built.rows("select return_item_id from gold.fct_returns where source_system = 'pos'")
    assert {name for (name,) in returned} >= {
        line_id(fault) for fault in truth.faults_of("negative_quantity") if fault.disposition == "loaded"
    }


def test_orders_with_milestones_out_of_order_are_flagged(built: Warehouse, truth: Truth) -> None:
    flagged = built.rows(
        "select distinct order_id from gold.fct_order_lifecycle where has_milestone_violation"
    )
    assert {order for (order,) in flagged} == {fault.record_key for fault in truth.faults_of("status_order")}


def test_every_rejected_record_is_counted_by_source_entity_kind_and_day(
    built: Warehouse, truth: Truth
) -> None:
    days = days_of_arrival(built.landing)
    counted = built.rows(
        "select source_name, entity_name, reason_kind, strftime(landed_date, '%Y%m%d'), rejected_record_count"
        " from ops.ops_rejects where rejected_record_count > 0"
    )
    assert {tuple(names): count for *names, count in counted} == Counter(
        (fault.source, fault.entity, reason_of(fault), days[fault.file]) for fault in of(truth, "rejected")
    )


def test_every_held_file_is_counted_by_source_entity_kind_and_day(built: Warehouse, truth: Truth) -> None:
    days = days_of_arrival(built.landing)
    counted = built.rows(
        "select source_name, entity_name, reject_kind, strftime(landed_date, '%Y%m%d'), rejected_file_count"
        " from ops.ops_rejects where rejected_file_count > 0"
    )
    assert {tuple(names): count for *names, count in counted} == Counter(
        (fault.source, fault.entity, HELD[fault.fault], days[fault.file]) for fault in of(truth, "held")
    )


def test_what_records_refer_to_in_vain_is_named_with_how_many_since_when(
    built: Warehouse, truth: Truth
) -> None:
    kinds = {fault.fault for fault in truth.faults if fault.fault.startswith("unknown_")}
    assert kinds == set(UNKNOWN)
    landed = dict(built.rows("select file, cast(landed_at as date) from ops.ops_load_ledger"))
    expected: dict[tuple[str, str, str], list[date]] = {}
    for fault in truth.faults_of(*UNKNOWN):
        place = fault.source, fault.entity, UNKNOWN[fault.fault]
        expected.setdefault(place, []).append(landed[fault.file])
    found = built.rows(
        "select source_name, entity_name, reference_type, sum(record_count), min(first_landed_date)"
        " from ops.ops_unknown_references group by all"
    )
    assert {(source, entity, kind): (count, day) for source, entity, kind, count, day in found} == {
        place: (len(days), min(days)) for place, days in expected.items()
    }


def test_days_with_more_clicks_than_impressions_are_warned_of(
    built: Warehouse, outcome: Outcome, truth: Truth
) -> None:
    warning = "warn_of_clicks_beyond_impressions"
    assert warning in outcome.nodes("warn")
    found = built.rows(f"select campaign_id || '|' || spend_date from ({built.compiled(warning)})")
    assert {day for (day,) in found} == {
        fault.record_key for fault in truth.faults_of("clicks_exceed_impressions")
    }


def test_columns_that_the_contract_does_not_know_are_warned_of(
    built: Warehouse, outcome: Outcome, truth: Truth
) -> None:
    """The other columns that were added later (column_added, consent_status) are in the contract by now."""
    warning = "warn_of_additional_columns"
    assert warning in outcome.nodes("warn")
    found = built.rows(f"select source_name, entity_name, first_file from ({built.compiled(warning)})")
    [added] = truth.faults_of("field_added_experiment")
    assert found == [(added.source, added.entity, added.file)]


def naming(key: str, source: str, entity: str, reference: str) -> str:
    """Return the query for the staged records that name what the warehouse says is unknown."""
    return (
        f"select {key} from silver.stg_{source}__{entity} inner join ops.ops_unknown_references"
        f" on {reference}_id = reference_value and reference_type = '{reference}'"
        f" where source_name = '{source}' and entity_name = '{entity}'"
    )


# Of each kind of fault that the warehouse has to show: the query that finds the records, by what the truth
# names. Those of payouts are in test_settlements.
SHIPPED = "from gold.fct_shipments inner join silver.stg_shipping__events using (shipment_line_id)"
SEEN = {
    ("shipping", "step_order"): (
        f"select event_id {SHIPPED} where has_milestone_violation and status = 'delivered'"
    ),
    ("shipping", "two_carriers"): (
        f"select event_id {SHIPPED} where carrier_count > 1 and carrier_code = 'lastmile'"
    ),
    ("shipping", "unknown_order"): naming("event_id", "shipping", "events", "order"),
    ("marketing", "unknown_campaign"): (
        "select campaign_id || '|' || spend_date from gold.fct_ad_spend_daily"
        " inner join gold.dim_campaign using (campaign_key, campaign_id) where is_inferred"
    ),
    ("crm", "unknown_contact"): naming("interaction_id", "crm", "interactions", "contact"),
    ("shop", "late_promotion"): (
        "select distinct promotion_id from silver.stg_shop__promotions"
        " inner join silver.stg_shop__order_item_promotions as grants using (promotion_id)"
        " where stg_shop__promotions._op = 'I' group by promotion_id"
        " having min(grants._changed_at) < min(stg_shop__promotions._changed_at)"
    ),
    ("web", "unknown_item"): (
        "select event_id from gold.fct_page_events as events inner join gold.dim_product as products"
        " on events.product_durable_key = products.product_durable_key and products.is_current"
        " where products.is_inferred"
    ),
}


@pytest.mark.parametrize("kind", SEEN, ids="-".join)
def test_odd_records_that_are_loaded_are_visible(
    built: Warehouse, truth: Truth, kind: tuple[str, str]
) -> None:
    source, fault = kind
    known = [odd.record_key for odd in truth.faults_of(fault) if odd.source == source]
    assert known
    assert Counter(key for (key,) in built.rows(SEEN[kind])) == Counter(known)


def test_a_campaign_has_the_name_that_it_was_given_last(built: Warehouse, truth: Truth) -> None:
    [renamed] = truth.faults_of("renamed")
    names = dict(
        built.rows(
            "select _file, campaign_name from bronze.bronze_marketing__campaigns"
            f" where campaign_id = '{renamed.record_key}'"
        )
    )
    assert {name for file, name in names.items() if file < renamed.file} != {names[renamed.file]}
    assert built.rows(
        f"select campaign_name from gold.dim_campaign where campaign_id = '{renamed.record_key}'"
    ) == [(names[renamed.file],)]


def test_a_promotion_that_came_after_its_grants_is_known_in_the_end(built: Warehouse, truth: Truth) -> None:
    late = {fault.record_key for fault in truth.faults_of("late_promotion")}
    known = {
        name for (name,) in built.rows("select promotion_id from gold.dim_promotion where not is_inferred")
    }
    assert late
    assert late <= known


def test_fields_beyond_the_contract_are_kept_from_the_first_file_on(built: Warehouse, truth: Truth) -> None:
    for kind, condition in (
        ("field_added_experiment", "json_extract_string(_extra, '$.experiment') is not null"),
        ("field_added_consent_status", "consent_status is not null"),
    ):
        found = built.rows(
            f"select min(_file) from bronze.bronze_web__events where {condition}"
            " and not contains(_file, 'processing-failed')"
        )
        assert found == [(fault.file,) for fault in truth.faults_of(kind)], kind


def test_contacts_that_vanished_end_and_those_that_returned_begin_again(
    built: Warehouse, truth: Truth
) -> None:
    gone = {fault.record_key for fault in truth.faults_of("contact_vanished")}
    back = {fault.record_key for fault in truth.faults_of("contact_returned")}
    assert back < gone
    found = dict(
        built.rows(
            "select contact_id, max_by(dbt_is_deleted, dbt_valid_from) from vault.snp_crm__contacts"
            " group by contact_id having bool_or(dbt_is_deleted = 'True')"
        )
    )
    assert found == {contact: str(contact not in back) for contact in gone}


def test_corrected_and_late_movements_are_in_the_stock_as_they_were_put_right(
    built: Warehouse, truth: Truth
) -> None:
    corrected = {fault.record_key for fault in truth.faults_of("corrected_movement")}
    late = {fault.record_key for fault in truth.faults_of("late_movement")}
    found = built.rows(
        "select movement_id, _op, _changed_at - moved_at > interval 1 day"
        " from silver.stg_shop__inventory_movements"
    )
    assert {movement for movement, operation, _ in found if operation == "U"} == corrected
    assert {movement for movement, operation, is_late in found if is_late and operation == "I"} == late
    recounted = built.rows(
        "select product_id || '|' || location_id from silver.stg_shop__opening_stock where _op = 'U'"
    )
    assert {key for (key,) in recounted} == {fault.record_key for fault in truth.faults_of("recounted")}
