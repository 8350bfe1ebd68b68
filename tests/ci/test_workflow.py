"""What a workflow does is what `make` does."""

import inspect
import os
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from duckshift.sources import generate

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


STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> commands
case "$*" in *"$FAILS") exit 1 ;; esac
for last; do :; done
case "$1" in generate) mkdir -p "$last" ;; land) mkdir -p "$DUCKSHIFT_LANDING_ROOT" ;; esac
"""
"""Notes how it was called, fails if its arguments end in a text, makes the folders that `make` asks for."""

BUILD, PROMOTE = "dbt build --target duckdb", "duckshift ci promote"


class Deployments:
    """A folder with the Makefile, in which stand-ins of dbt and duckshift are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.landing = folder / "landing"
        shutil.copy(ROOT / "Makefile", folder)
        tools = folder / ".venv" / "bin"
        tools.mkdir(parents=True)
        for name in ("dbt", "duckshift"):
            (tools / name).write_text(STAND_IN)
            (tools / name).chmod(0o755)
        for name in ("requirements.lock", "pyproject.toml", ".venv/.installed"):
            (folder / name).touch()

    def make(self, *arguments: str, fails: str = "nothing", target: str = "") -> tuple[bool, list[str]]:
        """Return whether it went well, and the commands that it ran."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DBT_", "DUCKSHIFT_", "DEPLOY_", "MAKE", "MFLAGS"))
        }
        given = {"DUCKSHIFT_LANDING_ROOT": str(self.landing), "DUCKSHIFT_TARGET": target, "FAILS": fails}
        (self.folder / "commands").write_text("")
        done = subprocess.run(
            ["make", *arguments],
            cwd=self.folder,
            env=kept | given,
            capture_output=True,
            text=True,
            check=False,
        )
        commands = (self.folder / "commands").read_text().replace(str(self.landing), "LANDING")
        return not done.returncode, commands.splitlines()


@pytest.fixture
def deployments(tmp_path: Path) -> Deployments:
    """A folder of its own."""
    return Deployments(tmp_path)


def test_a_deploy_builds_everything_and_promotes_it(deployments: Deployments) -> None:
    assert deployments.make("deploy") == (True, [BUILD, PROMOTE])
    redshift = deployments.make("deploy", target="redshift")
    assert redshift == (True, ["dbt build --target redshift", PROMOTE])


def test_a_review_may_ask_for_a_build_before_the_one_of_everything(deployments: Deployments) -> None:
    before = "--full-refresh --select dim_category+"
    done = deployments.make("deploy", f"DEPLOY_ARGS={before}")
    assert done == (True, [f"{BUILD} {before}", BUILD, PROMOTE])


def test_a_build_that_fails_promotes_nothing(deployments: Deployments) -> None:
    assert deployments.make("deploy", fails="build --target duckdb") == (False, [BUILD])
    done = deployments.make("deploy", "DEPLOY_ARGS=--select dim_date", fails="dim_date")
    assert done == (False, [f"{BUILD} --select dim_date"])


def test_sample_files_are_deployed_in_four_deliveries_once(deployments: Deployments) -> None:
    """A check has batches to replay only if production was built more than once."""
    is_well, commands = deployments.make("deploy-demo")
    assert is_well
    land = "duckshift land zone --from LANDING.zone"
    untils = [command.rpartition(" ")[2] for command in commands if " --until " in command]
    partial = f"{BUILD} --exclude-resource-type test unit_test"
    deliveries = [command for until in untils for command in (f"{land} --until {until}", partial)]
    generated = "duckshift generate --scale 0.1 --to LANDING.zone"
    assert commands == [generated, *deliveries, land, BUILD, PROMOTE]
    # Each of the four has some of the days that are generated.
    made = inspect.signature(generate).parameters
    start: date = made["start"].default
    days = [start, *map(date.fromisoformat, untils), start + timedelta(days=made["days"].default)]
    assert len(days) == 5
    assert days == sorted(set(days))
    assert not Path(f"{deployments.landing}.zone").exists()
    assert deployments.make("deploy-demo") == (True, [BUILD, PROMOTE])


def test_a_demo_that_failed_on_its_way_promotes_nothing_and_begins_again(deployments: Deployments) -> None:
    is_well, commands = deployments.make("deploy-demo", fails="test unit_test")
    assert (is_well, len(commands)) == (False, 3)
    assert PROMOTE not in commands
    is_well, commands = deployments.make("deploy-demo")
    assert is_well
    assert sum(command.startswith("duckshift land") for command in commands) == 4
    assert commands[-2:] == [BUILD, PROMOTE]
