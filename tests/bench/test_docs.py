"""`duckshift bench docs` says of each page whether it is drawn in time; times themselves are never claims."""

import sys
from pathlib import Path

import pytest

from duckshift.bench.docs import AIM_MS, CHROMIUM_VARIABLE, DocsBench, PageBench
from duckshift.cli import main
from duckshift.docs_site.build import MARK


def test_the_last_line_names_the_pages_that_miss_the_aim() -> None:
    fast = PageBench("index.html", 50, 300, AIM_MS - 1)
    slow = PageBench("dbt/index.html", 2_500, 300, AIM_MS)
    assert DocsBench([fast]).lines()[-1] == "aim: drawn in under 2,000 ms: met by all"
    lines = DocsBench([fast, slow]).lines()
    assert lines[-1] == "aim: drawn in under 2,000 ms: missed by dbt/index.html"
    assert [line.endswith("not in time") for line in lines[1:3]] == [False, True]


def test_a_folder_that_is_no_site_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["duckshift", "bench", "docs", "--site", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.strip().splitlines()
    assert "run `duckshift docs build`" in line


def test_a_browser_that_does_not_start_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / MARK).touch()
    monkeypatch.setenv(CHROMIUM_VARIABLE, "/bin/false")
    monkeypatch.setattr(sys, "argv", ["duckshift", "bench", "docs", "--site", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("duckshift: /bin/false cannot open the site")
