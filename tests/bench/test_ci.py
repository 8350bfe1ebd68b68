"""`duckshift bench ci` changes what it says, and builds nothing if it cannot change it; no CI runs it."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from duckshift.bench import ci as bench
from duckshift.bench.ci import CASES, LAST_DAYS, Case, CaseBench, CiBench, changed_text, deliveries
from duckshift.bench.measuring import Measure
from duckshift.cli import main
from duckshift.settings import project_root

COMMENT = re.compile(r"^ *(--|\{#-).*\n", re.MULTILINE)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_change_finds_its_place_and_leaves_every_row_as_it_is(case: Case) -> None:
    before = (project_root() / case.file).read_text(encoding="utf-8")
    after = changed_text(project_root(), case)
    if case.file.endswith(".sql"):
        assert len(COMMENT.findall(after)) == len(COMMENT.findall(before)) + 1
        assert COMMENT.sub("", after) == COMMENT.sub("", before)
        return
    [model], [changed] = yaml.safe_load(before)["models"], yaml.safe_load(after)["models"]
    assert "Changed." in changed["description"]
    assert changed == {**model, "description": changed["description"]}


def test_nothing_reads_the_leaf() -> None:
    leaf = Path(CASES[0].file).stem
    readers = [
        file.name
        for file in (project_root() / "models").rglob("*.sql")
        if f"ref('{leaf}')" in file.read_text()
    ]
    assert readers == []


def test_a_project_without_the_place_of_a_change_is_one_line_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "CASES", (*CASES[1:], replace(CASES[0], behind="select 1 as reworded")))
    monkeypatch.setattr(bench, "generate", lambda *_, **__: pytest.fail("it went on"))
    monkeypatch.setattr(sys, "argv", ["duckshift", "bench", "ci"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.strip().splitlines()
    assert f"{CASES[0].file} reads otherwise" in line


def test_production_gets_each_of_its_last_days_by_itself() -> None:
    days = {"load": "", "a": "20240101", "b": "20240102", "c": "20240103", "d": "20240104", "e": "20240104"}
    assert LAST_DAYS == 3
    assert deliveries(days) == [["load", "a"], ["b"], ["c"], ["d", "e"]]
    assert deliveries({"load": "", "a": "20240101"}) == [[], ["load"], ["a"]]


def test_a_ratio_misses_its_aim_from_the_aim_on_and_without_an_aim_nothing_is_said() -> None:
    cases = [
        CaseBench(name, Measure(20, 15, 400), ratio, aim)
        for name, ratio, aim in (("leaf mart", 0.19, 0.2), ("docs only", 0.1, 0.1), ("macro", 0.9, None))
    ]
    first, _, leaf, docs, macro = CiBench(0.1, 90, Measure(100, 80, 900), cases).lines()
    assert first == "scale 0.1, 90 days; a build of everything with its tests: 100.0 s (80.0 s of CPU)"
    assert leaf.split()[:7] == ["leaf", "mart", "20.0", "s", "15.0", "s", "0.19"]
    assert leaf.endswith("aim at scale 1: under 0.2, met")
    assert docs.endswith("aim at scale 1: under 0.1, missed")
    assert macro.endswith("0.90")
