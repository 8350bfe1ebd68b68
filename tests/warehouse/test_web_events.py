"""Web events from their files to sessions, against what the generator says that it wrote.

One landing zone in two builds of what web events touch: files of the first half by arrival, then all. The
late events of the second half change sessions of the first, so what is compared has been worked out twice.
"""

import base64
import gzip
import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.warehouse.building import Outcome, Warehouse
from tests.warehouse.truth import Fault, Truth, read_truth

from duckshift.sources import generate

WEB = (
    "--select", "+fct_sessions", "+fct_page_events", "+dim_device", "+dim_campaign", "dim_time_of_day",
    "+ops_record_accounting", "+quarantined_records", "--indirect-selection", "cautious",
    "--exclude", "test_type:unit", "test_type:generic",
)  # fmt: skip
# The reason of each kind of fault, as far as it does not repeat a value.
REASONS = {
    "truncated_line": "the line is no JSON object",
    "no_object": "the line is no JSON object",
    "undecodable_byte": "the line holds bytes that are no UTF-8",
    "missing_event_id": "event_id: a value is required",
    "delivery_failed": "event_id: a value is required",
    "invalid_event_at": "event_at: timestamp expected",
}
HALF = "2024/01/15/00"


@dataclass(frozen=True)
class Built:
    """A warehouse with the web events of a generated landing zone, and the truth about these."""

    warehouse: Warehouse
    truth: Truth
    first: Outcome
    last: Outcome
    robots: dict[str, tuple[str, int]]
    """Kind and number of events by visitor."""
    sessions_after_first: dict[str, int]
    """Session of each event after the first build."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.warehouse.rows(query)

    def faults(self, *kinds: str) -> list[Fault]:
        """Return faults of web events."""
        return [fault for fault in self.truth.faults_of(*kinds) if fault.source == "web"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, new_warehouse: Callable[[Path], Warehouse]) -> Built:
    whole = tmp_path_factory.mktemp("whole")
    generate(whole, scale=0.01, days=30)
    truth = read_truth(whole)
    with (whole / "_truth" / "web_robots.csv").open(encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file][1:]
    robots = {visitor: (kind, int(count)) for visitor, kind, count in rows}
    zone = tmp_path_factory.mktemp("zone")
    for path in sorted((whole / "web").rglob("*.gz")):
        name = path.relative_to(whole)
        hour = "/".join(name.parts[-5:-1])
        (zone / name).parent.mkdir(parents=True, exist_ok=True)
        if hour < HALF:
            shutil.copy(path, zone / name)
    warehouse = new_warehouse(zone)
    first = warehouse.dbt("build", *WEB)
    query = "select event_id, session_key from gold.fct_page_events"
    sessions = dict(warehouse.rows(query))
    shutil.copytree(whole / "web", zone / "web", dirs_exist_ok=True)
    last = warehouse.dbt("build", *WEB)
    return Built(warehouse, truth, first, last, robots, sessions)


def test_both_builds_end_well(built: Built) -> None:
    for outcome in (built.first, built.last):
        assert outcome.nodes("error", "fail", "runtime error", "skipped") == [], outcome.output[-4000:]


def test_every_record_is_accounted_for(built: Built) -> None:
    account = built.truth.accounts["web", "events"]
    [found] = built.rows(
        "select landed_file_count, landed_record_count, loaded_record_count, rejected_record_count,"
        " duplicate_record_count, superseded_record_count"
        " from ops.ops_record_accounting where source_name = 'web'"
    )
    names = ("files_landed", "records_landed", "records_loaded", "records_rejected", "records_duplicate")
    assert found == (*(account[name] for name in names), 0)
    assert account["records_duplicate"] == len(built.faults("duplicate")) > 20


def test_malformed_lines_and_no_others_are_rejected_each_for_its_reason(built: Built) -> None:
    expected = Counter((fault.file, fault.line, REASONS[fault.fault]) for fault in built.faults(*REASONS))
    assert {reason for _, _, reason in expected} == set(REASONS.values())
    found = built.rows("select file, line_number, reason, raw_text from quarantine.quarantined_records")
    assert Counter((file, line, reason.split(", found")[0]) for file, line, reason, _ in found) == expected
    for file, line, _, raw in found:
        landed = gzip.decompress((built.warehouse.landing / file).read_bytes()).split(b"\n")
        if b"\xff" not in landed[line - 1]:
            assert raw.encode() == landed[line - 1]


def test_what_could_not_be_delivered_is_kept_with_the_event_in_it(built: Built) -> None:
    raw = built.rows(
        "select raw_text from quarantine.quarantined_records where contains(file, 'processing-failed')"
    )
    kept = {json.loads(base64.b64decode(json.loads(text)["rawData"]))["event_id"] for (text,) in raw}
    assert kept == {fault.record_key for fault in built.faults("delivery_failed")}
    assert kept


def test_records_that_were_joined_are_two(built: Built) -> None:
    joined = built.faults("joined_records")
    assert joined
    for fault in joined:
        found = built.rows(
            "select event_id from bronze.bronze_web__events"
            f" where _file = '{fault.file}' and _line = {fault.line} and _status = 'loaded'"
        )
        assert (fault.record_key,) in found
        assert len(found) == 2


def test_an_event_counts_once_however_often_it_came(built: Built) -> None:
    keys = [fault.record_key for fault in built.faults("duplicate")]
    listed = ", ".join(f"'{key}'" for key in keys)
    copies = dict(
        built.rows(
            "select event_id, count(*) from bronze.bronze_web__events"
            f" where event_id in ({listed}) group by event_id"
        )
    )
    assert copies == dict.fromkeys(keys, 2)
    staged = f"select event_id from silver.stg_web__events where event_id in ({listed})"
    assert Counter(key for (key,) in built.rows(staged)) == Counter(keys)


def test_numbers_that_came_as_text_are_numbers(built: Built) -> None:
    keys = {fault.record_key for fault in built.faults("number_as_text")}
    landed = {}
    for path in (built.warehouse.landing / "web").rglob("*.gz"):
        for line in gzip.decompress(path.read_bytes()).split(b"\n"):
            for key in keys:
                if key.encode() in line:
                    landed[key] = json.loads(line)["value"]
    assert all(isinstance(value, str) for value in landed.values())
    staged = dict(built.rows("select event_id, value_amount from silver.stg_web__events"))
    assert {key: float(staged[key]) for key in keys} == {key: float(landed[key]) for key in keys}


def test_robots_and_nobody_else_are_flagged_and_in_no_fact(built: Built) -> None:
    rules = {"robot": "user_agent", "stealth robot": "pace"}
    found = built.rows("select visitor_id, bot_rule, event_count from silver.int_web__flag_bots where is_bot")
    assert {visitor: (rule, count) for visitor, rule, count in found} == {
        visitor: (rules[kind], count) for visitor, (kind, count) in built.robots.items()
    }
    assert {kind for kind, _ in built.robots.values()} == set(rules)
    assert sum(count for *_, count in found) == built.truth.figures["web_robot_events"]
    [(events,)] = built.rows("select count(*) from gold.fct_page_events")
    assert events == built.truth.figures["web_events"] - built.truth.figures["web_robot_events"]


def test_sessions_and_steps_of_the_funnel_are_the_truth(built: Built) -> None:
    [found] = built.rows(
        "select count(distinct visitor_id), count(*), count(*) filter (has_product_view),"
        " count(*) filter (has_cart_addition), count(*) filter (has_checkout),"
        " count(*) filter (has_purchase), sum(purchase_count) from gold.fct_sessions"
    )
    names = (
        "web_visitors", "web_sessions", "web_sessions_with_view", "web_sessions_with_cart",
        "web_sessions_with_checkout", "web_sessions_with_purchase", "web_orders",
    )  # fmt: skip
    assert dict(zip(names, map(int, found), strict=True)) == {
        name: int(built.truth.figures[name]) for name in names
    }


def test_late_events_are_in_the_session_in_which_they_happened(built: Built) -> None:
    late = {fault.record_key for fault in built.faults("late")}
    lag = "date_diff('second', event_at, received_at) > 3600"
    assert {key for (key,) in built.rows(f"select event_id from silver.stg_web__events where {lag}")} == late
    keys = dict(built.rows("select event_id, session_key from gold.fct_page_events"))
    known = built.sessions_after_first
    # Sessions of the first build that an event joined later, and those that have another first event now.
    joined = {keys[event] for event in late - known.keys() if event in keys} & set(known.values())
    moved = {event for event, key in known.items() if event in keys and keys[event] != key}
    assert joined or moved
    assert len(moved) < len(known) / 10


def test_orders_that_were_reported_again_count_once(built: Built) -> None:
    repeated = built.rows("select event_id from gold.fct_page_events where is_repeated_purchase")
    assert {key for (key,) in repeated} == {fault.record_key for fault in built.faults("repeated_purchase")}
    assert repeated


def test_sessions_equal_those_that_plain_python_finds(built: Built) -> None:
    """From the staged events alone: visitor, start, end and number of events of every session."""
    visits: dict[str, list[datetime]] = {}
    for visitor, moment in built.rows("select visitor_id, event_at from silver.stg_web__events"):
        if visitor not in built.robots:
            visits.setdefault(visitor, []).append(moment)
    expected = []
    for visitor, moments in visits.items():
        runs: list[list[datetime]] = []
        for moment in sorted(moments):
            if not runs or (moment - runs[-1][-1]).total_seconds() > 1800:
                runs.append([])
            runs[-1].append(moment)
        expected += [(visitor, run[0], run[-1], len(run)) for run in runs]
    found = built.rows("select visitor_id, started_at, ended_at, event_count from gold.fct_sessions")
    assert Counter(found) == Counter(expected)
