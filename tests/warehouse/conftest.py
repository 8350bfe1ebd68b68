"""Warehouses for tests: one built from a generated landing zone and shared by all processes, and new ones."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.warehouse.building import Outcome, Warehouse, once, parsed_project, session_folder
from tests.warehouse.truth import Truth, read_truth

from duckshift.sources import generate

SCALE, DAYS = 0.02, 30  # the smallest landing zone that is promised to have every fault
OUTCOME = "outcome.json"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test session, the same in all processes of pytest-xdist."""
    return session_folder(tmp_path_factory, "warehouses")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project without `src/`, parsed."""
    return parsed_project(tmp_path_factory)


@pytest.fixture(scope="session")
def new_warehouse(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Warehouse]:
    """Return a function that makes an empty warehouse for a landing zone."""
    return lambda landing: Warehouse(project, landing).copy(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="session")
def generated(shared_folder: Path) -> Path:
    """A generated landing zone with faults, not to be changed."""

    def write(folder: Path) -> None:
        generate(folder, scale=SCALE, days=DAYS)

    return once(shared_folder / "landing", write)


@pytest.fixture(scope="session")
def truth(generated: Path) -> Truth:
    """What the generator says about the generated landing zone."""
    return read_truth(generated)


@pytest.fixture(scope="session")
def built(shared_folder: Path, project: Path, generated: Path) -> Warehouse:
    """The generated landing zone as `dbt build` without any option builds it, not to be changed."""

    def build(folder: Path) -> None:
        outcome = Warehouse(project, generated).copy(folder).dbt("build", writes_manifest=True)
        (folder / OUTCOME).write_text(json.dumps(asdict(outcome)))

    return Warehouse(once(shared_folder / "built", build), generated)


@pytest.fixture(scope="session")
def outcome(built: Warehouse) -> Outcome:
    """How the build of the generated landing zone ended."""
    return Outcome(**json.loads((built.folder / OUTCOME).read_text()))
