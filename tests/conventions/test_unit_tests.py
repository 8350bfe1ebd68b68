"""What a model decides is proven by a unit test."""

import re

from tests.conventions.conftest import Project
from tests.conventions.test_models import code_of

# A decision in the model's own code; those in macros (keys, casts, copies) are tested with the macros.
DECISION = re.compile(r"\bcase\b|\bover\s*\(", re.IGNORECASE)

# Models that decide something and have no unit test, and why.
TESTED_ELSEWHERE = {
    "dim_date": "reads nothing: tests/calendar compares every day with calendars computed another way",
}


def test_a_model_that_decides_something_has_a_unit_test(project: Project) -> None:
    tested = {test["model"] for test in project.manifest["unit_tests"].values()}
    deciding = {node["name"] for node in project.models if DECISION.search(code_of(node))}
    assert deciding - tested == set(TESTED_ELSEWHERE)
