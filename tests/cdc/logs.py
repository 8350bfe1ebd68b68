"""Small adversarial change logs for hypothesis, and what they mean by an oracle that knows no SQL."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("DUCKSHIFT_PROPERTY_EXAMPLES", "15"))
"""Logs per claim; each has a dozen keys, which are as many cases."""

FIRST, OPEN_END = datetime(1900, 1, 1), datetime(9999, 12, 31)
START = datetime(2024, 1, 1)
KEYS = "abcdefghijkl"
CHECKPOINTS = ("02", "04")


def claim(examples: int = EXAMPLES) -> settings:
    """Return settings with a fixed seed in CI; elsewhere a failure prints the line that reproduces it."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize="CI" in os.environ,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True)
class Change:
    """A change as staging has it: `tracked` makes versions, `other` does not."""

    key: str
    tracked: str | None
    other: str | None
    op: str
    seq: str
    is_reload: bool
    at: datetime

    def row(self) -> tuple[Any, ...]:
        return (self.key, self.tracked, self.other, self.op, self.seq, self.is_reload, self.at)


COLUMNS = {
    "k": "varchar",
    "tracked": "varchar",
    "other": "varchar",
    "_op": "varchar",
    "_change_seq": "varchar",
    "_is_reload": "boolean",
    "_changed_at": "timestamp",
}
Version = tuple[str, str | None, bool, datetime, datetime, bool]


def seconds() -> st.SearchStrategy[datetime]:
    """Few moments, so that seconds coincide and go back, and now and then one that no calendar has."""
    usual = st.integers(0, 4).map(lambda second: START + timedelta(seconds=second))
    odd = st.sampled_from([datetime(1, 1, 1), FIRST, datetime(9998, 12, 31), OPEN_END])
    return st.one_of(usual, usual, usual, usual, odd)


@st.composite
def logs(draw: st.DrawFn, reloads: bool = True) -> list[Change]:
    """Draw a log without duplicates: at most one change for a key, sequence and kind."""
    sequences = st.lists(st.sampled_from(["", "01", "02", "03", "04", "05"]), unique=True, max_size=6)
    values = st.sampled_from([None, "x", "y"])
    found = []
    for key in KEYS:
        for seq in draw(sequences):
            op = "I" if seq == "" else draw(st.sampled_from("IUUD"))
            # A delete carries its key, and perhaps the last values.
            found.append(Change(key, draw(values), draw(values), op, seq, False, draw(seconds())))
    for checkpoint in CHECKPOINTS if reloads else ():
        moment = draw(seconds())
        if draw(st.booleans()):
            for key in draw(st.sets(st.sampled_from(KEYS), min_size=1, max_size=8)):
                found.append(Change(key, draw(values), draw(values), "I", checkpoint, True, moment))
    return found


def in_order(log: list[Change]) -> dict[str, list[Change]]:
    """Return the changes of each key in the order of the source, with what reloads deleted."""
    checkpoints: dict[str, datetime] = {}
    for change in log:
        if change.is_reload:
            checkpoints[change.seq] = max(checkpoints.get(change.seq, datetime.min), change.at)
    found: dict[str, list[Change]] = {}
    for change in log:
        found.setdefault(change.key, []).append(change)
    for key, own in found.items():
        reloaded = {change.seq for change in own if change.is_reload}
        first = min(change.seq for change in own)
        for seq, moment in checkpoints.items():
            if seq >= first and seq not in reloaded:
                own.append(Change(key, None, None, "D", seq, True, moment))
        own.sort(key=lambda change: (change.seq, change.is_reload))
    return found


def state_of(changes: list[Change]) -> tuple[str | None, bool] | None:
    """Return tracked value and whether deleted after these changes; nothing if no row was ever known."""
    known = [change for change in changes if change.op != "D"]
    return (known[-1].tracked, changes[-1].op == "D") if known else None


def latest(log: list[Change], before_delete: bool = False) -> set[Change]:
    """Return the last row image of each key that is not deleted; with `before_delete` of every key."""
    found = set()
    for own in in_order(log).values():
        known = [change for change in own if change.op != "D"]
        if known and (before_delete or own[-1].op != "D"):
            found.add(known[-1])
    return found


def history(log: list[Change]) -> set[Version]:
    """Return the versions of each key: the state at every second at which something happened."""
    versions: set[Version] = set()
    for key, own in in_order(log).items():
        moments, moment = [], FIRST
        for change in own:
            if change.at < datetime(9999, 1, 1):
                moment = max(moment, change.at)
            moments.append(moment)
        began: list[tuple[datetime, tuple[str | None, bool]]] = []
        for second in sorted(set(moments)):
            state = state_of([change for change, at in zip(own, moments, strict=True) if at <= second])
            if state and (not began or began[-1][1] != state):
                began.append((second if began else FIRST, state))
        for (since, (tracked, is_deleted)), (until, _) in pairwise([*began, (OPEN_END, (None, False))]):
            versions.add((key, tracked, is_deleted, since, until, until == OPEN_END))
    return versions
