"""Files that arrive in two halves make the same warehouse as files that arrive at once.

Two classes, so that pytest-xdist may give them to different processes: each builds for half a minute.
"""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.warehouse.building import Warehouse

from duckshift.comparison import duckdb_differences

MODELS_ONLY = ("--exclude-resource-type", "test", "unit_test")
DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)/|year=(\d{4})/month=(\d\d)/day=(\d\d)/|/(\d{4})/(\d\d)/(\d\d)/")


def landing_files(root: Path) -> list[str]:
    """Return data files and manifests, relative to the root."""
    files = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(file for file in files if not file.startswith("_truth/"))


def arrival(file: str) -> tuple[str, str]:
    """Order files by the day of their folder; a full load, which has none, comes first."""
    match = DAY.search(file)
    return ("".join(part for part in match.groups() if part) if match else "", file)


def deliver(files: list[str], source: Path, target: Path) -> None:
    """Copy files with their times."""
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / file, target / file)


def differences_of_two_deliveries(
    halves: tuple[list[str], list[str]], built: Warehouse, warehouse: Warehouse
) -> list[str]:
    """Build after each half, see that both loaded files, and compare with what was built at once."""
    for half in halves:
        deliver(half, built.landing, warehouse.landing)
        outcome = warehouse.dbt("build", *MODELS_ONLY)
        assert outcome.status == 0, outcome.output[-4000:]
    loaded = warehouse.rows(
        "select count(*) from ops.ops_load_ledger where file_state = 'loaded' group by run_id"
    )
    assert len(loaded) == 2
    return duckdb_differences(built.database, warehouse.database)


class TestByArrival:
    def test_first_half_of_the_days_then_the_other(
        self, built: Warehouse, new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
    ) -> None:
        files = sorted(landing_files(built.landing), key=arrival)
        halves = files[: len(files) // 2], files[len(files) // 2 :]
        assert differences_of_two_deliveries(halves, built, new_warehouse(tmp_path)) == []


class TestShuffled:
    @pytest.mark.parametrize("seed", [7])
    def test_half_of_the_files_in_no_order_then_the_other(
        self, built: Warehouse, new_warehouse: Callable[[Path], Warehouse], tmp_path: Path, seed: int
    ) -> None:
        """Changes, corrections, manifests and reloads come before or after what they belong to.

        Price lists come in their order: a dump that is older than one already applied is not applied.
        """
        files = landing_files(built.landing)
        dumps = [file for file in files if file.startswith("supplier/price_list/")]
        others = [file for file in files if file not in dumps]
        random.Random(seed).shuffle(others)
        middle = len(others) // 2
        halves = others[:middle] + dumps[:1], others[middle:] + dumps[1:]
        assert differences_of_two_deliveries(halves, built, new_warehouse(tmp_path)) == []
