"""The click stream, read by plain Python: what can be read, how often it came, and whose visit it was."""

import base64
import gzip
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest


@dataclass(frozen=True)
class Record:
    """One record of a file; `event` is None if it cannot be read."""

    file: str
    line: int
    arrived: datetime
    event: dict[str, Any] | None


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


def readable(text: str) -> dict[str, Any] | None:
    try:
        event = json.loads(text)
        moment(event["event_at"])
        return event if event["event_id"] else None
    except (ValueError, KeyError, TypeError):
        return None


@pytest.fixture(scope="module")
def records(landing: Any) -> list[Record]:
    found = []
    for path in sorted((landing.root / "web").rglob("*.gz")):
        arrived = datetime.strptime("/".join(path.parts[-5:-1]), "%Y/%m/%d/%H")
        for number, raw in enumerate(gzip.decompress(path.read_bytes()).split(b"\n")[:-1], 1):
            file = str(path.relative_to(landing.root))
            # No text of the generator has these two characters in a row.
            for part in raw.replace(b"}{", b"}\n{").split(b"\n"):
                assert len(part) <= 65_535
                try:
                    event = readable(part.decode())
                except UnicodeDecodeError:
                    event = None
                found.append(Record(file, number, arrived, event))
    return found


@pytest.fixture(scope="module")
def events(records: list[Record]) -> list[dict[str, Any]]:
    """Events once each."""
    return list({record.event["event_id"]: record.event for record in records if record.event}.values())


def test_records_are_as_many_as_the_account_says(landing: Any, records: list[Record], events: Any) -> None:
    account = landing.accounts["web.events"]
    rejected = sum(record.event is None for record in records)
    assert len(records) == account["records_landed"]
    assert rejected == account["records_rejected"]
    assert len(events) == account["records_loaded"] == landing.figures["web_events"]
    assert len(records) - rejected - len(events) == account["records_duplicate"]


def test_faults_name_the_very_lines(landing: Any, records: list[Record]) -> None:
    faults = [fault for fault in landing.faults if fault["entity"] == "events" and fault["source"] == "web"]
    noted = {(fault["file"], int(fault["line"])) for fault in faults if fault["disposition"] == "rejected"}
    assert {(record.file, record.line) for record in records if record.event is None} == noted
    lines = Counter((record.file, record.line) for record in records)
    joined = {(fault["file"], int(fault["line"])) for fault in faults if fault["fault"] == "joined_records"}
    assert {where for where, count in lines.items() if count > 1} == joined
    ids = defaultdict(list)
    for record in records:
        if record.event:
            ids[record.event["event_id"]].append((record.file, record.line))
    for fault in faults:
        if fault["fault"] in ("duplicate", "late", "number_as_text", "unknown_item"):
            assert (fault["file"], int(fault["line"])) in ids[fault["record_key"]], fault


def test_copies_of_an_event_are_equal_and_lie_in_the_same_file_or_a_later_one(
    landing: Any, records: list[Record]
) -> None:
    copies = defaultdict(list)
    for record in records:
        if record.event:
            copies[record.event["event_id"]].append(record)
    repeated = [same for same in copies.values() if len(same) > 1]
    assert len(repeated) == len(
        [fault for fault in landing.faults_of("duplicate") if fault["source"] == "web"]
    )
    assert all(first.event == second.event for first, second in repeated)
    assert {first.file == second.file for first, second in repeated} == {True, False}
    assert 0.01 < len(repeated) / len(copies) < 0.02


def test_late_events_come_within_seven_days(landing: Any, records: list[Record]) -> None:
    late = {fault["record_key"] for fault in landing.faults_of("late") if fault["source"] == "web"}
    delays = {}
    for record in records:
        if record.event:
            delay = moment(record.event["received_at"]) - moment(record.event["event_at"])
            delays[record.event["event_id"]] = delay
            assert record.arrived <= moment(record.event["received_at"]) + timedelta(hours=16)
    assert {key for key, delay in delays.items() if delay > timedelta(hours=1)} == late
    assert max(delays.values()) <= timedelta(days=7)
    assert max(delays.values()) > timedelta(days=3)


def test_events_lie_in_no_order(records: list[Record]) -> None:
    by_file = defaultdict(list)
    for record in records:
        if record.event:
            by_file[record.file].append(record.event["event_at"])
    assert sum(times != sorted(times) for times in by_file.values()) > len(by_file) / 2


