"""One landing zone and one full refresh, with which the replays of all processes are compared."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from tests.forked_commands import forked_dbt
from tests.warehouse.building import once, session_folder

from duckshift.replay.plans import PLANS
from duckshift.replay.proof import FullRefresh, ReplayReport, make_full_refresh, replay
from duckshift.sources import generate
from duckshift.workshop import Workshop, copy_project

SCALE, DAYS = 0.005, 30
BATCHES = 3
BATCHES_IN_FULL = 5
RELINKED = {"20240109": "C-0000002", "20240118": "C-0000003", "20240124": "C-0000002"}
"""The account that a card is linked to, by the day that says so: one person loses it, and another gets it.

What is generated only grows persons. These days are in three batches of the plan whose log is looked at.
"""
Replay = Callable[[str, int, int], "Replayed"]


class Replayed:
    """What a replay reported, and the warehouse that it left."""

    def __init__(self, folder: Path, report: ReplayReport) -> None:
        self.workshop = Workshop(folder, project=folder / "project")
        self.report = report


@pytest.fixture(scope="package", autouse=True)
def _dbt_is_forked() -> Iterator[None]:
    with forked_dbt():
        yield


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project, parsed once for all that are copied from it."""

    def parse(folder: Path) -> None:
        Workshop(folder, project=copy_project(folder / "project")).dbt("duckdb", "parse")

    return once(session_folder(tmp_path_factory, "replay") / "parsed", parse) / "project"


@pytest.fixture(scope="session")
def generated_zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generated landing zone with faults, and a card that goes from one account to another."""

    def write(folder: Path) -> None:
        generate(folder, scale=SCALE, days=DAYS)
        relink_a_card(folder / "shop" / "loyalty_cards")

    return once(session_folder(tmp_path_factory, "replay") / "zone", write)


def relink_a_card(folder: Path) -> None:
    """Write changes of a card that has nothing in common with anybody but its link."""
    for day, customer_id in RELINKED.items():
        file = folder / day[:4] / day[4:6] / day[6:] / "220000-1.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                copy (
                    select * replace (
                        'LC99999999' as card_number, '{customer_id}' as customer_id,
                        null::varchar as email, null::varchar as phone,
                        null::varchar as street, null::date as birth_date,
                        'U' as "Op", strptime('{day}21', '%Y%m%d%H') as _commit_ts,
                        rpad('{day}21', 24, '0') as _change_seq
                    )
                    from '{folder}/LOAD00000001.parquet'
                    order by card_number
                    limit 1
                ) to '{file}'
                """
            )


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory, generated_zone: Path, parsed_project: Path) -> FullRefresh:
    """The zone, with a second copy of its files, as one build makes it; not to be changed."""

    def build(folder: Path) -> None:
        make_full_refresh(
            generated_zone, folder / "full", "duckdb", copies_seed=7, project=parsed_project, progress=print
        )

    folder = once(session_folder(tmp_path_factory, "replay") / "built", build) / "full"
    return FullRefresh(Workshop(folder, project=folder / "project"), "duckdb", {})


@pytest.fixture
def replayed(full: FullRefresh, tmp_path: Path) -> Replay:
    """Return a function that replays the zone by a plan and a seed, in so many batches."""

    def run(plan: str, seed: int, batches: int) -> Replayed:
        folder = tmp_path / f"{plan}_{seed}"
        report = replay(full, PLANS[plan], folder, batches=batches, seed=seed, progress=print)
        return Replayed(folder, report)

    return run
