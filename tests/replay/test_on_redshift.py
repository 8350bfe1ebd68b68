"""Any delivery == full refresh on Redshift's protocol too: the same plans against the local server, small.

For every change tests/parity says that after two increments Redshift has what DuckDB has, and
test_any_delivery.py that DuckDB has what one full refresh makes.
"""

from pathlib import Path

import pytest

from duckshift.replay.plans import PLANS
from duckshift.replay.proof import FullRefresh, make_full_refresh, replay
from duckshift.sources import generate

pytestmark = pytest.mark.full

TARGET = "redshift_local"
SCALE, DAYS = 0.001, 12


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> FullRefresh:
    """A very small landing zone with faults, built at once."""
    folder = tmp_path_factory.mktemp("redshift")
    generate(folder / "zone", scale=SCALE, days=DAYS)
    return make_full_refresh(folder / "zone", folder / "full", TARGET, progress=print)


def test_files_a_week_late_in_three_batches(full: FullRefresh, tmp_path: Path) -> None:
    report = replay(full, PLANS["late"], tmp_path / "late", batches=3, seed=7, progress=print)
    assert report.differences == []
    assert report.tables > 60
    assert report.rows > 5_000


@pytest.mark.parametrize("plan", ["scattered", "interrupted", "retried", "selected"])
def test_other_plans_in_four_batches(full: FullRefresh, tmp_path: Path, plan: str) -> None:
    report = replay(full, PLANS[plan], tmp_path / plan, batches=4, seed=8, progress=print)
    assert report.differences == []
