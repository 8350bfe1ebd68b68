"""The generator's account of what it wrote, as it lies below `_truth/`."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """A defect in the landing files, and what a warehouse has to make of it."""

    source: str
    entity: str
    fault: str
    file: str
    line: int | None
    record_key: str
    disposition: str


@dataclass(frozen=True)
class Truth:
    """What a warehouse must find in a generated landing zone."""

    faults: list[Fault]
    accounts: dict[tuple[str, str], dict[str, int]]
    """By source and entity: counts of files and records."""
    figures: dict[str, Decimal]

    def faults_of(self, *kinds: str) -> list[Fault]:
        """Return the faults of some kinds."""
        return [fault for fault in self.faults if fault.fault in kinds]

    def figures_below(self, name: str) -> dict[str, Decimal]:
        """Return the figures `name.<currency>` by currency."""
        return {
            figure.removeprefix(f"{name}."): value
            for figure, value in self.figures.items()
            if figure.startswith(f"{name}.")
        }


def _table(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "_truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_truth(root: Path) -> Truth:
    """Read the truth of a generated landing root."""
    return Truth(
        faults=[
            Fault(
                **{name: value for name, value in row.items() if name != "line"},
                line=int(row["line"] or 0) or None,
            )
            for row in _table(root, "faults")
        ],
        accounts={
            (row["source"], row["entity"]): {
                name: int(value) for name, value in row.items() if name not in ("source", "entity")
            }
            for row in _table(root, "accounting")
        },
        figures={row["name"]: Decimal(row["value"]) for row in _table(root, "figures")},
    )
