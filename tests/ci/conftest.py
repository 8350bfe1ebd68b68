"""A small production, built in three deliveries once, and pull requests against it."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tests.ci.small_project import small_project
from tests.dbt_forks import WRITES_MANIFEST
from tests.forked_commands import forked_dbt
from tests.warehouse.building import once, session_folder

from duckshift.arrival import days_of_arrival
from duckshift.ci.checking import check
from duckshift.ci.review import Review
from duckshift.ci.state import promote
from duckshift.sources import generate
from duckshift.workshop import MODELS_ONLY, Workshop

ENTITIES = (
    "fx/rates", "marketing/ad_spend", "shipping/events", "shop/categories", "shop/products",
    "supplier/price_list",
)  # fmt: skip
YEARS_AHEAD = 10 * 365 * 86_400
"""In seconds, as run ids are."""


@pytest.fixture(scope="package", autouse=True)
def _dbt_is_forked() -> Iterator[None]:
    """Eleven checks run dbt forty times. A state is a manifest and the results of the same run."""
    with forked_dbt(**{WRITES_MANIFEST: "1"}):
        yield


@dataclass(frozen=True)
class Production:
    """A project that was built and promoted."""

    project: Path
    state: Path

    def file(self) -> Path:
        """The DuckDB file of the state."""
        return self.state / "current" / "warehouse.duckdb"

    def digest(self) -> str:
        """The checksum of that file."""
        return hashlib.sha256(self.file().read_bytes()).hexdigest()


@dataclass(frozen=True)
class PullRequest:
    """A copy of production's project, to be changed and checked."""

    production: Production
    project: Path

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a text, which must be there once, in a file of the project."""
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def check(self) -> Review:
        """Check it; production's file must be the same afterwards, to the byte."""
        before = self.production.digest()
        folder = self.project / "data" / "ci"
        review = check(self.project, self.production.state, folder, batches=2, progress=print)
        assert self.production.digest() == before
        print(review.markdown())
        return review


def build_production(folder: Path) -> None:
    """Build the small project in three deliveries and promote it; parse it for the target ci too."""
    zone = folder / "zone"
    generate(zone, scale=0.005, days=30)
    project = small_project(folder / "project")
    (project / "data").mkdir()
    workshop = Workshop(folder, project=project)
    files = {file: day for file, day in days_of_arrival(zone).items() if file.startswith(ENTITIES)}
    for batch in deliveries(files):
        workshop.deliver(batch, zone)
        workshop.dbt("duckdb", "build", *MODELS_ONLY)
    promote(project, workshop.artifacts("duckdb"), workshop.database, folder / "state")


def deliveries(files: dict[str, str]) -> list[list[str]]:
    """Cut files by their days of arrival: the last dump of prices begins a delivery, so does the last day."""
    begins = sorted({max(day for file, day in files.items() if "price_list" in file), max(files.values())})
    assert len(begins) == 2
    return [
        [file for file, day in files.items() if begin <= day < end]
        for begin, end in zip(["", *begins], [*begins, "9"], strict=True)
    ]


@pytest.fixture(scope="package")
def production(_dbt_is_forked: None, tmp_path_factory: pytest.TempPathFactory) -> Production:
    """Production, of which nothing is written."""
    folder = once(session_folder(tmp_path_factory, "ci") / "production", build_production)
    return Production(folder / "project", folder / "state")


@pytest.fixture(scope="package")
def parsed(production: Production, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Production's project after a check that found nothing: what dbt has parsed lies beside it."""

    def parse(folder: Path) -> None:
        project = folder / "project"
        shutil.copytree(production.project, project)
        review = PullRequest(production, project).check()
        assert review.verdict == "pass", review.problems
        assert review.changes.selected == []

    return once(session_folder(tmp_path_factory, "ci") / "parsed", parse) / "project"


@pytest.fixture
def pull_request(production: Production, parsed: Path, tmp_path: Path) -> PullRequest:
    """A pull request that changes nothing yet."""
    project = tmp_path / "project"
    shutil.copytree(parsed, project)
    os.utime(project)
    return PullRequest(production, project)


def production_ahead_of_the_clock(pull_request: PullRequest, folder: Path) -> PullRequest:
    """Return the pull request against a production whose run ids are some years ahead."""
    shutil.copytree(pull_request.production.state, folder, symlinks=True)
    ahead = Production(pull_request.production.project, folder)
    with duckdb.connect(str(ahead.file())) as connection:
        stamped = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where column_name in ('run_id', '_run_id')"
            " and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
        for schema, table, column in stamped:
            connection.execute(f'update "{schema}"."{table}" set {column} = {column} + {YEARS_AHEAD}')
    return PullRequest(ahead, pull_request.project)
