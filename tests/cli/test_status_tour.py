"""The tour that `duckshift status` prints for people: it fits a terminal of 100 columns and hides nothing."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from duckshift.status import Alarm, LastRun, Rejects, RowCount, Score, SourceState, Status
from duckshift.status_tour import SHOWN_REASONS, print_status

WIDTH = 100

STATUS = Status(
    database="/somewhere/warehouse.duckdb",
    last_run_at="2024-03-31 23:00:00",
    last_run=LastRun(
        run_id=1_711_926_000,
        command="build",
        state="succeeded",
        started_at="2024-03-31 23:00:00",
        seconds=185,
        nodes={"success": 165, "pass": 798, "warn": 4, "fail": 0, "error": 0, "skipped": 0},
        landed_records=314_915,
        written_rows=1_234_567,
    ),
    as_of="2024-04-01",
    tables=[
        RowCount("gold.mart_payment_reconciliation", "finance", 12_345_678),
        RowCount("gold.dim_product", "dimensions", 1_234),
        RowCount("gold.fct_order_items", "facts", 123_456_789),
        RowCount("gold.bridge_order_item_promotions", "bridges", 98_765_432),
        RowCount("gold.dim_customer", "dimensions", 5_678),
        RowCount("gold.dim_store", "dimensions", 9),
        RowCount("vault.vault_customers", "vault", 4_321),
    ],
    sources=[
        SourceState(
            "marketing", 1_000, 0, 0, 9_999_999, 9_999_000, 999, 0, 0, "2024-03-31 00:00:00", "fresh"
        ),
        SourceState("pos", 1_000, 1, 0, 88_888, 88_000, 88, 800, 0, "2024-03-29 00:00:00", "stale"),
        SourceState("supplier", 3, 0, 0, 70, 70, 0, 0, 0, None, "not_judged"),
    ],
    rejects=[Rejects("shop/order_item_promotions", "a reason that is [very] long " * 9, 44, 11)],
    scores=[
        Score("pos", {"completeness": 99.9996, "timeliness": 91.5, "validity": 100.0}, 97.1665, False),
        Score("tables", {"accuracy": 99.2, "uniqueness": 100.0}, 99.6, True),
    ],
    alarms=[
        Alarm("error_rate", "marketing", 1.25, 1, "percent of records", "docs/runbooks.md#error-rate"),
        Alarm("pipeline_delay", "warehouse", None, 15, "minutes", "docs/runbooks.md#pipeline-delay"),
    ],
    held_files=[],
    waiting_files=[],
    outdated_models=[],
)


def told(status: Status) -> list[str]:
    """Return the lines that are printed."""
    written = io.StringIO()
    print_status(status, Console(file=written, width=WIDTH, no_color=True))
    return written.getvalue().splitlines()


def words_of(lines: list[str], start: str) -> list[str]:
    [line] = [line for line in lines if line.startswith(start)]
    return line.split()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return told(STATUS)


def test_tables_fit_a_hundred_columns(lines: list[str]) -> None:
    begin = lines.index(next(line for line in lines if line.startswith("Tables to query")))
    end = next(number for number, line in enumerate(lines) if "records rejected" in line)
    assert max(len(line.rstrip()) for line in lines[begin:end]) <= WIDTH


def test_only_a_reason_is_cut_and_no_figure_is(lines: list[str]) -> None:
    cut = [line for line in lines if "…" in line]
    assert len(cut) == 1
    assert cut[0].startswith("shop/order_item_promotions  a reason that is [very] long")
    assert cut[0].split()[-2:] == ["44", "11"]


def test_the_last_run_says_how_it_ended_and_what_it_did(lines: list[str]) -> None:
    assert lines[1:4] == [
        "last run 2024-03-31 23:00:00 UTC, dbt build: succeeded after 3 min 5 s",
        "  165 built, 798 tests passed, 4 warned",
        "  314,915 records landed, 1,234,567 rows written",
    ]


def test_the_day_by_which_freshness_is_judged_stands_below_the_last_run(lines: list[str]) -> None:
    assert lines[4] == "as of 2024-04-01, the day of the newest file: freshness and reports are judged by it"
    assert not [line for line in told(replace(STATUS, as_of=None)) if line.startswith("as of")]


def test_tables_stand_with_their_subject_and_the_vault_last(lines: list[str]) -> None:
    begin = lines.index(next(line for line in lines if line.startswith("Tables to query")))
    shown = [line.split() for line in lines[begin + 2 : lines.index("", begin)]]
    assert shown == [
        ["dimensions", "dim_product", "1,234", "dim_customer", "5,678"],
        ["dim_store", "9"],
        ["facts", "fct_order_items", "123,456,789"],
        ["bridges", "bridge_order_item_promotions", "98,765,432"],
        ["finance", "mart_payment_reconciliation", "12,345,678"],
        ["vault", "vault.vault_customers", "4,321"],
    ]


def test_freshness_stands_beside_what_landed(lines: list[str]) -> None:
    rows = [line.split() for line in lines if line.startswith(("marketing", "supplier")) and "," in line]
    assert rows[0][-2:] == ["2024-03-31", "fresh"]
    stale = [line for line in lines if line.rstrip().endswith("stale")]
    assert [line.split()[0] for line in stale] == ["pos"]


def test_a_dimension_that_was_not_measured_has_no_score(lines: list[str]) -> None:
    scores = [line.split() for line in lines if line.startswith(("pos", "tables")) and "-" in line.split()]
    assert scores == [
        ["pos", "99.99", "-", "-", "91.50", "100.00", "-", "97.16"],
        ["tables", "-", "99.20", "-", "-", "-", "100.00", "99.60"],
    ]


def test_an_alarm_says_what_was_measured_and_where_help_is(lines: list[str]) -> None:
    assert words_of(lines, "error_rate") == (
        ["error_rate", "marketing", "1.25", "1", "percent", "of", "records", "docs/runbooks.md#error-rate"]
    )
    assert words_of(lines, "pipeline_delay")[2:4] == ["no", "end"]


def test_what_is_not_there_has_no_heading() -> None:
    quiet = replace(STATUS, rejects=[], alarms=[], scores=[], last_run=None)
    shown = told(quiet)
    assert shown[1] == "last run 2024-03-31 23:00:00 UTC"
    assert not [line for line in shown if line.startswith(("Alarms", "Quality", "Why records"))]


def test_brackets_are_printed_and_no_markup() -> None:
    named = replace(
        STATUS,
        database="/data/[old]/[/x].duckdb",
        sources=[replace(STATUS.sources[0], source="[/market]")],
        rejects=[Rejects("shop/[old]", "found [/x]", 1, 1)],
        scores=[replace(STATUS.scores[0], subject="[pos]")],
        alarms=[replace(STATUS.alarms[0], subject="[/market]")],
        outdated_models=["[model]"],
    )
    lines = told(named)
    assert lines[0] == "/data/[old]/[/x].duckdb"
    for start, words in {
        "[/market]": ["1,000"],
        "shop/[old]": ["found", "[/x]"],
        "[pos]": ["99.99"],
        "error_rate": ["[/market]"],
        "[model]": ["needs"],
    }.items():
        assert words_of(lines, start)[1 : 1 + len(words)] == words


def test_reasons_beyond_those_shown_are_summed() -> None:
    many = [Rejects("web/events", f"reason {number}", 10, 1) for number in range(SHOWN_REASONS + 3)]
    assert words_of(told(replace(STATUS, rejects=many)), "3 more") == ["3", "more", "30", "3"]


def test_the_same_for_programs() -> None:
    told_as_json = STATUS.as_json()
    assert told_as_json["last_run"]["nodes"]["warn"] == 4
    assert told_as_json["alarms"][1]["measured"] is None
    assert told_as_json["scores"][0]["dimensions"]["timeliness"] == 91.5
