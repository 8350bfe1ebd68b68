"""The project as dbt sees it: its manifest, and the tables that it makes of an empty landing zone."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.warehouse.building import Warehouse, once, parsed_project, session_folder

ROOT = Path(__file__).resolve().parents[2]

Node = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """The artifacts of one build of an empty landing zone."""

    folder: Path

    @cached_property
    def manifest(self) -> Node:
        manifest = json.loads((self.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
        assert isinstance(manifest, dict)
        return manifest

    @cached_property
    def build(self) -> dict[str, Any]:
        """Exit status and output of the build."""
        build = json.loads((self.folder / "build.json").read_text(encoding="utf-8"))
        assert isinstance(build, dict)
        return build

    @cached_property
    def built_columns(self) -> dict[str, list[str]]:
        """Columns of each relation of the warehouse, in order."""
        columns: dict[str, list[str]] = {}
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            query = "select table_name, column_name from duckdb_columns() order by column_index"
            for table, column in connection.execute(query).fetchall():
                columns.setdefault(table, []).append(column)
        return columns

    def nodes(self, *kinds: str) -> list[Node]:
        """Return our nodes of these resource types."""
        return [node for node in self.manifest["nodes"].values() if node["resource_type"] in kinds]

    @property
    def models(self) -> list[Node]:
        return self.nodes("model")

    def models_in(self, *folders: str) -> list[Node]:
        """Return the models below folders of models/, such as bronze or marts/core."""
        paths = tuple(f"models/{folder}/" for folder in folders)
        return [node for node in self.models if node["original_file_path"].startswith(paths)]

    @property
    def sources(self) -> list[Node]:
        return list(self.manifest["sources"].values())

    @property
    def macros(self) -> list[Node]:
        """Our macros; what dbt and its adapters bring is not ours."""
        return [macro for macro in self.manifest["macros"].values() if macro["package_name"] == "duckshift"]

    @property
    def tests(self) -> list[Node]:
        return self.nodes("test")


def dbt(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on the checkout; everything that it writes goes to `folder`."""
    environment = {
        **os.environ,
        "DBT_PROFILES_DIR": str(ROOT / "profiles"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DUCKSHIFT_PROJECT_ROOT": str(ROOT),
        "DUCKSHIFT_DATABASE": str(folder / "warehouse.duckdb"),
        "DUCKSHIFT_LANDING_ROOT": str(folder / "landing"),
        **variables,
    }
    command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An empty landing zone as the project builds it, once for all processes that run these tests."""

    def build(folder: Path) -> None:
        landing = folder / "landing"
        landing.mkdir()
        warehouse = Warehouse(parsed_project(tmp_path_factory), landing).copy(folder)
        outcome = warehouse.dbt("build", "--exclude-resource-type", "test", "unit_test", writes_manifest=True)
        build = {"status": outcome.status, "output": outcome.output}
        (folder / "build.json").write_text(json.dumps(build), encoding="utf-8")

    return Project(once(session_folder(tmp_path_factory, "empty") / "warehouse", build))
