"""`duckshift ci`: its options, what it writes, how it ends. What it checks is in the other files."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from duckshift.ci import checking
from duckshift.ci.changes import Break, Changes
from duckshift.ci.folders import claimed
from duckshift.ci.review import Review
from duckshift.cli import main


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
