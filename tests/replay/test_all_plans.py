"""All plans, several seeds, and a real data set: more than an hour of work, so only in `make test-full`."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.public_data import public_data_folder
from tests.replay.conftest import BATCHES_IN_FULL, Replay

from duckshift.adapters.online_retail import land
from duckshift.replay.plans import PLANS
from duckshift.replay.proof import make_full_refresh, replay

pytestmark = pytest.mark.full

SEED = int(os.environ.get("DUCKSHIFT_REPLAY_SEED") or datetime.now(UTC).strftime("%Y%m%d"))
"""Another one every day; the name of a test that fails has it, and the variable brings it back."""


@pytest.mark.parametrize("seed", [1, SEED])
@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_makes_the_warehouse_of_one_full_refresh(replayed: Replay, plan: str, seed: int) -> None:
    assert replayed(plan, seed, BATCHES_IN_FULL).report.differences == []


def test_online_retail_with_days_shuffled_in_twelve_batches(tmp_path: Path) -> None:
    """541,909 invoice lines of 305 days; in pounds, or no line had an amount to report."""
    source = public_data_folder("online_retail")
    land(source, tmp_path / "zone")
    options = ("--vars", "{reporting_currency: GBP}")
    full = make_full_refresh(tmp_path / "zone", tmp_path / "full", "duckdb", options=options, progress=print)
    report = replay(full, PLANS["shuffled"], tmp_path / "replayed", batches=12, seed=7, progress=print)
    assert report.differences == []
    assert report.rows > 2_000_000
