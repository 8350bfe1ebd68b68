"""The review of a change: what it does, for the pull request (markdown) and for programs (JSON)."""

from dataclasses import asdict, dataclass, field
from typing import Any

from duckshift.ci.changes import Changes
from duckshift.ci.comparing import TableDiff
from duckshift.ci.metrics import MetricDiff
from duckshift.ci.replaying import Replay

PASS, FAIL = "pass", "fail"
SHOWN = 30
DETAILED = 10
"""Tables of which values are shown."""
VALUE = 100
"""Characters of a value that are shown."""
TITLE = "# Duckshift review"
"""By which the comment on a pull request is found again (make ci-comment)."""
LONGEST = 60_000
"""Characters of a comment: GitHub takes 65,536. What is cut is in the JSON."""


@dataclass
class Review:
    """What a check found."""

    changes: Changes = field(default_factory=Changes)
    names: dict[str, str] = field(default_factory=dict)
    """Name of each node by unique id."""
    errors: list[str] = field(default_factory=list)
    """What could not be read or built."""
    failed_tests: list[str] = field(default_factory=list)
    warned_tests: list[str] = field(default_factory=list)
    tests: int = 0
    unit_tests: int = 0
    tables: list[TableDiff] = field(default_factory=list)
    metrics: list[MetricDiff] = field(default_factory=list)
    replay: Replay = field(default_factory=Replay)
    concerns: list[str] = field(default_factory=list)
    """What the verdict does not cover, told beside it: untested logic, tests that are gone."""
    notes: list[str] = field(default_factory=list)
    refreshes: list[str] = field(default_factory=list)
    """Models of which production's rows are not what the new code makes of the same input."""
    seconds: float = 0
    node_seconds: float = 0
    full_node_seconds: float = 0

    @property
    def problems(self) -> list[str]:
        """Why the change may not go in as it is, each in one line."""
        found = list(self.errors)
        found += [f"{broken.model}: {broken.what}. Remedy: {broken.remedy}" for broken in self.changes.breaks]
        for gone in self.changes.removed:
            if gone.dangling:
                found.append(
                    f"{gone.kind} {gone.name} was removed, but is read by {', '.join(gone.dangling)}."
                    " Remedy: change or remove these too"
                )
        found += [f"test failed: {name}" for name in self.failed_tests]
        found += [f"replay: {error}" for error in self.replay.errors]
        for diff in self.replay.differences:
            found.append(
                f"{diff.table} does not come out of incremental runs as from nothing"
                f" ({_rows(diff)}). Remedy: see meta.recompute and the filters of the model"
                " (docs/incremental.md)"
            )
        return found

    @property
    def verdict(self) -> str:
        """pass or fail."""
        return FAIL if self.problems else PASS

    def selected(self, kind: str) -> list[str]:
        """Return the names of what was built or tested, of one kind."""
        return sorted(
            self.names[unique_id] for unique_id in self.changes.selected if unique_id.startswith(f"{kind}.")
        )

    def as_json(self) -> dict[str, Any]:
        """Return the review for programs."""
        return {
            "verdict": self.verdict,
            "problems": self.problems,
            "models": self.selected("model"),
            "snapshots": self.selected("snapshot"),
            "seeds": self.selected("seed"),
            **asdict(self),
        }

    def markdown(self) -> str:
        """Return the review as a comment on a pull request."""
        parts = [f"{TITLE}: {self.verdict}", ""]
        parts += [f"- {problem}" for problem in _cut(self.problems)]
        if not self.problems:
            parts.append("Nothing stands against it." if self.changes.selected else "Nothing to build.")
        if self.concerns:
            parts += ["", "**Not shown by this check, so look at it yourself:**", ""]
            parts += _cut([f"- {concern}" for concern in self.concerns])
        parts += self._changed() + self._reach() + self._tables() + self._metrics() + self._replayed()
        parts += self._tests() + self._time()
        if self.notes:
            parts += ["", "## Notes", "", *(f"- {note}" for note in self.notes)]
        text = "\n".join(parts) + "\n"
        if len(text) > LONGEST:
            text = text[:LONGEST].rpartition("\n")[0] + "\n\n... and more, which review.json has.\n"
        return text

    def _changed(self) -> list[str]:
        rows = [
            f"| {self.names[unique_id]} | {unique_id.split('.')[0]} | {reason} |"
            for unique_id, reason in self.changes.reasons.items()
            if not unique_id.startswith(("test.", "unit_test."))
        ]
        gone = [f"| {one.name} | {one.kind} | removed |" for one in self.changes.removed]
        parts = ["", "## What changed", ""]
        if rows or gone:
            parts += ["| node | kind | why |", "|---|---|---|", *_cut(rows + gone)]
        else:
            parts.append("No model, seed or snapshot.")
        if self.changes.described:
            parts += ["", f"Documentation only: {_listed(self.changes.described)}."]
        for one in self.changes.removed:
            parts += ["", f"{one.relation} stays in production until somebody drops it."]
            if one.readers:
                parts.append(f"It was read by {_listed(one.readers)}.")
        return parts

    def _reach(self) -> list[str]:
        downstream = [
            self.names[unique_id]
            for unique_id in self.changes.descendants
            if not unique_id.startswith(("test.", "unit_test."))
        ]
        columns = [f"{diff.table}.{name}" for diff in self.tables for name in _touched(diff)]
        if not (downstream or columns or self.changes.exposures):
            return []
        return [
            "",
            "## Blast radius",
            "",
            f"- models downstream ({len(downstream)}): {_listed(downstream) or 'none'}",
            f"- columns with other values ({len(columns)}): {_listed(columns) or 'none'}",
            f"- exposures ({len(self.changes.exposures)}): {_listed(self.changes.exposures) or 'none'}",
        ]

    def _tables(self) -> list[str]:
        if not self.tables:
            return []
        equal = sum(diff.is_equal for diff in self.tables)
        parts = ["", "## Tables", "", f"{len(self.tables)} compared with production, {equal} equal."]
        differing = [diff for diff in self.tables if not diff.is_equal]
        if differing:
            parts += [
                "",
                "| table | rows before | after | added | removed | changed | columns |",
                "|---|---|---|---|---|---|---|",
            ]
            parts += _cut([_table_row(diff) for diff in differing])
        parts += _details(differing)
        if self.refreshes:
            parts += [
                "",
                "After the merge: `make deploy DEPLOY_ARGS='--full-refresh --select "
                + " ".join(f"{name}+" for name in self.refreshes)
                + "'`, since incremental runs leave rows of the former code.",
            ]
        return parts

    def _metrics(self) -> list[str]:
        if not self.metrics:
            return []
        rows = [
            f"| {diff.metric} | {_figure(diff.before)} | {_figure(diff.after)} |" for diff in self.metrics
        ]
        return ["", "## Metrics", "", "| metric | before | after |", "|---|---|---|", *_cut(rows)]

    def _replayed(self) -> list[str]:
        if not self.replay.models and not self.replay.notes:
            return []
        parts = ["", "## Replay", ""]
        if self.replay.models:
            differ = len(self.replay.differences)
            parts.append(
                f"The newest {self.replay.batches} runs of production with news for them went again through"
                f" {_listed(self.replay.models)} and compared with a build from nothing:"
                f" {f'{differ} tables DIFFER' if differ else 'equal'}."
            )
            parts += [f"- {name}: {count:,} keys worked out anew" for name, count in self.replay.keys.items()]
        parts += _details(self.replay.differences)
        return parts + [f"- {note}" for note in self.replay.notes]

    def _tests(self) -> list[str]:
        if not self.tests and not self.unit_tests:
            return []
        parts = [
            "",
            "## Tests",
            "",
            f"{self.tests} data tests and {self.unit_tests} unit tests:"
            f" {len(self.failed_tests)} failed, {len(self.warned_tests)} warned.",
        ]
        return parts + [f"- warned: {name}" for name in _cut(self.warned_tests)]

    def _time(self) -> list[str]:
        line = f"{self.seconds:.0f} s; in nodes {self.node_seconds:.1f} s"
        if self.full_node_seconds:
            share = self.node_seconds / self.full_node_seconds
            line += f" of {self.full_node_seconds:.0f} s that a build of everything takes ({share:.0%})"
        return ["", "## Time", "", f"{line}."]


