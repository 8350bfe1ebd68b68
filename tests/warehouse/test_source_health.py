"""Whether a source is silent, late or broken: ops_source_health against what the generator left out."""

from collections import Counter

from tests.warehouse.building import Warehouse
from tests.warehouse.truth import Truth


def test_missing_deliveries_are_those_that_the_generator_left_out(built: Warehouse, truth: Truth) -> None:
    missing = Counter(
        (fault.source, fault.entity)
        for fault in truth.faults_of("missing_file", "missing_export", "missing_manifest")
    )
    counted = {
        (source, entity): count
        for source, entity, count in built.rows(
            "select source_name, entity_name, missing_delivery_count from ops.ops_source_health"
            " where missing_delivery_count > 0"
        )
    }
    assert missing
    assert counted == missing


def test_a_store_without_a_file_is_named_with_its_day(built: Warehouse, truth: Truth) -> None:
    missing = built.rows(
        "select store_id, business_date, unloaded_file_count from ops.ops_store_days"
        " where arrival_state = 'missing'"
    )
    found = {
        f"pos/sales/year={day:%Y}/month={day:%m}/day={day:%d}/store={store}/sales.csv": count
        for store, day, count in missing
    }
    waiting = {fault.file: 1 for fault in truth.faults_of("missing_manifest")}
    assert found == {fault.file: 0 for fault in truth.faults_of("missing_file")} | waiting


def test_a_corrected_store_file_names_what_replaced_it(built: Warehouse, truth: Truth) -> None:
    superseded = built.rows(
        "select file, superseded_by_file from ops.ops_store_files where delivery_state = 'superseded'"
    )
    assert dict(superseded) == {
        fault.file: fault.file.replace("sales.csv", "sales.r2.csv")
        for fault in truth.faults_of("corrected_file")
    }


def test_every_file_of_the_stores_came_within_the_deadline(built: Warehouse) -> None:
    """The generator writes ten minutes after midnight: only what is not there is beyond the deadline."""
    [(due, in_time, absent)] = built.rows(
        "select count(*) filter (is_due), count(*) filter (is_due and arrival_state = 'in_time'),"
        " count(*) filter (is_due and first_arrived_at is null) from ops.ops_store_days where is_expected"
    )
    assert in_time == due - absent
    [(share,)] = built.rows("select in_time_share from ops.ops_source_health where source_name = 'pos'")
    assert abs(float(share) - in_time / due) < 1e-6


def test_records_and_rejects_are_those_of_the_truth(built: Warehouse, truth: Truth) -> None:
    counted = {
        (source, entity): (records, rejected)
        for source, entity, records, rejected in built.rows(
            "select source_name, entity_name, record_count, rejected_record_count from ops.ops_source_health"
        )
    }
    for entity, account in truth.accounts.items():
        assert counted[entity] == (account["records_landed"], account["records_rejected"]), entity
