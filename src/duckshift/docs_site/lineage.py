"""Lineage of columns: dbt-colibri works it out from the compiled SQL, this module says what it cannot see."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckshift.docs_site.artifacts import Project
from duckshift.docs_site.dbt_docs import write_page
from duckshift.docs_site.packing import as_text, packed, unpacker

PALE, DARKER = "--muted-foreground: 215.4 16.3% 46.9%", "--muted-foreground: 215.4 16.3% 38%"
"""Its grey is too pale to be read by everybody."""

LANGUAGES = re.compile(r"(?:,[\w$]+\.register\([\w$]+\(\)\)){100,}")
"""It makes 290 languages ready to be coloured, for half a second, and is shown no code here."""

BACK_TO_TABLE = """
document.getElementById("duckshift-back").addEventListener("click", (event) => {
  const table = window.colibriData.nodes[new URLSearchParams(location.search).get("model")];
  if (table?.page) event.currentTarget.href = `../${table.page}`;
});
"""
"""The way back leads to the page of the table that is looked at, which the address always names."""

Ends = tuple[str, str]  # unique id of a table, column


@dataclass(frozen=True)
class Lineage:
    """Which columns a column is made of."""

    edges: dict[Ends, tuple[Ends, ...]]
    """The parents of each column, sorted."""
    report: dict[str, Any]
    """What dbt-colibri's own page shows."""

    def children(self) -> dict[Ends, list[Ends]]:
        """Return the columns that are made of each column."""
        found: dict[Ends, list[Ends]] = {}
        for child, parents in self.edges.items():
            for parent in parents:
                found.setdefault(parent, []).append(child)
        return {parent: sorted(children) for parent, children in found.items()}


def read_lineage(project: Project, folder: Path) -> Lineage:
    """Work out the lineage of the columns from the artifacts in a folder."""
    report = _report(folder)
    _add_landed_columns(project, report)
    for unique_id, node in report["nodes"].items():
        if unique_id in project.tables:
            node["page"] = project.tables[unique_id].page
    # Colibri walks sets, whose order differs from run to run.
    ordered = sorted(report["lineage"]["edges"], key=_ends)
    report["lineage"]["edges"] = [edge | {"id": number} for number, edge in enumerate(ordered, start=1)]
    edges: dict[Ends, set[Ends]] = {}
    for edge in report["lineage"]["edges"]:
        if edge["targetColumn"] and edge["sourceColumn"]:
            child = (edge["target"], edge["targetColumn"])
            edges.setdefault(child, set()).add((edge["source"], edge["sourceColumn"]))
    return Lineage({child: tuple(sorted(edges[child])) for child in sorted(edges)}, report)


def write_explorer(lineage: Lineage, file: Path) -> None:
    """Write dbt-colibri's page with its data. Its telemetry is off."""
    from dbt_colibri.report import generator  # noqa: PLC0415 - takes a second to import

    page = (Path(generator.__file__).parent / "index.html").read_text(encoding="utf-8")
    page = LANGUAGES.sub("", page.replace(PALE, DARKER))
    head, body, rest = page.partition("<body>")
    # As its own inject_data_into_html does, but for the packing.
    data = packed(as_text(lineage.report))
    script = f"<script>window.colibriTelemetry = false; window.colibriData = {data};{BACK_TO_TABLE}</script>"
    write_page(file, head + body + unpacker() + script + rest, style="right:12px;top:6px")


def _report(folder: Path) -> dict[str, Any]:
    from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor  # noqa: PLC0415
    from dbt_colibri.report.generator import DbtColibriReportGenerator  # noqa: PLC0415

    with _silence(), _old_name_of_set_operations():
        extractor = DbtColumnLineageExtractor(str(folder / "manifest.json"), str(folder / "catalog.json"))
        generator = DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True)
        full: dict[str, Any] = generator.build_full_lineage()
    # The same artifacts give the same bytes: colibri walks a set, and notes when it did.
    full["metadata"] |= {"generated_at": "", "dbt_invocation_id": ""}
    return {
        "metadata": full["metadata"],
        "nodes": {unique_id: _slim(full["nodes"][unique_id]) for unique_id in sorted(full["nodes"])},
        "lineage": {"edges": full["lineage"]["edges"]},
        "tree": full["tree"],
    }


def _ends(edge: dict[str, Any]) -> tuple[str, ...]:
    names = ("target", "targetColumn", "source", "sourceColumn", "edgeType")
    return tuple(edge.get(name) or "" for name in names)


def _slim(node: dict[str, Any]) -> dict[str, Any]:
    """Leave out what dbt's own docs show better."""
    return {name: value for name, value in node.items() if name not in ("tests", "rawCode")}


def _add_landed_columns(project: Project, report: dict[str, Any]) -> None:
    """Add what no SQL shows: bronze reads files, and its columns are those of the landing contract."""
    edges = report["lineage"]["edges"]
    for table in project.of_layer("bronze"):
        own = {column.name.lower() for column in table.columns}
        for parent in table.parents:
            source = project.tables[parent]
            for column in source.columns:
                if source.layer == "landing" and column.name.lower() in own:
                    edges.append(
                        {
                            "source": parent,
                            "target": table.unique_id,
                            "sourceColumn": column.name,
                            "targetColumn": column.name.lower(),
                        }
                    )


@contextmanager
def _old_name_of_set_operations() -> Iterator[None]:
    """Give sqlglot's scopes the name that dbt-colibri 0.3.7 knows: without it every union has no parents."""
    from sqlglot.optimizer.scope import Scope  # noqa: PLC0415

    if hasattr(Scope, "union_scopes"):
        yield
        return
    Scope.union_scopes = property(lambda scope: scope.set_operation_scopes)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del Scope.union_scopes  # type: ignore[attr-defined]


@contextmanager
def _silence() -> Iterator[None]:
    """Keep quiet about what is no fault: the tables of bronze are files, which no catalog has."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