def _touched(diff: TableDiff) -> list[str]:
    types = [text.partition(":")[0] for text in diff.changed_types]
    return sorted({*diff.changed_values, *diff.added_columns, *diff.removed_columns, *types})


def _rows(diff: TableDiff) -> str:
    return f"{diff.rows_added} rows more, {diff.rows_removed} fewer, {diff.rows_changed} other"


def _table_row(diff: TableDiff) -> str:
    columns = [f"+{name}" for name in diff.added_columns] + [f"-{name}" for name in diff.removed_columns]
    columns += diff.changed_types
    before = "new" if diff.rows_before is None else f"{diff.rows_before:,}"
    after = "" if diff.rows_after is None else f"{diff.rows_after:,}"
    counts = f"{diff.rows_added:,} | {diff.rows_removed:,} | {diff.rows_changed:,}"
    return f"| {diff.table} | {before} | {after} | {counts} | {_listed(columns)} |"


def _details(tables: list[TableDiff]) -> list[str]:
    told = [diff for diff in tables if diff.changed_values or diff.samples]
    parts: list[str] = []
    for diff in told[:DETAILED]:
        values = _listed([f"{name} ({count:,})" for name, count in diff.changed_values.items()])
        parts += ["", f"**{diff.table}**" + (f": other values in {values}" if values else ""), ""]
        for sample in diff.samples:
            shown = [f"{name}: {_short(text)}" for name, text in sample.items()]
            parts.append("- " + "; ".join(_cut(shown)))
    if len(told) > DETAILED:
        parts += ["", f"Values of {len(told) - DETAILED} more tables are in review.json."]
    return parts


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= VALUE else line[:VALUE] + "..."


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:,.6g}" if abs(value) < 1 else f"{value:,.2f}"


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _cut(lines: list[str]) -> list[str]:
    return lines[:SHOWN] + ([f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])
