"""The warehouse builds without the package: its code is dbt's and the plugin's alone."""

import subprocess
import sys

from tests.warehouse.building import Outcome, Warehouse


def test_the_build_had_neither_sources_nor_package(built: Warehouse, outcome: Outcome) -> None:
    assert not (built.folder / "src").exists()
    refused = subprocess.run(
        [sys.executable, "-c", "import duckshift"],
        env=built.environment(), cwd=built.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "a warehouse must build without the package duckshift" in refused.stderr
    assert len(outcome.nodes("success")) > 70
    assert built.rows("select count(*) > 1000 from gold.fct_order_items") == [(True,)]
