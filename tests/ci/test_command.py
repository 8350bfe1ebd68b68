"""`duckshift ci`: its options, what it writes, how it ends. What it checks is in the other files."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.forked_commands import AS_USERS_DO

from duckshift import processes
from duckshift.ci import checking
from duckshift.ci.changes import Break, Changes
from duckshift.ci.commands import Outcome, Work, selector
from duckshift.ci.comparing import TableDiff
from duckshift.ci.folders import claimed
from duckshift.ci.review import Review
from duckshift.ci.state import State
from duckshift.cli import main
from duckshift.errors import UserError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["duckshift", "ci", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch) -> Review:
    """What the check finds: nothing yet."""
    found = Review()

    def answer(project: Path, state: Path, folder: Path, **options: Any) -> Review:
        del project, state, folder, options
        return found

    monkeypatch.setattr(checking, "check", answer)
    return found


def test_without_a_state_it_ends_with_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "--state", tmp_path, "--work", tmp_path / "work") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "holds no state of production" in printed.err


@pytest.mark.usefixtures("review")
def test_a_change_without_problems_ends_with_0_and_leaves_its_review(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "--work", tmp_path) == 0
    assert capsys.readouterr().out == (tmp_path / "review.md").read_text()
    assert json.loads((tmp_path / "review.json").read_text())["verdict"] == "pass"


def test_a_problem_ends_with_1_and_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, review: Review
) -> None:
    review.changes = Changes(breaks=[Break("dim_store", "column city removed", "keep it")])
    assert run(monkeypatch, "--work", tmp_path, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == ["dim_store: column city removed. Remedy: keep it"]
    assert "- dim_store: column city removed. Remedy: keep it" in (tmp_path / "review.md").read_text()


def test_neither_check_nor_clean_touches_a_folder_that_is_not_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "review.md").write_text("mine")
    for arguments in (("--work", tmp_path), ("clean", "--work", tmp_path)):
        assert run(monkeypatch, *arguments) == 2
        assert "is no work folder of `duckshift ci`" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["review.md", "target"]


@pytest.mark.usefixtures("review")
def test_cleaning_removes_a_work_folder_but_no_state(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    work, state = tmp_path / "work", tmp_path / "state"
    assert run(monkeypatch, "--work", work) == 0
    assert run(monkeypatch, "clean", "--work", work) == 0
    assert not work.exists()
    with claimed(state, "state"):
        pass
    assert run(monkeypatch, "clean", "--work", state) == 2
    assert state.is_dir()
    assert "is no work folder" in capsys.readouterr().err


@pytest.mark.usefixtures("review")
def test_two_checks_in_one_folder_do_not_meet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with claimed(tmp_path, "work"):
        for arguments in (("--work", tmp_path), ("clean", "--work", tmp_path)):
            assert run(monkeypatch, *arguments) == 2
            assert "is at work in" in capsys.readouterr().err
    assert run(monkeypatch, "--work", tmp_path) == 0


def test_a_check_that_cannot_go_on_leaves_no_former_review(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("review.md", "review.json"):
        (tmp_path / name).write_text("pass")
    assert run(monkeypatch, "--state", tmp_path, "--work", tmp_path / "work", "--report", tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


def test_an_option_before_another_command_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "--state", tmp_path, "promote") == 2
    assert "--state stands before `promote`" in capsys.readouterr().err


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A work folder for a project of one model."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / "one.sql").write_text("select {{ var('number') }} as one")
    (project / "dbt_project.yml").write_text("{name: small, profile: small, vars: {number: 1}}")
    (project / "profiles").mkdir()
    output = "{type: duckdb, path: \"{{ env_var('DUCKSHIFT_CI_DATABASE') }}\"}"
    (project / "profiles" / "profiles.yml").write_text(f"small: {{target: ci, outputs: {{ci: {output}}}}}")
    (tmp_path / "state").mkdir()
    return Work(tmp_path / "work", project, State(tmp_path / "state", {}, {"name": "warehouse"}))


def test_dbt_runs_in_a_process_of_its_own_and_writes_in_the_work_folder(
    monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    monkeypatch.setattr(processes, "start", AS_USERS_DO)
    monkeypatch.setenv("DBT_TARGET_PATH", "elsewhere")
    outcome = work.dbt("ls", "--output", "name", "--quiet")
    assert (outcome.status, outcome.output.splitlines()[-1]) == (0, "one")
    assert work.manifest() is not None
    assert sorted(path.name for path in work.project.iterdir()) == ["dbt_project.yml", "models", "profiles"]


def test_a_node_that_dbt_did_not_run_is_no_success(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    """dbt only warns of a name that selects nothing."""
    nodes = {f"model.p.{name}": {"name": name, "resource_type": "model"} for name in ("one", "two")}
    ran = {"results": [{"unique_id": "model.p.one"}, {"unique_id": "operation.p.hook"}]}

    def build(work: Work, *arguments: str) -> Outcome:
        del arguments
        (work.artifacts / "manifest.json").write_text(json.dumps({"nodes": nodes, "unit_tests": {}}))
        (work.artifacts / "run_results.json").write_text(json.dumps(ran))
        return Outcome(0, "")

    monkeypatch.setattr(Work, "dbt", build)
    work.artifacts.mkdir(parents=True)
    assert work.build(["one"])[1] == ran["results"]
    with pytest.raises(UserError, match="ran 1 nodes of the change not at all, such as two"):
        work.build(["one", "two"])


def test_a_unit_test_of_a_version_goes_by_its_own_name() -> None:
    assert selector({"name": "dim", "resource_type": "model", "version": 2}) == "dim.v2"
    assert selector({"name": "dim_is_flat", "resource_type": "unit_test", "version": 2}) == "dim_is_flat"


def test_what_dbt_says_of_an_error_has_no_value_of_a_row() -> None:
    output = "Running\n\n  Conversion Error: Could not convert 'ann\n@example.com' to INT32\n"
    assert Outcome(1, output).errors() == ["Conversion Error: Could not convert ***"]


def test_a_review_of_very_much_still_fits_into_a_comment() -> None:
    samples = [{f"column_{number}": "long " * 500 for number in range(100)}] * 3
    values = dict.fromkeys(samples[0], 7)
    tables = [
        TableDiff(f"gold.t{number}", 1, 1, changed_values=values, samples=samples) for number in range(200)
    ]
    review = Review(tables=tables, errors=["wrong " * 100] * 300)
    assert len(review.markdown()) < 65_536
    assert "- ... and 270 more" in review.markdown()
    assert len(review.as_json()["problems"]) == 300
