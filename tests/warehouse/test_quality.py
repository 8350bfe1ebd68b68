"""What a build says of itself: its run, the scores of the data and the alarms, against truth and tables."""

from collections import Counter

from tests.warehouse.building import ROOT, Outcome, Warehouse
from tests.warehouse.truth import Truth

WARNINGS = """
    relationships_fct_interactions_contact_key__record_key__ref_bridge_customer_records_
    warn_of_additional_columns
    warn_of_clicks_beyond_impressions
    warn_of_milestones_out_of_order
    warn_of_overdue_payments
    warn_of_payment_differences
    warn_of_rejected_records
    warn_of_unreadable_files
"""


def refused(truth: Truth) -> Counter[tuple[str, str]]:
    """Return by entity how many records were refused, but for those of store files since corrected."""
    corrected = {fault.file for fault in truth.faults_of("corrected_file")}
    return Counter(
        (fault.source, fault.entity)
        for fault in truth.faults
        if fault.disposition == "rejected" and fault.file not in corrected
    )


def test_a_run_says_how_its_nodes_ended(built: Warehouse, outcome: Outcome) -> None:
    ended = Counter(status for name, status in outcome.results.items() if not name.startswith("operation."))
    [(state, *counts)] = built.rows(
        "select run_state, success_count, pass_count, warn_count, fail_count, error_count, skipped_count"
        " from ops.ops_run_history"
    )
    assert state == "succeeded"
    assert counts == [ended[name] for name in ("success", "pass", "warn", "fail", "error", "skipped")]
    assert ended["warn"] > 0


def test_the_warnings_are_those_of_the_faults_put_in_and_as_many_as_the_readme_says(outcome: Outcome) -> None:
    assert outcome.nodes("warn") == WARNINGS.split()
    number = {8: "eight"}[len(WARNINGS.split())]
    assert f"{number} warnings and some" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_run_counts_what_it_loaded(built: Warehouse, truth: Truth) -> None:
    [(landed, rejected, written, seconds)] = built.rows(
        "select landed_record_count, rejected_record_count, written_row_count, duration_seconds"
        " from ops.ops_run_history"
    )
    assert landed == sum(account["records_landed"] for account in truth.accounts.values())
    assert rejected == sum(account["records_rejected"] for account in truth.accounts.values())
    assert written > 0
    assert seconds > 0


def test_rows_that_the_scorecard_counts_with_are_those_of_the_tables(built: Warehouse) -> None:
    counted = dict(built.rows("select distinct model_name, table_row_count from ops.ops_test_checks"))
    layers = dict(
        built.rows(
            "select table_name, table_schema from information_schema.tables where table_type = 'BASE TABLE'"
        )
    )
    assert {"fct_order_items", "stg_shop__orders", "vault_customers", "sales_daily"} <= set(counted)
    for model, count in counted.items():
        assert built.rows(f"select count(*) from {layers[model]}.{model}") == [(count,)], model


def test_what_is_incomplete_and_invalid_is_what_was_refused(built: Warehouse, truth: Truth) -> None:
    found = {
        (source, entity): (checked, failed)
        for source, entity, checked, failed in built.rows(
            "select source_name, entity_name, min(checked_count), sum(failed_count)"
            " from ops.ops_entity_checks where quality_dimension != 'timeliness' group by all"
        )
    }
    for entity, account in truth.accounts.items():
        assert found[entity] == (account["records_landed"], refused(truth)[entity]), entity


def test_every_dimension_is_measured_and_what_must_hold_has_full_marks(built: Warehouse) -> None:
    scores = dict(
        built.rows(
            "select quality_dimension, min(score_percent) from ops.ops_quality_scorecard"
            " where subject_type = 'table' group by all"
        )
    )
    assert set(scores) == {"completeness", "accuracy", "consistency", "validity", "uniqueness"}
    assert scores["completeness"] == scores["uniqueness"] == 100
    assert built.rows(
        "select count(*) from ops.ops_quality_scorecard where quality_dimension = 'timeliness'"
    ) != [(0,)]


def test_the_error_rate_rings_for_the_sources_that_break_their_contract(
    built: Warehouse, truth: Truth
) -> None:
    landed: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for (source, entity), account in truth.accounts.items():
        landed[source] += account["records_landed"]
        rejected[source] += refused(truth)[source, entity]
    rates = {
        source: (float(measured), is_alarm)
        for source, measured, is_alarm in built.rows(
            "select subject, measured_value, is_alarm from ops.ops_pipeline_health"
            " where alarm_name = 'error_rate'"
        )
    }
    assert set(rates) == set(landed)
    for source, (measured, is_alarm) in rates.items():
        assert abs(measured - 100 * rejected[source] / landed[source]) < 0.0001, source
        assert is_alarm == (100 * rejected[source] > landed[source]), source
