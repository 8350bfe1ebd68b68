"""What stands in the project's own files: flags, profiles, versions, and nothing of this or that machine."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conventions.conftest import ROOT, Project, dbt

FLAGS = {
    "send_anonymous_usage_stats": False,
    "state_modified_compare_more_unrendered_values": True,
    "skip_nodes_if_on_run_start_fails": True,
    "require_unique_project_resource_names": True,
    "require_ref_searches_node_package_before_root": True,
    "require_generic_test_arguments_property": True,
    "validate_macro_args": True,
}

REDSHIFT = {
    "DUCKSHIFT_REDSHIFT_HOST": "127.0.0.1",
    "DUCKSHIFT_REDSHIFT_PORT": "5439",
    "DUCKSHIFT_REDSHIFT_USER": "nobody",
    "DUCKSHIFT_REDSHIFT_PASSWORD": "nothing",
    "DUCKSHIFT_REDSHIFT_DATABASE": "none",
    "DUCKSHIFT_REDSHIFT_SCHEMA": "main",
}


def loaded(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def tracked_files() -> list[Path]:
    """Return the files in git, and those that will be (not ignored)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_an_empty_landing_zone_builds(project: Project) -> None:
    assert project.build["status"] == 0, project.build["output"]
    assert "WARN=0 ERROR=0" in project.build["output"]


@pytest.mark.full  # half a minute; nothing but warnings is new to it: parity parses for Redshift too
def test_the_project_parses_for_redshift_without_a_warning(tmp_path: Path) -> None:
    done = dbt(
        tmp_path, "parse", "--target", "redshift", "--no-partial-parse", "--show-all-deprecations", **REDSHIFT
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert not re.search("warning|deprecat|does not match", output, re.IGNORECASE), output


def test_the_flags_of_a_new_project_are_on() -> None:
    flags = loaded("dbt_project.yml")["flags"]
    assert {name: flags.get(name) for name in FLAGS} == FLAGS


def test_redshift_never_retries_a_statement() -> None:
    """A retried statement runs on a new connection and can commit half a model (PITFALLS 1)."""
    outputs = loaded("profiles/profiles.yml")["duckshift"]["outputs"]
    redshift = [name for name, output in outputs.items() if output["type"] == "redshift"]
    assert set(redshift) == {"redshift", "redshift_local"}
    assert all(outputs[name]["retries"] == 0 for name in redshift)


def test_targets_use_few_threads_and_duckdb_is_the_default() -> None:
    profile = loaded("profiles/profiles.yml")["duckshift"]
    assert profile["target"] == "{{ env_var('DUCKSHIFT_TARGET', 'duckdb') }}"
    assert {name: output["threads"] for name, output in profile["outputs"].items()} == {
        "duckdb": 2,
        "ci": 2,
        "dev": 2,
        "redshift": 4,
        "redshift_local": 2,
    }


def test_the_text_and_time_of_duckdb_do_not_depend_on_the_machine() -> None:
    outputs = loaded("profiles/profiles.yml")["duckshift"]["outputs"].values()
    zones = [output["settings"]["TimeZone"] for output in outputs if output["type"] == "duckdb"]
    assert zones == ["UTC"] * 3


def test_every_version_is_pinned() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n")
    requirements = [line for line in lines if line and not line.startswith("#")]
    assert not [line for line in requirements if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line)]


def test_no_registry_address_and_no_path_of_a_machine_is_in_the_project() -> None:
    # Put together from pieces, or this file would be found.
    registry = (
        "--(extra-)?index" + "-url|--find" + "-links|https?:" + r"//\S*(/simple\b|pypi|artifactory|nexus)"
    )
    machine = r"(?<![\w.])/(home|Users|root|work|opt|mnt)" + r"/[\w.-]+|[A-Z]:\\Users"
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match.group()}"
            for match in re.finditer(f"{registry}|{machine}", text)
        ]
    assert not found


def test_no_python_test_is_skipped_without_a_reason() -> None:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"mark\.(?:skip|skipif|xfail)\b(\([^)]*\))?", text):
            assert "reason=" in call, path
        for call in re.findall(r"pytest\.skip\(([^)]*)\)", text):
            assert call.strip(), path


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "DECISIONS.md", "models/overview.md"])
def test_the_page_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
