"""What a model decides is proven by a unit test."""

import re

from tests.conventions.conftest import Project
from tests.conventions.test_models import code_of

# Filters that every model of a layer has, and that decide nothing of its own.
USUAL = r"(?:_copy = 1\b|_status =(?=\s)|{{ is_affected\([^}]*\) }})"

# A decision in the model's own code; those in macros (keys, casts, copies) are tested with the macros.
DECISION = re.compile(
    r"\bcase\b|\bover\s*\(|\bhaving\b"
    rf"|\bwhere\b(?!\s+{USUAL}(?:\s+and\s+{USUAL})*(?!\s+(?:and|or)\b))",
    re.IGNORECASE,
)

# Models that decide something and have no unit test, and why.
TESTED_ELSEWHERE = {
    "dim_date": "reads nothing: tests/calendar compares every day with calendars computed another way",
    "dim_run_date": "names every bronze model as an input; the build of nothing would have a null day",
    "ops_replayed_records": "reads every bronze model: tests/warehouse/test_quarantine.py replays into them",
}


def test_a_model_that_decides_something_has_a_unit_test(project: Project) -> None:
    tested = {test["model"] for test in project.manifest["unit_tests"].values()}
    deciding = {node["name"] for node in project.models if DECISION.search(code_of(node))}
    assert deciding - tested == set(TESTED_ELSEWHERE)


def test_a_filter_decides_unless_its_whole_layer_has_it() -> None:
    usual = ["_copy = 1", "_status = \n  and {{ is_affected('id', of='orders') }}", "{{ is_affected() }}"]
    own = ["is_current", "_copy = 1 and amount > 0", "{{ is_affected() }}\n  or is_late", "_copy = 10"]
    assert not [filtered for filtered in usual if DECISION.search(f"from orders\nwhere {filtered}\n)")]
    assert [filtered for filtered in own if DECISION.search(f"from orders\nwhere {filtered}\n)")] == own
