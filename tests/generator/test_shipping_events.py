"""What the carriers report agrees with what left the house, but for what is noted."""

import json
from collections import defaultdict
from typing import Any

import pytest

STEPS = ["picked_up", "in_transit", "exception", "delivered"]


@pytest.fixture(scope="module")
def events(landing: Any) -> list[dict[str, Any]]:
    """Events that can be read, once each."""
    found = {}
    for path in sorted((landing.root / "shipping").rglob("*.json")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event["event_at"]:
                found[event["event_id"]] = event
    return list(found.values())


def keys_of(landing: Any, *kinds: str) -> set[str]:
    return {fault["record_key"] for fault in landing.faults_of(*kinds) if fault["source"] == "shipping"}


def test_steps_come_in_order_but_for_the_noted_ones(landing: Any, events: Any) -> None:
    wrong = keys_of(landing, "step_order")
    lines = defaultdict(list)
    for event in events:
        lines[event["shipment_line_id"]].append(event)
    for steps in lines.values():
        picked_up = [step["event_at"] for step in steps if step["status"] == "picked_up"]
        for step in steps:
            is_early = bool(picked_up) and step["event_at"] < picked_up[0]
            # Where the time of picking up was lost, nothing can be said.
            assert is_early == (step["event_id"] in wrong) or not picked_up, step


def test_a_delivery_can_be_reported_by_two_carriers(landing: Any, events: Any) -> None:
    by_step = defaultdict(set)
    for event in events:
        by_step[event["shipment_line_id"], event["status"]].add((event["carrier_code"], event["event_id"]))
    twice = [reports for reports in by_step.values() if len(reports) > 1]
    assert len(twice) == len(keys_of(landing, "two_carriers"))
    assert all({carrier for carrier, _ in reports} > {"lastmile"} for reports in twice)


def test_parts_of_a_line_sum_to_the_line(landing: Any, events: Any) -> None:
    parts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for event in events:
        parts[event["order_item_id"]][event["shipment_line_id"]] = event["quantity"]
    ordered = dict(
        landing.rows(f"""
            select order_item_id, quantity from {landing.state("order_items", "order_item_id")}
        """)
    )
    assert {len(quantities) for quantities in parts.values()} == {1, 2}
    assert all(sum(quantities.values()) <= ordered[item] for item, quantities in parts.items())
    partly = [item for item, quantities in parts.items() if sum(quantities.values()) < ordered[item]]
    assert len(partly) < len(parts) / 50  # the second half has not left yet


def test_figures_are_those_of_the_events(landing: Any, events: Any) -> None:
    lost = {  # steps whose only record cannot be read
        fault["record_key"]
        for fault in landing.faults
        if fault["source"] == "shipping" and fault["disposition"] == "rejected"
    }
    shipped = {event["shipment_line_id"] for event in events}
    delivered = {event["shipment_line_id"] for event in events if event["status"] == "delivered"}
    assert 0 <= landing.figures["shipment_lines"] - len(shipped) <= len(lost)
    assert 0 <= landing.figures["delivered_shipment_lines"] - len(delivered) <= len(lost)
    assert {event["status"] for event in events} == set(STEPS)


def test_orders_leave_in_several_shipments(events: Any) -> None:
    shipments = defaultdict(set)
    for event in events:
        shipments[event["order_id"]].add(event["shipment_id"])
    assert sum(len(parcels) > 1 for parcels in shipments.values()) > len(shipments) / 20


def test_a_shipped_line_is_one_of_the_order_unless_noted(landing: Any, events: Any) -> None:
    order_of = dict(
        landing.rows(f"""
            select order_item_id, order_id from {landing.state("order_items", "order_item_id")}
        """)
    )
    strangers = {
        event["event_id"] for event in events if order_of[event["order_item_id"]] != event["order_id"]
    }
    assert strangers == keys_of(landing, "unknown_order")
