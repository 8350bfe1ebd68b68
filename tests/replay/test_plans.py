"""What each plan promises of its batches, without a build."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from duckshift.arrival import days_of_arrival
from duckshift.check_landing import check
from duckshift.replay.copies import add_copies, is_copy
from duckshift.replay.plans import LATE_DAYS, PLANS, Batch
from duckshift.sources import generate


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing zone without faults, with copies."""
    folder = tmp_path_factory.mktemp("zone")
    generate(folder, scale=0.002, days=20, faults=False)
    add_copies(folder, days_of_arrival(folder), seed=7)
    return folder


@pytest.fixture(scope="module")
def days(zone: Path) -> dict[str, str]:
    return days_of_arrival(zone)


def cut(days: dict[str, str], plan: str, batches: int = 5, seed: int = 7) -> list[Batch]:
    return PLANS[plan].cut(days, batches, random.Random(seed))


@pytest.mark.parametrize("batches", [1, 5, 40])
@pytest.mark.parametrize("plan", PLANS)
def test_every_file_arrives_once(days: dict[str, str], plan: str, batches: int) -> None:
    arrived = Counter(file for batch in cut(days, plan, batches) for file in batch.files)
    assert set(arrived) == set(days)
    assert set(arrived.values()) == {1}


@pytest.mark.parametrize("plan", PLANS)
def test_there_are_as_many_batches_as_asked_for_and_none_is_empty(days: dict[str, str], plan: str) -> None:
    batches = cut(days, plan)
    assert len(batches) == 5
    assert all(batch.files or batch.again for batch in batches)


@pytest.mark.parametrize("plan", PLANS)
def test_the_same_seed_gives_the_same_batches_and_another_seed_others(
    days: dict[str, str], plan: str
) -> None:
    assert cut(days, plan) == cut(days, plan)
    assert (cut(days, plan) == cut(days, plan, seed=8)) == (plan == "days")


def test_days_are_delivered_in_order(days: dict[str, str]) -> None:
    delivered = [days[file] for batch in cut(days, "days") for file in batch.files]
    assert delivered == sorted(delivered)


def test_shuffled_days_stay_whole_but_not_in_order(days: dict[str, str]) -> None:
    batches = cut(days, "shuffled")
    delivered = [{days[file] for file in batch.files} for batch in batches]
    assert sum(len(of_batch) for of_batch in delivered) == len(set(days.values()))
    assert any(min(later) < max(sooner) for sooner, later in pairwise(delivered))


def test_uneven_batches_have_single_files_and_a_huge_one(days: dict[str, str]) -> None:
    sizes = [len(batch.files) for batch in cut(days, "uneven", 12)]
    assert sizes.count(1) >= 3
    assert max(sizes) > len(days) / 2


def test_late_files_come_a_week_after_files_of_their_day(days: dict[str, str]) -> None:
    """With one batch a day: some file is seven days behind the others, none more."""
    batches = cut(days, "late", 100)
    first_of_day: dict[str, int] = {}
    behind = Counter[int]()
    for number, batch in enumerate(batches):
        for file in batch.files:
            if days[file]:
                behind[number - first_of_day.setdefault(days[file], number)] += 1
    assert LATE_DAYS in behind
    assert max(behind) <= LATE_DAYS


def test_twice_brings_every_file_again_in_a_later_batch(days: dict[str, str]) -> None:
    batches = cut(days, "twice")
    first = {file: number for number, batch in enumerate(batches) for file in batch.files}
    again = {file: number for number, batch in enumerate(batches) for file in batch.again}
    assert set(again) == {file for file in days if not is_copy(file)}
    assert all(number > first[file] for file, number in again.items())


def test_copies_are_what_the_landing_contract_allows(zone: Path, days: dict[str, str]) -> None:
    """Of every source and every entity, and `duckshift check-landing` finds nothing to mend."""
    copies = [file for file in days if is_copy(file)]
    assert {file.split("/")[0] for file in copies} == {file.split("/")[0] for file in days}
    assert len(copies) > len(days) / 4
    assert check(zone, 3, lambda items, _: items).exit_status == 0


def test_copies_in_a_zone_are_not_copied_again(zone: Path, days: dict[str, str]) -> None:
    assert add_copies(zone, days, seed=8) == []
