"""One landing zone and one full refresh, with which the replays of all processes are compared."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.forked_workshops import forked_workshops
from tests.warehouse.building import once, session_folder

from duckshift.replay.plans import PLANS
from duckshift.replay.proof import FullRefresh, ReplayReport, make_full_refresh, replay
from duckshift.sources import generate
from duckshift.workshop import Workshop, copy_project

SCALE, DAYS = 0.005, 30
BATCHES = 3
BATCHES_IN_FULL = 5
Replay = Callable[[str, int, int], "Replayed"]


class Replayed:
    """What a replay reported, and the warehouse that it left."""

    def __init__(self, folder: Path, report: ReplayReport) -> None:
        self.workshop = Workshop(folder, project=folder / "project")
        self.report = report


@pytest.fixture(scope="package", autouse=True)
def _dbt_is_forked() -> Iterator[None]:
    with forked_workshops():
        yield


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project, parsed once for all that are copied from it."""

    def parse(folder: Path) -> None:
        Workshop(folder, project=copy_project(folder / "project")).dbt("duckdb", "parse")

    return once(session_folder(tmp_path_factory, "replay") / "parsed", parse) / "project"


@pytest.fixture(scope="session")
def generated_zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generated landing zone with faults."""

    def write(folder: Path) -> None:
        generate(folder, scale=SCALE, days=DAYS)

    return once(session_folder(tmp_path_factory, "replay") / "zone", write)


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
