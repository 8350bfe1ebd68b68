"""Sessions of small adversarial event logs (macros/sessions), against an oracle in plain Python."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cdc.logs import START, claim
from tests.cdc.rendering import Row, macros_of_changes

GAP = 1800
Event = tuple[str, str, datetime]
"""Visitor, event id, moment."""

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with duckdb.connect() as opened:
        opened.execute("set threads = 1")
        yield opened


def events() -> st.SearchStrategy[list[Event]]:
    """Moments at the edges of the gap, many of them equal; ids in no order of time."""
    moments = st.tuples(st.integers(0, 5), st.sampled_from([-1, 0, 0, 0, 1])).map(
        lambda step: START + timedelta(seconds=step[0] * GAP, microseconds=step[1])
    )
    visitors = st.sampled_from("abcdefgh")
    drawn = st.lists(st.tuples(visitors, moments), max_size=40)
    numbers = st.permutations(range(40))
    return st.builds(
        lambda found, ids: [(who, f"{ids[n]:02}", at) for n, (who, at) in enumerate(found)], drawn, numbers
    )


@cache
def sessions_sql() -> str:
    return str(macros_of_changes()["number_sessions"]("events", "visitor", "event_at", "event_id", GAP))


def sessions(connection: Connection, found: list[Event], visitors: set[str] | None = None) -> set[Row]:
    """Return what the macro says: visitor, event id, key, number, number of the event, start."""
    connection.execute(
        "create or replace table events (visitor varchar, event_id varchar, event_at timestamp)"
    )
    chosen = [event for event in found if visitors is None or event[0] in visitors]
    if chosen:
        marks = ", ".join(["(?, ?, ?)"] * len(chosen))
        connection.execute(
            f"insert into events values {marks}", [value for event in chosen for value in event]
        )
    rows = connection.execute(sessions_sql()).fetchall()
    assert len(rows) == len(chosen)
    return set(rows)


def expected(found: list[Event]) -> set[tuple[str, str, str, int, int, datetime]]:
    """Return the same with the first event's id in the place of the key."""
    answer = set()
    for visitor in {event[0] for event in found}:
        own = sorted((at, event_id) for who, event_id, at in found if who == visitor)
        runs = [[own[0]]]
        for former, event in pairwise(own):
            if event[0] - former[0] > timedelta(seconds=GAP):
                runs.append([])
            runs[-1].append(event)
        for number, run in enumerate(runs, 1):
            for place, (_, event_id) in enumerate(run, 1):
                answer.add((visitor, event_id, run[0][1], number, place, run[0][0]))
    return answer


@claim()
@given(found=events())
def test_a_pause_longer_than_the_gap_ends_a_session(connection: Connection, found: list[Event]) -> None:
    rows = sessions(connection, found)
    firsts = {(row[0], row[3]): row[1] for row in rows if row[4] == 1}
    assert {(row[0], row[1], firsts[row[0], row[3]], *row[3:]) for row in rows} == expected(found)
    # One key per session, and the key follows from its visitor and first event alone.
    keys = {(row[0], firsts[row[0], row[3]]): row[2] for row in rows}
    assert len(set(keys.values())) == len(keys)
    assert all(row[2] == keys[row[0], firsts[row[0], row[3]]] for row in rows)
    alone = sessions(connection, [event for event in found if (event[0], event[1]) in keys])
    assert {(row[0], row[1]): row[2] for row in alone} == keys


@claim()
@given(found=events(), source=st.randoms(use_true_random=False))
def test_neither_the_order_of_arrival_nor_other_visitors_matter(
    connection: Connection, found: list[Event], source: Random
) -> None:
    """Batch by batch, with only the visitors of the batch worked out anew, gives what all at once gives."""
    whole = sessions(connection, found)
    shuffled = source.sample(found, len(found))
    table: set[Row] = set()
    for start in range(0, len(shuffled), 9):
        visitors = {event[0] for event in shuffled[start : start + 9]}
        table = {row for row in table if row[0] not in visitors}
        table |= sessions(connection, shuffled[: start + 9], visitors)
    assert table == whole
