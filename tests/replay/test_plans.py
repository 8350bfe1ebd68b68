"""What each plan promises of its batches, without a build."""

import hashlib
import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from duckshift.arrival import days_of_arrival
from duckshift.check_landing import check
from duckshift.contract import landing_contract
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
    assert {file.split("/")[0] for file in copies} == {source for source, _ in landing_contract()}
    assert len(copies) > len(days) / 4
    assert check(zone, 3, lambda items, _: items).exit_status == 0


def test_copies_in_a_zone_are_not_copied_again(zone: Path, days: dict[str, str]) -> None:
    assert add_copies(zone, days, seed=8) == []


def test_an_export_of_a_store_comes_again_with_what_was_replayed_of_it(tmp_path: Path) -> None:
    folder = "pos/sales/year=2024/month=01/day=15/store=S-1"
    header = "store_id,receipt_id,line_number,sold_at,product_code,quantity,unit_price"
    replayed = "sales.r1-replay-0123456789ab.csv"
    (tmp_path / folder).mkdir(parents=True)
    for number, (name, manifest) in enumerate(
        [("sales.csv", "_manifest.json"), (replayed, "_manifest.r1-replay-0123456789ab.json")], 1
    ):
        content = f"{header}\nS-1,R-1,{number},2024-01-15 10:00:00,SKU-1,1,9.99\n".encode()
        (tmp_path / folder / name).write_bytes(content)
        stated = {
            "file": name,
            "records": 1,
            "sha256": hashlib.sha256(content).hexdigest(),
            "produced_at": "2024-01-16T00:05:00Z",
            "revision": 1,
        }
        (tmp_path / folder / manifest).write_text(json.dumps(stated))
    receipt = tmp_path / "_replays" / "pos" / "sales" / "0123.json"
    receipt.parent.mkdir(parents=True)
    receipt.write_text("{}")
    days = days_of_arrival(tmp_path)
    assert not [file for file in days if file.startswith("_")], "a receipt arrives nowhere"
    # One export in three comes again: by one of these seeds it does.
    copies = next(found for seed in range(50) if (found := add_copies(tmp_path, days, seed)))
    again = "sales.r901-replay-0123456789ab.csv"
    assert {Path(file).name for file in copies if file.endswith(".csv")} == {again, "sales.r901.csv"}
    assert all(is_copy(file) for file in copies if file.endswith(".csv"))
    assert check(tmp_path).exit_status == 0


def test_a_day_that_no_calendar_has_is_no_day_of_arrival(tmp_path: Path) -> None:
    """Such a file is held wherever it comes; a plan must be able to add days to every day."""
    for day in ("2024-02-30", "2024-13-01", "9999-12-31", "2024-02-29"):
        (tmp_path / f"fx/rates/dt={day}").mkdir(parents=True)
        (tmp_path / f"fx/rates/dt={day}/rates.csv").touch()
    for number, produced_at in enumerate(("no day at all", 7, None, ["2024-02-29"])):
        folder = tmp_path / f"pos/sales/{number}"
        folder.mkdir(parents=True)
        (folder / "_manifest.json").write_text(json.dumps({"file": 7, "produced_at": produced_at}))
    days = days_of_arrival(tmp_path)
    assert len(days) == 8
    assert {day for day in days.values() if day} == {"20240229"}
    assert sum(len(batch.files) for batch in cut(days, "late")) == 8
