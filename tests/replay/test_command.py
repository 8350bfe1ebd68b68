"""`duckshift replay`: its options, what it prints, how it ends. What it proves is in the other files."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from duckshift.cli import main
from duckshift.replay import proof
from duckshift.replay.plans import PLANS
from duckshift.replay.proof import BatchReport, ReplayReport

DIFFERENCE = "gold.fct_payments: 1 rows only in full, 0 only in replayed"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["duckshift", "replay", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asks to be proven; the answer is a difference unless the seed is 1."""
    found: dict[str, Any] = {}

    def answer(source: Path, plan: Any, *, seed: int, target: str, **options: Any) -> ReplayReport:
        found.update(source=source, plan=plan.name, seed=seed, target=target, **options)
        report = ReplayReport(plan.name, seed, target, [BatchReport(2, 1, ["a step"])], tables=3, rows=4)
        if seed != 1:
            report.differences.append(DIFFERENCE)
        return report

    monkeypatch.setattr(proof, "prove", answer)
    return found


def test_list_names_every_plan_with_its_story(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PLANS)
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a plan with --plan: days, shuffled"),
        (["--plan", "upside-down"], "no such plan: upside-down; there are days, shuffled"),
        (["--plan", "days", "--batches", "0"], "--batches"),
        (["--plan", "days", "--target", "oracle"], "no such target: oracle; there are duckdb"),
        (["--plan", "days", "--root", "no/such/folder"], "landing root no/such/folder is not a folder"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err


def test_a_root_without_files_and_a_folder_in_use_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(monkeypatch, "--plan", "days", "--root", empty) == 2
    assert "holds no landing files" in capsys.readouterr().err
    assert run(monkeypatch, "--plan", "days", "--root", empty, "--keep", tmp_path) == 2
    assert "is not empty: replay builds from nothing" in capsys.readouterr().err


def test_options_say_what_is_proven(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: dict[str, Any], tmp_path: Path
) -> None:
    options = ("--batches", "9", "--seed", "1", "--target", "redshift_local", "--keep", tmp_path / "kept")
    assert run(monkeypatch, "--root", tmp_path, "--plan", "late", *options) == 0
    del asked["progress"]
    assert asked == {
        "source": tmp_path,
        "plan": "late",
        "seed": 1,
        "target": "redshift_local",
        "batches": 9,
        "kept": tmp_path / "kept",
    }
    assert capsys.readouterr().out.splitlines() == [
        "batch 1: 2 new files, 1 again; a step",
        "plan late, seed 1, redshift_local:"
        " 3 tables and views with 4 rows compared, equal to one full refresh",
    ]


@pytest.mark.usefixtures("asked")
def test_a_difference_ends_with_1_and_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--plan", "late") == 1
    printed = capsys.readouterr().out
    assert DIFFERENCE in printed
    assert "1 DIFFER from one full refresh" in printed


@pytest.mark.usefixtures("asked")
def test_json_is_for_programs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--plan", "late", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["is_equal"] is False
    assert found["differences"] == [DIFFERENCE]
    assert found["batches"] == [{"files": 2, "again": 1, "steps": ["a step"]}]