def test_what_could_not_be_delivered_carries_the_event(landing: Any) -> None:
    for fault in landing.faults_of("delivery_failed"):
        text = gzip.decompress((landing.root / fault["file"]).read_bytes()).split(b"\n")
        failure = json.loads(text[int(fault["line"]) - 1])
        assert failure["errorCode"] == "Lambda.FunctionError"
        assert json.loads(base64.b64decode(failure["rawData"]))["event_id"] == fault["record_key"]


def test_numbers_arrive_as_text_where_it_is_noted(landing: Any, events: Any) -> None:
    noted = {fault["record_key"] for fault in landing.faults_of("number_as_text")}
    assert {event["event_id"] for event in events if isinstance(event.get("value"), str)} == noted


def test_new_fields_come_from_some_day_on(events: Any) -> None:
    assert min(event["event_at"] for event in events if "experiment" in event) >= "2024-01-11"
    assert {"consent_status" in event for event in events if event["event_at"] < "2024-01-16"} == {False}
    assert {"consent_status" in event for event in events if event["event_at"] >= "2024-01-16"} == {True}


def test_a_purchase_is_an_order_of_the_shop(landing: Any, events: Any) -> None:
    orders = {
        row[0]: row[1:]
        for row in landing.rows(f"""
            select order_id, ordered_at, customer_id, currency_code
            from {landing.state("orders", "order_id")} where channel_code = 'web'
        """)
    }
    purchases = [event for event in events if event["event_name"] == "purchase"]
    repeated = {fault["record_key"] for fault in landing.faults_of("repeated_purchase")}
    for event in purchases:
        ordered_at, customer_id, currency_code = orders[event["order_id"]]
        assert event["currency_code"] == currency_code
        assert event.get("customer_id") in (None, customer_id)
        if event["event_id"] not in repeated:
            assert moment(event["event_at"]) == ordered_at
    once = {event["order_id"] for event in purchases}
    assert len(once) == landing.figures["web_orders"]
    assert len(purchases) - len(once) == len(repeated)
    # Six web orders in ten are seen.
    assert 0.5 < len(once) / len(orders) < 0.7


def test_sessions_of_people_are_as_many_as_the_truth_says(landing: Any, events: Any) -> None:
    with (landing.root / "_truth" / "web_robots.csv").open() as file:
        robots = {line.split(",")[0] for line in file}
    visits = defaultdict(list)
    for event in events:
        if event["visitor_id"] not in robots:
            visits[event["visitor_id"]].append((moment(event["event_at"]), event["event_name"]))
    sessions: list[set[str]] = []
    for steps in visits.values():
        last = datetime.min
        for at, name in sorted(steps):
            if at - last > timedelta(minutes=30):
                sessions.append(set())
            sessions[-1].add(name)
            last = at
    figures = {name: int(value) for name, value in landing.figures.items() if name.startswith("web_")}
    assert len(visits) == figures["web_visitors"]
    assert len(sessions) == figures["web_sessions"]
    for name, step in (
        ("view", "view_item"),
        ("cart", "add_to_cart"),
        ("checkout", "begin_checkout"),
        ("purchase", "purchase"),
    ):
        assert sum(step in session for session in sessions) == figures[f"web_sessions_with_{name}"], name


def test_robots_say_so_or_are_quicker_than_people(landing: Any, events: Any) -> None:
    """Robots that do not say so have 30 events in a minute; no visitor who is a person has more than 20."""
    with (landing.root / "_truth" / "web_robots.csv").open() as file:
        kinds = dict(line.split(",")[:2] for line in file)
    agents = defaultdict(set)
    per_minute: Counter[tuple[str, str]] = Counter()
    for event in events:
        agents[event["visitor_id"]].add(event["context"]["user_agent"])
        per_minute[event["visitor_id"], event["event_at"][:16]] += 1
    fastest: Counter[str] = Counter()
    for (visitor, _), count in per_minute.items():
        fastest[visitor] = max(fastest[visitor], count)
    signs = ("bot", "Headless", "python-requests")
    for visitor, names in agents.items():
        says_so = any(sign in name for name in names for sign in signs)
        assert says_so == (kinds.get(visitor) == "robot"), visitor
        if visitor not in kinds:
            assert fastest[visitor] <= 20
        elif kinds[visitor] == "stealth robot":
            assert fastest[visitor] >= 30


def test_sessions_come_from_campaigns_and_some_links_were_typed_by_hand(events: Any) -> None:
    campaigns = {event["context"]["utm"]["campaign"] for event in events if "utm" in event["context"]}
    assert len({name.lower() for name in campaigns}) >= 8
    assert any(name != name.lower() for name in campaigns)
    assert {"referrer" in event["context"] for event in events} == {True, False}
