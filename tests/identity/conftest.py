"""Persons found in landing zones of seeds that the rules were not tuned on (they were on 7 and 11)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.warehouse.building import Warehouse
from tests.warehouse.conftest import new_warehouse, project, shared_folder

from duckshift.sources import generate

__all__ = ["new_warehouse", "project", "shared_folder"]

WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


@pytest.fixture(scope="module", params=[101, 202])
def found(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[Path], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """A warehouse with the map of records to persons, and what it needs."""
    landing = tmp_path_factory.mktemp("landing")
    generate(landing, scale=0.05, days=8, seed=request.param)
    warehouse = new_warehouse(landing)
    outcome = warehouse.dbt("build", "--select", "+bridge_customer_records", *WITHOUT_TESTS)
    assert outcome.status == 0, outcome.output[-4000:]
    return warehouse
