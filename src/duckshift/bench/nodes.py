"""What dbt says of a build: its nodes in the order in which they ran, by layer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

LAYERS = (
    "landing",
    "seeds",
    "bronze",
    "staging",
    "intermediate",
    "snapshots",
    "vault",
    "core",
    "subject marts",
    "ops",
    "data tests",
    "unit tests",
    "end of run",
)
"""In the order in which they are printed. `landing` is on-run-start, which looks at the landing files."""
_KINDS = {"seed": "seeds", "snapshot": "snapshots", "test": "data tests", "unit_test": "unit tests"}
_TABLES = ("seed", "snapshot", "model")


@dataclass(frozen=True)
class Node:
    """One node of a build."""

    unique_id: str
    kind: str  # model, seed, snapshot, test, unit_test or operation
    layer: str
    materialized: str  # of a model
    path: str  # of its definition
    file_stem: str  # of the statement that dbt writes for it
    relation: str | None  # its table, none for tests
    parents: tuple[str, ...]  # nodes that it reads
    thread: str
    seconds: float  # by dbt's clock
    began: float  # seconds since 1970
    ended: float

    @property
    def table(self) -> str | None:
        """Its table if it keeps rows; none for views and tests."""
        return self.relation if self.kind in _TABLES and self.materialized != "view" else None


def read_nodes(target: Path) -> list[Node]:
    """Return the nodes of the build whose artifacts are in a target folder, in the order of their start."""
    manifest = json.loads((target / "manifest.json").read_text())
    known = manifest["nodes"] | manifest["unit_tests"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    # An exposure is looked at, and nothing is done.
    done = [result for result in results if result["timing"] and result["status"] != "no-op"]
    nodes = [_node(result, known.get(result["unique_id"], {})) for result in done]
    return sorted(nodes, key=lambda node: node.began)


def layer_seconds(nodes: Sequence[Node]) -> float:
    """Return how long at least one of the nodes was at work: two at once count once."""
    total, until = 0.0, float("-inf")
    for node in sorted(nodes, key=lambda node: node.began):
        total += max(0.0, node.ended - max(node.began, until))
        until = max(until, node.ended)
    return total


def _node(result: dict[str, Any], definition: dict[str, Any]) -> Node:
    unique_id = result["unique_id"]
    kind = unique_id.partition(".")[0]
    moments = [
        datetime.fromisoformat(step[name].replace("Z", "+00:00")).timestamp()
        for step in result["timing"]
        for name in ("started_at", "completed_at")
        if step.get(name)
    ]
    name = definition.get("name") or unique_id.split(".")[-1]
    return Node(
        unique_id=unique_id,
        kind=kind,
        layer=_layer(unique_id, kind, definition.get("fqn", [])),
        materialized=definition.get("config", {}).get("materialized", ""),
        path=definition.get("original_file_path", ""),
        file_stem=Path(definition.get("path", "")).stem if kind == "test" else name,
        relation=definition.get("relation_name"),
        parents=tuple(definition.get("depends_on", {}).get("nodes", [])),
        thread=result["thread_id"],
        seconds=float(result["execution_time"]),
        began=min(moments),
        ended=max(moments),
    )


def _layer(unique_id: str, kind: str, fqn: list[str]) -> str:
    if kind == "operation":
        return "landing" if "on-run-start" in unique_id else "end of run"
    if kind != "model":
        return _KINDS[kind]
    folder = fqn[1]
    if folder == "marts":
        return "core" if fqn[2] == "core" else "subject marts"
    return "ops" if folder == "quarantine" else folder
