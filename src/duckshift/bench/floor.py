"""dbt's own floor: a project of as many nodes of the same kinds that do nothing.

Every node of a build becomes one of the same kind with the same parents: a table with one row, a view, a seed
with one line, a snapshot, a test that finds nothing, a unit test with one row for each input. What such a
project takes is what dbt takes for that many nodes, whatever they do; sources, contracts, hooks, macros and
columns that are described are left out.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from duckshift.bench.nodes import Node

PROJECT = """\
name: floor
config-version: 2
profile: floor
model-paths: [models]
seed-paths: [seeds]
snapshot-paths: [snapshots]
test-paths: [tests]
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """\
floor:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "%s", schema: main, threads: %d}
"""
SNAPSHOT = """\
{%% snapshot %s %%}
{{ config(unique_key='id', strategy='check', check_cols='all') }}
%sselect 1 as id
{%% endsnapshot %%}
"""


def write_floor(nodes: Sequence[Node], folder: Path) -> int:
    """Write the project and its profile into an empty folder; return how many nodes it has."""
    built = [node for node in nodes if node.kind != "operation"]
    names = {node.unique_id: f"n{number}" for number, node in enumerate(built)}
    for place in ("models", "seeds", "snapshots", "tests"):
        (folder / place).mkdir()
    threads = len({node.thread for node in built})
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE % (folder / "floor.duckdb", max(1, threads)))

    by_id = {node.unique_id: node for node in built}
    unit_tests = []
    for node in built:
        name = names[node.unique_id]
        parents = [names[parent] for parent in node.parents if parent in names]
        reads = "".join(f"-- {{{{ ref('{parent}') }}}}\n" for parent in parents)
        if node.kind == "model":
            materialized = node.materialized if node.materialized in ("view", "incremental") else "table"
            config = f"{{{{ config(materialized='{materialized}') }}}}\n"
            (folder / "models" / f"{name}.sql").write_text(f"{config}{reads}select 1 as id\n")
        elif node.kind == "seed":
            (folder / "seeds" / f"{name}.csv").write_text("id\n1\n")
        elif node.kind == "snapshot":
            (folder / "snapshots" / f"{name}.sql").write_text(SNAPSHOT % (name, reads))
        elif node.kind == "test":
            (folder / "tests" / f"{name}.sql").write_text(f"{reads}select 1 as id where false\n")
        else:
            [tested] = [parent for parent in node.parents if parent in by_id]
            given = [
                {"input": f"ref('{names[parent]}')", "rows": [{"id": 1}]}
                for parent in by_id[tested].parents
                if parent in names
            ]
            expected = {"rows": [{"id": 1}]}
            unit_tests.append({"name": name, "model": names[tested], "given": given, "expect": expected})
    # JSON is YAML.
    (folder / "models" / "unit_tests.yml").write_text(json.dumps({"version": 2, "unit_tests": unit_tests}))
    return len(built)
