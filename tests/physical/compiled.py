"""The models as dbt compiles them once their tables are there, so that incrementals show their later runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conventions.conftest import Project
from tests.warehouse.building import Warehouse, once, session_folder

Node = dict[str, Any]


@pytest.fixture(scope="session")
def compiled(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The manifest of `dbt compile` over the tables of an empty landing zone, once for all processes."""

    def make(folder: Path) -> None:
        warehouse = Warehouse(project.folder, project.folder / "landing").copy(folder)
        # Tests and unit tests are four nodes in five, and no tables.
        outcome = warehouse.dbt("compile", "--select", "resource_type:model", "resource_type:snapshot")
        assert outcome.status == 0, outcome.output

    folder = once(session_folder(tmp_path_factory, "empty") / "compiled", make)
    manifest: Node = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest
