"""The tour that `duckshift status` prints: what is there, what was refused, how good it is, where to look."""

from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from duckshift.status import LastRun, RowCount, Status

DIMENSIONS = ("completeness", "accuracy", "consistency", "timeliness", "validity", "uniqueness")
SUBJECTS = ("dimensions", "facts", "bridges")
"""These first; the subjects of marts behind them by name, the vault last."""
SHOWN_REASONS = 15
SIDE_BY_SIDE = 2


def print_status(status: Status, console: Console) -> None:
    """Print the tour; it fits into 100 columns."""
    # No markup here and below: a folder, a file, a source may be called anything.
    console.print(status.database, markup=False, highlight=False, soft_wrap=True)
    if status.last_run:
        for line in _told(status.last_run):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"last run {status.last_run_at} UTC", highlight=False, soft_wrap=True)
    if status.as_of:
        console.print(
            f"as of {status.as_of}, the day of the newest file: freshness and reports are judged by it",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for table in (
        _tables(status),
        _sources(status),
        _rejects(status, console.width),
        _scores(status),
        _alarms(status),
    ):
        if table.row_count:
            console.print()
            console.print(table)
    console.print()
    for title, files in (("held", status.held_files), ("waiting", status.waiting_files)):
        for item in files:
            console.print(
                f"{title}: {item.file} {item.reason}", markup=False, highlight=False, soft_wrap=True
            )
    for name in status.outdated_models:
        console.print(
            f"{name} needs a full refresh: `dbt build --full-refresh --select {name}+`",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    console.print(_closing_line(status), highlight=False, soft_wrap=True)


def _told(run: LastRun) -> list[str]:
    words = {"success": "built", "pass": "tests passed", "warn": "warned", "fail": "failed"} | {
        "error": "ended in an error",
        "skipped": "skipped",
    }
    told = [f"last run {run.started_at} UTC, dbt {run.command}: {run.state}"]
    if run.seconds is not None:
        told[0] += f" after {run.seconds // 60} min {run.seconds % 60} s"
    nodes = ", ".join(f"{count:,} {words[name]}" for name, count in run.nodes.items() if count)
    if nodes:
        told.append(f"  {nodes}")
    told.append(f"  {run.landed_records:,} records landed, {run.written_rows:,} rows written")
    return told


def _closing_line(status: Status) -> str:
    if status.is_clean:
        return "nothing is open in quarantine" if status.rejected_records else "nothing is in quarantine"
    return (
        f"{status.rejected_records:,} records rejected ({status.open_records:,} open), "
        f"{len(status.held_files)} files held: "
        "see quarantine.quarantined_records and quarantine.quarantined_files"
    )


def _table(title: str, *columns: str, left: tuple[int, ...] = (0,)) -> Table:
    """Return an empty table; `left` are the columns of texts, the others hold figures."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number in left else "right", no_wrap=True)
    return table


def _add(table: Table, *cells: str | Text) -> None:
    """Add a row; its texts are no markup."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def _tables(status: Status) -> Table:
    """Return the tables by subject, two side by side."""
    table = _table("Tables to query", "", "table", "rows", "table", "rows", left=(0, 1, 3))

    def place(item: RowCount) -> tuple[int, str]:
        order = len(SUBJECTS) if item.subject != "vault" else len(SUBJECTS) + 1
        return (SUBJECTS.index(item.subject) if item.subject in SUBJECTS else order, item.subject)

    for (_, subject), group in groupby(sorted(status.tables, key=place), key=place):
        items = list(group)
        for start in range(0, len(items), SIDE_BY_SIDE):
            cells = [
                text
                for item in items[start : start + SIDE_BY_SIDE]
                for text in (item.table.removeprefix("gold."), f"{item.rows:,}")
            ]
            _add(table, "" if start else subject, *cells)
    return table


def _sources(status: Status) -> Table:
    table = _table(
        "What landed", "source", "files", "records", "loaded", "rejected", "duplicate", "superseded", "until",
        "freshness", left=(0, 8),
    )  # fmt: skip
    for source in status.sources:
        counts = (
            source.files_loaded,
            source.records_landed,
            source.records_loaded,
            source.records_rejected,
            source.records_duplicate,
            source.records_superseded,
        )
        newest = (source.newest_arrival or "")[:10]
        freshness = (source.freshness or "").replace("_", " ")
        is_bad = source.freshness in ("absent", "stale")
        _add(
            table, source.source, *(f"{count:,}" for count in counts), newest,
            Text(freshness, style="bold red" if is_bad else ""),
        )  # fmt: skip
    return table


def _rejects(status: Status, width: int) -> Table:
    """Return the reasons; so wide that figures fit beside them."""
    table = _table("Why records were rejected", "entity", "reason", "records", "open", left=(0, 1))
    shown, left_out = status.rejects[:SHOWN_REASONS], status.rejects[SHOWN_REASONS:]
    beside = max((len(item.entity) for item in shown), default=0) + 24
    for item in shown:
        reason = Text(item.reason)
        reason.truncate(max(20, width - beside), overflow="ellipsis")
        _add(table, item.entity, reason, f"{item.records:,}", f"{item.open_records:,}")
    if left_out:
        records = sum(item.records for item in left_out)
        open_records = sum(item.open_records for item in left_out)
        _add(table, f"{len(left_out)} more", "", f"{records:,}", f"{open_records:,}")
    return table


def _scores(status: Status) -> Table:
    table = _table("Quality, percent of checks that did not fail", "source", *DIMENSIONS, "score")
    for score in status.scores:
        found = [score.dimensions.get(name) for name in DIMENSIONS]
        cells = ["-" if value is None else _percent(value) for value in found]
        mean = Text(_percent(score.score), style="bold" if score.is_passed else "bold red")
        _add(table, score.subject, *cells, mean)
    return table


def _percent(value: float) -> str:
    """Two digits, cut: 99.999 is not 100."""
    return f"{int(value * 100) / 100:.2f}"


def _alarms(status: Status) -> Table:
    table = _table("Alarms", "alarm", "of", "measured", "limit", "unit", "what to do", left=(0, 1, 4, 5))
    for alarm in status.alarms:
        measured = "no end" if alarm.measured is None else f"{alarm.measured:,.2f}"
        _add(
            table, Text(alarm.alarm, style="bold red"), alarm.subject, measured, f"{alarm.threshold:g}",
            alarm.unit, alarm.runbook,
        )  # fmt: skip
    return table
