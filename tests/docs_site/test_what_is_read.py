"""What the pages say of tables, on small ones whose answers are known."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.docs_site.artifacts import Table, read_project
from duckshift.docs_site.dbt_docs import PLACEHOLDERS, REPLACED
from duckshift.docs_site.lineage import LANGUAGES
from duckshift.docs_site.warehouse import BLOCK, Physical, read_physical, read_sizes


def node(**more: Any) -> dict[str, Any]:
    name = more.get("name", "t")
    return {
        "unique_id": f"model.duckshift.{name}",
        "name": name,
        "alias": name,
        "resource_type": "model",
        "schema": "main",
        "path": f"marts/core/{name}.sql",
        "original_file_path": f"models/marts/core/{name}.sql",
        "description": "One row is one.",
        "columns": {},
        "config": {},
    } | more


def tables(folder: Path, *nodes: dict[str, Any]) -> dict[str, Table]:
    """Read tables as from the artifacts of dbt."""
    empty: dict[str, dict[str, Any]] = {part: {} for part in ("sources", "exposures", "metrics", "groups")}
    none: dict[str, list[str]] = {item["unique_id"]: [] for item in nodes}
    manifest = {"metadata": {}, "nodes": {item["unique_id"]: item for item in nodes}, **empty}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"parent_map": none, "child_map": none}))
    (folder / "catalog.json").write_text(json.dumps({"metadata": {}, "nodes": {}}))
    return read_project(folder).tables


def measured(folder: Path, query: str, **config: str) -> Physical:
    """Write a table as the query lies, and read how it lies."""
    with duckdb.connect(str(folder / "small.duckdb")) as connection:
        connection.execute(f"create table t as {query}")

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        connection.execute("checkpoint")
        [table] = tables(folder, node(config=config)).values()
        return read_physical(rows, table, read_sizes(rows, [("main", "t")])["main", "t"])


@pytest.mark.parametrize(("day", "zones_read"), [("n", 1), ("n % 10", 100), ("n // 100", 10)])
def test_a_filter_reads_the_zones_that_may_hold_its_value(
    tmp_path: Path, day: str, zones_read: float
) -> None:
    """1,000 rows are zones of ten: in order, all days in each zone, ten zones to a day."""
    found = measured(tmp_path, f"select {day} as day from range(1000) as r(n)", sort="day")
    assert (found.rows, found.zones, found.zones_read) == (1000, 100, zones_read)


@pytest.mark.parametrize(("key", "skew"), [("1", 4.0), ("null::integer", 4.0), ("n % 2", 2.0)])
def test_a_key_with_few_values_fills_few_slices(tmp_path: Path, key: str, skew: float) -> None:
    found = measured(tmp_path, f"select {key} as key from range(1000) as r(n)", dist="key")
    assert (sum(found.slices), len(found.slices), found.skew) == (1000, 4, skew)


def test_many_keys_fill_all_slices_alike(tmp_path: Path) -> None:
    found = measured(tmp_path, "select n as key from range(10000) as r(n)", dist="key")
    assert sum(found.slices) == 10_000
    assert found.skew is not None and found.skew < 1.1


def test_the_size_is_that_of_the_blocks_that_a_table_fills(tmp_path: Path) -> None:
    """Hashes of eight bytes cannot be made smaller."""
    assert measured(tmp_path, "select hash(n) as number from range(1000) as r(n)").size == BLOCK
    (tmp_path / "small.duckdb").unlink()
    large = measured(tmp_path, "select hash(n) as number from range(100000) as r(n)")
    assert large.size is not None and 800_000 <= large.size <= 800_000 + 2 * BLOCK


def test_versions_of_a_model_have_pages_of_their_own(tmp_path: Path) -> None:
    first = node(name="dim_category", unique_id="model.duckshift.dim_category.v1", version=1)
    second = first | {
        "unique_id": "model.duckshift.dim_category.v2",
        "version": 2,
        "alias": "dim_category_v2",
    }
    found = tables(tmp_path, first, second, node(name="dim_date", alias="dates"))
    assert sorted(table.page for table in found.values()) == [
        "tables/dim_category.html",
        "tables/dim_category_v2.html",
        "tables/dim_date.html",
    ]


def test_what_is_changed_in_pages_of_other_tools_is_still_in_them() -> None:
    """A version that says it otherwise would be slow again, without an error."""
    of_dbt, of_colibri = (
        Path(str(spec.origin)).with_name("index.html").read_text(encoding="utf-8")
        for spec in map(find_spec, ("dbt.task.docs", "dbt_colibri.report.generator"))
        if spec
    )
    assert [text for text in (*PLACEHOLDERS.values(), *REPLACED) if text not in of_dbt] == []
    assert len(LANGUAGES.findall(of_colibri)) == 1
