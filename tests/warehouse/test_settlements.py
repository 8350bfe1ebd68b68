"""Every fault of the payouts is found by the reconciliation, and nothing else is called one."""

import pytest
from tests.warehouse.building import Warehouse
from tests.warehouse.truth import Truth

CLASS_OF = {
    "settled_twice": "settled_twice",
    "amount_differs": "amount_differs",
    "settled_late": "settled_late",
    "unknown_payment": "unknown_payment",
}


def payment_of(line: str) -> str:
    """Return the payment that a payout line was made for: PAY-00000128-C1 of SL-00000128-C1-1."""
    return "PAY-" + line.removeprefix("SL-").rpartition("-")[0]


@pytest.mark.parametrize("fault", CLASS_OF)
def test_payments_with_a_fault_in_their_payout_are_in_its_class(
    fault: str, built: Warehouse, truth: Truth
) -> None:
    lines = {found.record_key for found in truth.faults_of(fault) if found.entity == "settlements"}
    found = built.rows(
        "select settlements.settlement_line_id from gold.fct_settlements as settlements"
        " inner join gold.mart_settlement_reconciliation as found using (payment_id)"
        f" where found.class_code = '{CLASS_OF[fault]}'"
        " and settlements.settlement_line_id not like '%-2'"  # of two lines the first is named
    )
    assert lines
    assert {line for (line,) in found} == lines


def test_payments_that_no_payout_has_are_missing_once_they_are_due(built: Warehouse, truth: Truth) -> None:
    """Also those whose line is rejected, or names another payment."""
    missing = {found.record_key for found in truth.faults_of("payment_missing")}
    lines = truth.faults_of("unknown_payment", "comma_in_amount")
    missing |= {payment_of(found.record_key) for found in lines if found.entity == "settlements"}
    found = built.rows(
        "select item_id from gold.mart_payment_ageing"
        " where item_type = 'settlement' and class_code = 'payment_missing'"
    )
    assert missing
    assert {payment for (payment,) in found} == missing


def test_what_was_settled_is_what_the_processor_paid(built: Warehouse, truth: Truth) -> None:
    found = dict(
        built.rows(
            "select currency_code, sum(settled_amount) from gold.mart_settlement_reconciliation"
            " where settlement_count > 0 group by 1"
        )
    )
    assert found == truth.figures_below("settled_gross")
