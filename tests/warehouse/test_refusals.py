"""What a user can mend before anything is built ends in one line that says so, and a non-zero exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.warehouse.building import Outcome, Warehouse


def one_line(outcome: Outcome, *words: str) -> bool:
    return any(all(word in line for word in words) for line in outcome.lines)


def test_a_landing_root_that_is_not_there(tmp_path: Path, new_warehouse: Callable[[Path], Warehouse]) -> None:
    warehouse = new_warehouse(tmp_path / "nowhere")
    outcome = warehouse.dbt("build", "--exclude-resource-type", "test", "unit_test")
    assert outcome.status != 0
    assert one_line(
        outcome, f"landing root '{tmp_path / 'nowhere'}'", "is not a folder", "DUCKSHIFT_LANDING_ROOT"
    )
    assert "Traceback" not in outcome.output
    # Models do not run on a listing that failed.
    assert outcome.nodes("success", "pass") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--profile", "nowhere"), ("Could not find profile named 'nowhere'",)),
        (("--target", "nowhere"), ("does not have a target named 'nowhere'",)),
    ],
)
def test_a_profile_or_target_that_is_not_there(
    new_warehouse: Callable[[Path], Warehouse],
    tmp_path: Path,
    arguments: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    outcome = new_warehouse(tmp_path).dbt("build", *arguments)
    assert outcome.status != 0
    assert one_line(outcome, *words), outcome.output
    assert "Traceback" not in outcome.output
