"""What a check takes against a build of everything: of a leaf, a staging model, a macro, documentation."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from duckshift.arrival import days_of_arrival
from duckshift.bench.measuring import DBT, Measure, environment_of, measure
from duckshift.errors import UserError
from duckshift.sources import generate
from duckshift.workshop import MODELS_ONLY, Workshop, copy_project

LAST_DAYS = 3
DUCKSHIFT = [sys.executable, "-m", "duckshift"]


@dataclass(frozen=True)
class Case:
    """A change: a text that is put behind another one, which leaves every row as it is."""

    name: str
    file: str
    behind: str
    added: str
    aim: float | None = None


CASES = (
    Case(
        "leaf mart", "models/marts/sales/mart_store_growth.sql", "select * from mart_store_growth\n",
        "-- changed\n", 0.2,
    ),
    Case(
        "staging model", "models/staging/shipping/stg_shipping__events.sql",
        "select * from stg_shipping__events\n", "-- changed\n",
    ),
    Case(
        "macro", "macros/dimensional/allocate_cents.sql", "group_key, row_key) -%}\n",
        "    {#- changed -#}\n",
    ),
    Case(
        "docs only", "models/marts/sales/_mart_store_growth.yml", "description: >-\n", "      Changed.\n",
        0.1,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class CaseBench:
    """What a check of one change took."""

    name: str
    check: Measure
    ratio: float
    aim: float | None

    @property
    def is_met(self) -> bool:
        """Whether the ratio is under the aim."""
        return self.aim is None or self.ratio < self.aim


@dataclass(frozen=True)
class CiBench:
    """What `duckshift bench ci` found."""

    scale: float
    days: int
    full: Measure
    cases: list[CaseBench]

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the figures as text."""
        lines = [
            f"scale {self.scale:g}, {self.days} days; a build of everything with its tests:"
            f" {self.full.seconds:.1f} s ({self.full.cpu_seconds:.1f} s of CPU)",
            f"{'changed':<16}{'check':>9}{'CPU':>9}{'slim / full':>13}",
        ]
        for case in self.cases:
            aim = ""
            if case.aim:
                aim = f"   aim at scale 1: under {case.aim:g}, " + ("met" if case.is_met else "missed")
            lines.append(
                f"{case.name:<16}{case.check.seconds:>7.1f} s{case.check.cpu_seconds:>7.1f} s"
                f"{case.ratio:>13.2f}{aim}"
            )
        return lines


def bench_ci(scale: float, days: int, seed: int, progress: Callable[[str], None]) -> CiBench:
    """Build a generated landing zone, promote it, and check a change of each kind on a copy of the project.

    Production gets the last days one by one, so that checks have runs to replay. What dbt has parsed of the
    project as it is lies ready for the build of everything and for each check, as it does in a cache of CI.
    Raises UserError, before anything is built, if the project has no place for a change.
    """
    with tempfile.TemporaryDirectory(prefix="duckshift-bench-ci-") as name:
        folder = Path(name)
        project = copy_project(folder / "project")
        changes = [(case, changed_text(project, case)) for case in CASES]
        progress("landing files")
        generate(folder / "zone", scale=scale, days=days, seed=seed)
        environment = environment_of(folder, folder / "landing", folder / "warehouse.duckdb")
        environment |= {
            "DUCKSHIFT_PROJECT_ROOT": str(project),
            "DBT_PROFILES_DIR": str(project / "profiles"),
            "DUCKSHIFT_CI_STATE": str(folder / "state"),
        }
        dbt = ["--target", "duckdb"]
        days_of = days_of_arrival(folder / "zone")
        progress("a build of everything")
        _deliver(folder, days_of)
        measure([*DBT, "parse", *dbt], environment, folder=project)
        full = measure([*DBT, "build", *dbt], environment, folder=project)
        (folder / "warehouse.duckdb").unlink()
        shutil.rmtree(folder / "landing")
        for number, batch in enumerate(deliveries(days_of), start=1):
            progress(f"production, delivery {number}")
            _deliver(folder, batch)
            measure([*DBT, "build", *dbt, *MODELS_ONLY], environment, folder=project)
        measure([*DUCKSHIFT, "ci", "promote"], environment, folder=project)
        progress("what dbt parses once")
        measure([*DUCKSHIFT, "ci"], environment, folder=project)
        cases = []
        for case, text in changes:
            progress(case.name)
            changed = folder / "changed"
            shutil.copytree(project, changed)
            (changed / case.file).write_text(text, encoding="utf-8")
            own = environment | {"DUCKSHIFT_PROJECT_ROOT": str(changed)}
            check = measure([*DUCKSHIFT, "ci"], own, folder=changed)
            cases.append(CaseBench(case.name, check, round(check.seconds / full.seconds, 3), case.aim))
            shutil.rmtree(changed)
    return CiBench(scale, days, full, cases)


def deliveries(days_of: dict[str, str]) -> list[list[str]]:
    """Cut files by their days of arrival: all but the last days, then each of these."""
    begins = ["", *sorted(set(days_of.values()))[-LAST_DAYS:]]
    return [
        [file for file, day in days_of.items() if begin <= day < end]
        for begin, end in zip(begins, [*begins[1:], "9"], strict=True)
    ]


def _deliver(folder: Path, files: Iterable[str]) -> None:
    Workshop(folder).deliver(files, folder / "zone")


def changed_text(project: Path, case: Case) -> str:
    """Return the text of a file with its change. Raises UserError if the place of the change is not there."""
    before, behind, after = (project / case.file).read_text(encoding="utf-8").partition(case.behind)
    if not behind:
        raise UserError(f"{case.file} reads otherwise than this bench knows: it has no {case.behind!r}")
    return before + behind + case.added + after
