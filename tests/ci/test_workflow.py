"""What a workflow does is what `make` does."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))


def jobs_of(workflow: Path) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    return dict(yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"])


def gitlab() -> dict[str, Any]:
    """Return the pipeline for GitLab that docs/ci.md shows."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(# \.gitlab-ci\.yml\n.*?)```", text, re.DOTALL)
    return dict(yaml.safe_load(block))


def assert_targets(command: str, matrix: list[str]) -> None:
    """Assert that a command is `make` with targets that exist."""
    made, *names = command.replace("${{ matrix.target }}", " ".join(matrix)).split()
    assert made == "make", command
    assert names and set(names) <= targets(), command


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_each_step_of_a_workflow_is_a_make_target(workflow: Path) -> None:
    for job in jobs_of(workflow).values():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert commands
        for command in commands:
            assert_targets(command, job.get("strategy", {}).get("matrix", {}).get("target", []))


def test_the_pipeline_for_gitlab_calls_the_same_targets() -> None:
    pipeline = gitlab()
    for job in ("deploy", "review"):
        for command in pipeline[job]["script"]:
            assert_targets(command, [])


def test_a_check_finds_what_a_deploy_has_kept() -> None:
    jobs = jobs_of(ROOT / ".github" / "workflows" / "slim-ci.yml")
    kept = {
        job: {
            step["with"]["path"]
            for step in jobs[job]["steps"]
            if "cache" in step.get("uses", "") and "state" in step["with"]["key"]
        }
        for job in ("deploy", "review")
    }
    assert len(kept["deploy"]) == 1
    assert kept["deploy"] == kept["review"]
    pipeline = gitlab()
    deploy, review = pipeline["deploy"]["cache"], pipeline["review"]["cache"][0]
    assert (deploy["key"], deploy["paths"]) == (review["key"], review["paths"])
    assert deploy["unprotect"] is True
