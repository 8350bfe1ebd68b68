"""What tests found is remembered by test: a run of some says nothing of the others."""

import pytest
from tests.runs.conftest import Warehouse

FINDS_ALL = "select * from {{ ref('points') }}"
FINDS_NOTHING = "select * from {{ ref('points') }} where points < 0"
BREAKS = "select no_such_column from {{ ref('points') }}"


@pytest.fixture
def tested(warehouse: Warehouse) -> Warehouse:
    """A warehouse that was built, and whose three tests ran."""
    (warehouse.folder / "tests").mkdir()
    for name, query in (("all_is_wrong", FINDS_ALL), ("is_fine", FINDS_NOTHING), ("is_broken", BREAKS)):
        warehouse.write(f"tests/{name}.sql", query)
    assert warehouse.dbt("build", "--exclude", "gated").status == 1
    return warehouse


def outcomes(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    """Return model, kind, whether it ended in an error and the rows that it found by test; each has one."""
    rows = warehouse.rows(
        "select test_name, model_name, test_kind, is_errored, failing_row_count from {ops}.test_findings"
    )
    found = {row[0]: tuple(row[1:]) for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_run_of_one_test_forgets_no_other(tested: Warehouse) -> None:
    of_all = {
        "all_is_wrong": ("points", "singular", False, 1),
        "is_fine": ("points", "singular", False, 0),
        "is_broken": ("points", "singular", True, 0),
    }
    assert outcomes(tested) == of_all
    tested.succeeds("test", "--select", "is_fine")
    assert outcomes(tested) == of_all


def test_the_newest_outcome_of_a_test_counts(tested: Warehouse) -> None:
    tested.write("tests/all_is_wrong.sql", FINDS_NOTHING)
    tested.write("tests/is_broken.sql", FINDS_ALL)
    assert tested.dbt("test").status == 1
    assert outcomes(tested)["all_is_wrong"] == ("points", "singular", False, 0)
    assert outcomes(tested)["is_broken"] == ("points", "singular", False, 1)


def test_a_test_that_is_no_more_is_forgotten(tested: Warehouse) -> None:
    for name in ("all_is_wrong", "is_broken"):
        (tested.folder / "tests" / f"{name}.sql").unlink()
    tested.succeeds("test", "--select", "is_fine")
    assert set(outcomes(tested)) == {"is_fine"}
