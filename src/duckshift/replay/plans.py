"""Ways to deliver a landing zone: how its files are cut into batches, and how each batch is built.

A plan with the same seed over the same files gives the same batches. Nobody but `days` promises to keep files
together that belong together: a CSV file may come before or after its manifest, a reload in parts.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Literal

from duckshift.errors import UserError
from duckshift.replay.copies import is_copy

Days = Mapping[str, str]
"""Landing files with the day on which each arrived, YYYYMMDD or ''."""
Building = Literal["plain", "killed", "retried", "selected"]

LATE_DAYS = 7
LATE_SHARE = 0.3
ALONE_SHARE = 0.6


@dataclass(frozen=True)
class Batch:
    """What is delivered before one build."""

    files: tuple[str, ...]
    again: tuple[str, ...] = ()
    """Files that are there already: delivered again with the same name and content, but a newer time."""


@dataclass(frozen=True)
class Plan:
    """A way to deliver a landing zone."""

    name: str
    story: str
    cut: Callable[[Days, int, random.Random], list[Batch]]
    building: Building = "plain"
    has_copies: bool = False
    """Whether files come under another name too; a full refresh must see those as well."""


def in_days(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the days, in order, into batches; files without a day come first."""
    del choice
    return _batches(_by_day(days), count)


def in_shuffled_days(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the days, in no order, into batches."""
    groups = _by_day(days)
    choice.shuffle(groups)
    return _batches(groups, count)


def scattered(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the files, in no order, into batches of equal size."""
    return _batches([[file] for file in _shuffled(days, choice)], count)


def uneven(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the files, in no order, into many batches of one file, a few of some files, and a huge one."""
    files = _shuffled(days, choice)
    sizes = [1 if choice.random() < ALONE_SHARE else choice.randint(2, 40) for _ in range(count - 1)]
    sizes.insert(choice.randrange(count), max(1, len(files) - sum(sizes)))
    batches = []
    for size in sizes:
        batches.append(Batch(tuple(files[:size])))
        files = files[size:]
    return [batch for batch in batches if batch.files]


def late(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the days, in order, into batches; what some entities delivered on some days comes a week late."""
    units = sorted({(_entity(file), day) for file, day in days.items() if day})
    delayed = {unit for unit in units if choice.random() < LATE_SHARE}
    arrival = {file: _later(day) if (_entity(file), day) in delayed else day for file, day in days.items()}
    return _batches(_by_day(arrival), count)


def twice(days: Days, count: int, choice: random.Random) -> list[Batch]:
    """Cut the days into batches; every file comes again in a later one, and copies whenever they like."""
    count = max(count, 2)
    batches = _batches(_by_day({file: day for file, day in days.items() if not is_copy(file)}), count - 1)
    copies: list[list[str]] = [[] for _ in range(len(batches) + 1)]
    again: list[list[str]] = [[] for _ in range(len(batches) + 1)]
    for file in sorted(days):
        if is_copy(file):
            choice.choice(copies).append(file)
    for number, batch in enumerate(batches):
        for file in batch.files:
            again[choice.randint(number + 1, len(batches))].append(file)
    return [
        Batch(
            (*(batches[number].files if number < len(batches) else ()), *copies[number]), tuple(again[number])
        )
        for number in range(len(batches) + 1)
    ]


PLANS = {
    plan.name: plan
    for plan in (
        Plan("days", "days in order", in_days),
        Plan("shuffled", "days in no order", in_shuffled_days),
        Plan("scattered", "single files in no order, manifests apart from what they describe", scattered),
        Plan("uneven", "single files in no order: one-file batches, a huge one, some between", uneven),
        Plan("twice", "every file twice: again as it was, and under another name", twice, has_copies=True),
        Plan("late", f"what some entities deliver on some days comes {LATE_DAYS} days late", late),
        Plan(
            "interrupted", "builds killed (SIGKILL) at any moment, then run again", in_shuffled_days, "killed"
        ),
        Plan("retried", "a model fails in every batch, then `dbt retry`", late, "retried"),
        Plan(
            "selected", "each batch built by `--select` of some models, all in the end", scattered, "selected"
        ),
    )
}


def plan_named(name: str) -> Plan:
    """Return a plan. Raises UserError if there is none of that name."""
    if name not in PLANS:
        raise UserError(f"no such plan: {name}; there are {', '.join(PLANS)}")
    return PLANS[name]


def _by_day(days: Days) -> list[list[str]]:
    ordered = sorted(days, key=lambda file: (days[file], file))
    return [list(files) for _, files in groupby(ordered, key=days.__getitem__)]


def _batches(groups: Sequence[Sequence[str]], count: int) -> list[Batch]:
    """Join neighbouring groups to `count` batches, fewer if there are fewer groups."""
    count = min(count, len(groups))
    ends = [round(len(groups) * number / count) for number in range(count + 1)]
    return [
        Batch(tuple(file for group in groups[start:end] for file in group)) for start, end in pairwise(ends)
    ]


def _shuffled(days: Days, choice: random.Random) -> list[str]:
    files = sorted(days)
    choice.shuffle(files)
    return files


def _entity(file: str) -> str:
    return "/".join(file.split("/")[:2])


def _later(day: str) -> str:
    return (datetime.strptime(day, "%Y%m%d") + timedelta(days=LATE_DAYS)).strftime("%Y%m%d")
