"""Every record and file that the generator wrote is accounted for, and every fault it made is found."""

from collections import Counter
from pathlib import PurePosixPath

import pytest
from tests.warehouse.building import Outcome, Warehouse
from tests.warehouse.truth import Fault, Truth

from duckshift.contract import landing_contract

# What the files of each kind of fault become; a kind that the generator learns has to be added here.
KINDS = {
    "rejected": {
        "malformed", "invalid_date", "invalid_date_other_format", "too_few_fields", "too_many_fields",
        "undecodable_byte", "decimal_quantity", "missing_quantity",
    },
    "held": {"empty_file", "missing_column", "truncated_file"},
    "waiting": {"missing_manifest", "incomplete_reload"},
    "missing": {"missing_file"},
    "deleted": {"absent_from_reload"},
    "superseded": {"restated", "changed_copy", "corrected_file", "line_removed"},
    "duplicate": {
        "repeated", "repeated_line", "duplicate", "duplicate_in_full_load", "duplicate_in_reload",
    },
    "loaded": {
        "late", "amount_as_text", "capture_without_authorisation", "currency_differs", "unknown_order",
        "code_lower_case", "code_with_blanks", "header_order", "line_added", "line_changed",
        "negative_quantity", "unknown_product", "delete", "delete_key_only", "delete_unseen", "out_of_order",
        "reinsert", "reload", "column_added", "type_widened", "load_without_op", "full_load_overlap",
        "same_second", "status_order", "offer_returned", "offer_vanished",
    },
}  # fmt: skip
FAILING_TEST = "assert_no_file_breaks_the_contract"  # of a file that lacks a column


@pytest.fixture(scope="module")
def copies(built: Warehouse) -> dict[tuple[str, int], tuple[str, tuple[str, ...], int]]:
    """Of every record, by file and line: status, key, how often staging has that key (and sequence)."""
    found: dict[tuple[str, int], tuple[str, tuple[str, ...], int]] = {}
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
            found[file, line] = (status, tuple(key), count)
    return found


def where(faults: list[Fault]) -> set[tuple[str, int | None]]:
    return {(fault.file, fault.line) for fault in faults}


def of(truth: Truth, disposition: str) -> list[Fault]:
    return [fault for fault in truth.faults if fault.disposition == disposition]


def test_the_build_fails_for_nothing_but_a_file_that_breaks_the_contract(
    outcome: Outcome, truth: Truth
) -> None:
    expected = [FAILING_TEST] if truth.faults_of("missing_column") else []
    assert outcome.nodes("error", "fail", "runtime error", "skipped") == expected, outcome.output[-4000:]
    assert outcome.status == len(expected)


def test_the_last_words_of_the_build_count_what_was_rejected_and_say_how_to_see_it(
    outcome: Outcome, truth: Truth
) -> None:
    [line] = [line for line in outcome.lines if "records rejected" in line]
    assert line == (
        f"{len(of(truth, 'rejected'))} records rejected, {len(of(truth, 'held'))} files held, "
        f"{len(of(truth, 'waiting'))} files waiting: see quarantine.quarantined_records, "
        "quarantined_files and ops.ops_load_ledger, or run `duckshift status`"
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


def test_rejected_records_and_no_others_are_in_quarantine(built: Warehouse, truth: Truth) -> None:
    quarantined = built.rows("select file, line_number, reason, raw_text from quarantine.quarantined_records")
    assert {row[:2] for row in quarantined} == where(of(truth, "rejected"))
    for file, line, reason, raw in quarantined:
        landed = (built.landing / file).read_bytes().split(b"\n")[line - 1]
        assert raw.replace("\\xFF", "\udcff").encode(errors="surrogateescape") == landed
        assert reason


def test_held_files_and_no_others_are_in_quarantine(built: Warehouse, truth: Truth) -> None:
    held = dict(built.rows("select file, file_state from quarantine.quarantined_files"))
    states = {"empty_file": "unreadable", "truncated_file": "unreadable", "missing_column": "contract_break"}
    assert held == {fault.file: states[fault.fault] for fault in of(truth, "held")}


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
    truth: Truth, copies: dict[tuple[str, int], tuple[str, tuple[str, ...], int]], disposition: str
) -> None:
    wrong = {}
    for fault in of(truth, disposition):
        if fault.line is None:
            continue
        status, key, staged = copies[fault.file, fault.line]
        if (status, "|".join(key), staged) != ("loaded", fault.record_key.upper(), 1):
            wrong[fault] = (status, key, staged)
    assert wrong == {}


def test_files_of_another_shape_are_loaded_as_a_whole(built: Warehouse, truth: Truth) -> None:
    files = [fault.file for fault in of(truth, "loaded") if fault.line is None]
    counts = dict(
        built.rows("select file, good_record_count from ops.ops_load_ledger where file_state = 'loaded'")
    )
    assert files
    assert [file for file in files if not counts.get(file)] == []


def test_superseded_records_are_replaced_by_later_ones(built: Warehouse, truth: Truth) -> None:
    for fault in of(truth, "superseded"):
        staging = f"silver.stg_{fault.source}__{fault.entity}"
        if fault.fault in ("restated", "changed_copy"):
            key = "|| '|' ||".join(
                f"cast({name} as varchar)" for name in landing_contract()[fault.source, fault.entity].key
            )
            [(file,)] = built.rows(f"select _file from {staging} where {key} = '{fault.record_key}'")
            assert PurePosixPath(file).name.split(".")[1] > PurePosixPath(fault.file).name.split(".")[1]
        elif fault.fault == "corrected_file":
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
    assert {payment for (payment,) in found} == {odd.record_key for odd in truth.faults_of(fault)}


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


def test_every_rejected_record_is_counted_by_kind(built: Warehouse, truth: Truth) -> None:
    counted = built.rows("select source_name, sum(rejected_record_count) from ops.ops_rejects group by all")
    assert {source: int(count) for source, count in counted} == Counter(
        fault.source for fault in of(truth, "rejected")
    )
