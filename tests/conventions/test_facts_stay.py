"""A new clustering moves no fact: none reads a person, and the dimension tells them nothing about it."""

from tests.conventions.conftest import Project


def test_no_fact_depends_on_persons(project: Project) -> None:
    wrong = []
    for node in project.models_in("marts/core"):
        if not node["name"].startswith("fct_"):
            continue
        rules = node["config"]["meta"].get("recompute", {}).get("after", {})
        is_told = "dim_customer" in rules and rules["dim_customer"].get("reads") != []
        if any("identity" in name for name in rules) or "master_customer_id" in node["raw_code"] or is_told:
            wrong.append(node["name"])
    assert not wrong
