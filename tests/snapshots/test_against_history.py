"""What snapshots lose against a history from a change log: the figures of docs/snapshots-or-history.md."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.cdc.rendering import macros_of_changes
from tests.runs.conftest import ROOT, OnDuckDB
from tests.snapshots.conftest import prepare
from tests.snapshots.dumps import Version

PAGE = ROOT / "docs" / "snapshots-or-history.md"
FIGURES = re.compile(r"<!-- figures: checked by the test -->\n(.*?)<!-- end of figures -->", re.DOTALL)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2024, 1, day, hour)


CHANGES = [
    ("A", "10.00", "I", at(1, 9)),
    ("B", "5.00", "I", at(1, 9)),
    ("C", "7.00", "I", at(1, 9)),
    ("A", "12.00", "U", at(1, 11)),
    ("A", "11.00", "U", at(1, 15)),
    ("B", None, "D", at(2, 10)),
    ("C", "8.00", "U", at(2, 12)),
    ("B", "5.00", "I", at(2, 16)),
    ("C", None, "D", at(3, 12)),
]
# Dumps by the run that finds them; a plain snapshot must see each in a run of its own.
AT_ONCE = [[at(2), at(3), at(4)]]
ONE_BY_ONE = [[at(2)], [at(3)], [at(4)]]
LATE = [[at(2), at(4)], [at(3)]]
LATE_ONE_BY_ONE = [[at(2)], [at(4)], [at(3)]]


def from_change_log() -> set[Version]:
    """Return the history that change_history makes."""
    query = macros_of_changes()["change_history"]("changes", "product_id", ["price"])
    with duckdb.connect() as connection:
        connection.execute(
            "create table changes (product_id varchar, price decimal(18,2), _op varchar,"
            " _changed_at timestamp, _change_seq varchar, _is_reload boolean)"
        )
        connection.executemany(
            "insert into changes values (?, ?, ?, ?, ?, false)",
            [(*change, f"{number:02}") for number, change in enumerate(CHANGES)],
        )
        return set(
            connection.execute(
                f"select product_id, price, valid_from, valid_to, is_deleted from ({query}) as history"
            ).fetchall()
        )


def dump(moment: datetime) -> dict[str, Decimal]:
    """Return the prices that the source has at a moment."""
    prices: dict[str, Decimal] = {}
    for product, price, _, changed_at in CHANGES:
        if changed_at < moment:
            prices.pop(product, None)
            if price:
                prices[product] = Decimal(price)
    return prices


def from_snapshot(folder: Path, project: Path, runs: list[list[datetime]]) -> set[Version]:
    """Return what a snapshot says after these runs."""
    warehouse = OnDuckDB(folder, "main")
    shutil.copytree(project, folder)
    prepare(warehouse)
    for moments in runs:
        records = ", ".join(
            f"('{product}', {price}, 'loaded', '{moment}', {moment:%Y%m%d%H%M%S})"
            for moment in moments
            for product, price in dump(moment).items()
        )
        warehouse.run(f"insert into {{outside}}.landed values {records}")
        warehouse.succeeds("build")
    return {
        (product, price, since, until, is_deleted == "True")
        for product, price, since, until, is_deleted in warehouse.rows(
            "select product_id, price, dbt_valid_from, dbt_valid_to, dbt_is_deleted"
            " from {schema}.price_history"
        )
    }


@pytest.mark.full  # it compares two ways that are tested by themselves
def test_the_page_says_what_each_way_of_keeping_history_knows(
    tmp_path: Path, parsed_project: Path, plain_project: Path
) -> None:
    truth = from_change_log()
    assert len(truth) == len(CHANGES)
    late = "the dump of January 3 arrives last"
    ways: dict[str, Callable[[], set[Version]]] = {
        "history from the change log": from_change_log,
        "snapshot, dumps in order": lambda: from_snapshot(tmp_path / "a", parsed_project, AT_ONCE),
        f"snapshot, {late}": lambda: from_snapshot(tmp_path / "b", parsed_project, LATE),
        "plain dbt snapshot, dumps in order": lambda: from_snapshot(
            tmp_path / "c", plain_project, ONE_BY_ONE
        ),
        f"plain dbt snapshot, {late}": lambda: from_snapshot(tmp_path / "d", plain_project, LATE_ONE_BY_ONE),
    }
    found = {name: way() for name, way in ways.items()}
    lines = ["| | versions | true ones | ends before it begins |", "|---|---|---|---|"]
    for name, versions in found.items():
        reversed_count = sum(version[3] < version[2] for version in versions)
        lines.append(f"| {name} | {len(versions)} | {len(versions & truth)} | {reversed_count} |")
    figures = FIGURES.search(PAGE.read_text(encoding="utf-8"))
    assert figures is not None
    assert figures[1] == "\n".join(lines) + "\n"
    in_order, out_of_order = list(found.values())[1:3]
    assert in_order == out_of_order
