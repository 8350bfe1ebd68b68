"""The models as dbt compiles them once their tables are there, so that incrementals show their later runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.conventions.conftest import Project, dbt

Node = dict[str, Any]


@pytest.fixture(scope="session")
def compiled(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The manifest of `dbt compile` over the tables of an empty landing zone."""
    folder: Path = tmp_path_factory.mktemp("compiled")
    shutil.copy(project.folder / "warehouse.duckdb", folder)
    done = dbt(folder, "compile")
    assert done.returncode == 0, done.stdout + done.stderr
    manifest: Node = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest
