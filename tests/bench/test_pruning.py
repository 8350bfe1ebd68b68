"""`duckshift bench pruning` counts what a scan reads of rows in order and of the same rows shuffled."""

import sys

import pytest

from duckshift.bench.pruning import FILTERS, bench_pruning
from duckshift.cli import main

ROWS = 300_000
ROW_GROUP = 122_880  # rows, DuckDB's default


def test_rows_in_order_of_the_sort_key_are_skipped_by_a_filter_on_its_first_column() -> None:
    found = bench_pruning(ROWS, lambda _: None)
    assert (found.rows, found.row_groups) == (ROWS, 3)
    counted = {name: (shuffled.rows, ordered.rows) for name, (shuffled, ordered) in found.scans.items()}
    assert counted == {
        "one month": (ROWS, ROW_GROUP),
        "one product, one month": (ROWS, ROW_GROUP),
        "one product": (ROWS, ROWS),
    }


def test_the_command_prints_a_line_per_filter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["duckshift", "bench", "pruning", "--rows", "1000"])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr().out.splitlines()
    assert (ended.value.code or 0) == 0
    assert printed[0].startswith("1,000 rows in 1 row groups")
    assert [line.rstrip() for line in printed[2:]] and len(printed) == 2 + len(FILTERS)
