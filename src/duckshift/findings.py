"""What `duckshift check-landing` found: the findings, their report as text and as JSON."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOLDS = "hold"  # the warehouse will not load the file
REJECTS = "reject"  # the warehouse will put the record into quarantine
WARNS = "warning"  # breaks the contract, but does not stop the warehouse
INFORMS = "information"  # breaks nothing

WORDS = {HOLDS: "holds the file", REJECTS: "rejects the record", WARNS: "warning", INFORMS: "information"}


@dataclass(frozen=True)
class Finding:
    """One thing to know about a file; `line` counts from 1 and is None for what concerns the whole file."""

    file: str
    kind: str
    effect: str
    reason: str
    remedy: str = ""
    line: int | None = None


@dataclass
class Report:
    """Everything found below one landing root.

    `findings` holds the first few of a kind per file, `counts` the number of all by (file, kind).
    """

    root: str
    files: int = 0
    records: int = 0
    rejected: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, finding: Finding, count: int = 1) -> None:
        """Note a finding that stands for `count` like it."""
        self.findings.append(finding)
        self.counts[finding.file, finding.kind] += count

    @property
    def held(self) -> list[str]:
        """The files that the warehouse will not load, in order."""
        return sorted({finding.file for finding in self.findings if finding.effect == HOLDS})

    @property
    def exit_status(self) -> int:
        """Return 0 if nothing breaks the contract, else 1."""
        return int(any(finding.effect != INFORMS for finding in self.findings))


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 file" or "1,200 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def summary(report: Report) -> str:
    """Return the closing line."""
    read = f"{count_of(report.files, 'file')}, {count_of(report.records, 'record')} read"
    if report.exit_status == 0:
        return f"{read}: all as the landing contract says"
    warnings = sum(
        report.counts[key]
        for key in {(item.file, item.kind) for item in report.findings if item.effect == WARNS}
    )
    return (
        f"{read}: {count_of(len(report.held), 'file')} held, {count_of(report.rejected, 'record')} rejected, "
        f"{count_of(warnings, 'warning')}"
    )


def lines(report: Report, limit: int) -> Iterator[str]:
    """Yield the report as text: findings by file, at most `limit` of a kind, and the summary."""
    groups: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in report.findings:
        groups[_heading(finding)][finding.kind].append(finding)
    for heading, kinds in sorted(groups.items()):
        yield heading
        for kind, findings in kinds.items():
            shown = findings[:limit]
            yield from (f"  {_line(finding)}" for finding in shown)
            count = sum(report.counts[file, kind] for file in {finding.file for finding in findings})
            if count > len(shown):
                yield f"  ... and {count - len(shown):,} more of this kind"
    yield summary(report)


def _heading(finding: Finding) -> str:
    # Files that belong nowhere are listed together, or a wrong root would fill the screen.
    if finding.kind == "unknown_file":
        return f"unknown files below {finding.file.split('/', maxsplit=1)[0]}"
    return finding.file


def _line(finding: Finding) -> str:
    name = f"{finding.file} " if finding.kind == "unknown_file" else ""
    place = f"line {finding.line}: " if finding.line is not None else ""
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{WORDS[finding.effect]}: {place}{name}{finding.reason}{remedy}"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report for programs: totals, and per file and kind the count and its first findings."""
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        groups[finding.file, finding.kind, finding.effect].append(finding)
    return {
        "root": report.root,
        "files": report.files,
        "records": report.records,
        "rejected_records": report.rejected,
        "held_files": report.held,
        "findings": [
            {
                "file": file,
                "kind": kind,
                "effect": effect,
                "count": report.counts[file, kind],
                "examples": [
                    {"line": item.line, "reason": item.reason, "remedy": item.remedy} for item in findings
                ],
            }
            for (file, kind, effect), findings in sorted(groups.items())
        ],
    }
