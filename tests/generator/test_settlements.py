"""Payouts agree with the payments, but for what is noted."""

import csv
import json
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

Row = dict[str, str]


@pytest.fixture(scope="module")
def lines(landing: Any) -> dict[str, Row]:
    """Lines that can be read, once each."""
    found = {}
    for path in sorted((landing.root / "payments" / "settlements").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if None not in row:
                    found[row["settlement_line_id"]] = row
    return found


@pytest.fixture(scope="module")
def payments(landing: Any) -> dict[str, dict[str, Any]]:
    """Captures, refunds and chargebacks, in their latest version."""
    found = {}
    for path in sorted(
        (landing.root / "payments" / "transactions").rglob("*.json"), key=lambda path: path.name.split(".")[1]
    ):
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                payment = json.loads(text, parse_float=Decimal, parse_int=Decimal)
            except ValueError:
                continue
            found[payment["payment_id"]] = payment
    return {
        key: payment
        for key, payment in found.items()
        if payment["transaction_type"] != "authorisation"
        and (payment["transaction_status"] or "approved") == "approved"
        and payment["payment_method"] in ("card", "paypal", "klarna")
    }


def keys_of(landing: Any, *kinds: str) -> set[str]:
    return {fault["record_key"] for fault in landing.faults_of(*kinds) if fault["entity"] == "settlements"}


def test_net_is_gross_less_fee(lines: dict[str, Row]) -> None:
    for line in lines.values():
        assert Decimal(line["gross_amount"]) - Decimal(line["fee_amount"]) == Decimal(line["net_amount"])
        assert Decimal(line["fee_amount"]) > 0 or line["transaction_type"] == "refund"


def test_amounts_are_those_of_the_payments_but_for_the_noted_ones(
    landing: Any, lines: dict[str, Row], payments: dict[str, dict[str, Any]]
) -> None:
    differing, unknown = set(), set()
    for key, line in lines.items():
        payment = payments.get(line["payment_id"])
        if payment is None:
            unknown.add(key)
            continue
        sign = 1 if line["transaction_type"] == "capture" else -1
        assert payment["currency_code"] == line["currency_code"]
        if Decimal(line["gross_amount"]) != sign * Decimal(payment["amount"]):
            differing.add(key)
    assert differing == keys_of(landing, "amount_differs")
    assert unknown == keys_of(landing, "unknown_payment")


def test_every_payment_is_settled_once_but_for_the_noted_ones(
    landing: Any, lines: dict[str, Row], payments: dict[str, dict[str, Any]]
) -> None:
    times = Counter(line["payment_id"] for line in lines.values())
    twice = {f"SL-{key[4:]}-1" for key, count in times.items() if count > 1}
    assert twice == keys_of(landing, "settled_twice")
    due = {key for key, payment in payments.items() if payment["payment_at"] < "2024-01-29"}
    unreadable = keys_of(landing, "comma_in_amount", "unknown_payment", "settled_late")
    missing = {key for key in due - set(times) if f"SL-{key[4:]}-1" not in unreadable}
    # The line of an unknown payment was meant for one that is now missing.
    replaced = {line[:4].replace("SL-9", "SL-") + line[4:] for line in unreadable}
    missing = {key for key in missing if f"SL-{key[4:]}-1" not in replaced}
    assert missing == keys_of(landing, "payment_missing")


def test_a_batch_is_a_day_and_a_currency(lines: dict[str, Row]) -> None:
    batches = defaultdict(set)
    for line in lines.values():
        batches[line["settlement_batch_id"]].add((line["payout_date"], line["currency_code"]))
    assert all(len(kinds) == 1 for kinds in batches.values())


def test_figures_are_those_of_the_lines(landing: Any, lines: dict[str, Row]) -> None:
    gross: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines.values():
        gross[line["currency_code"]] += Decimal(line["gross_amount"])
    assert gross == {
        name.removeprefix("settled_gross."): value
        for name, value in landing.figures.items()
        if name.startswith("settled_gross.")
    }
