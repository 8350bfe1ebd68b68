"""What dbt's artifacts (manifest.json, catalog.json) say of the project, as the pages need it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from duckshift.errors import UserError

LAYERS = ("landing", "bronze", "staging", "intermediate", "core", "marts", "reference", "vault", "ops")
"""In the order in which data pass; what lies beside their way comes last."""

LAYER_TEXTS = {
    "landing": "files as they arrive, described by a contract",
    "bronze": "every record as it came, with file and line",
    "staging": "typed and deduplicated, one table per entity",
    "intermediate": "changes applied, history, money, identity",
    "core": "the star: conformed dimensions and facts",
    "marts": "subject marts, built on the star",
    "reference": "seeds: codes, statuses, thresholds",
    "vault": "personal data; gold holds tokens",
    "ops": "what was loaded and refused; runs, quality, alarms",
}

REMEDY = "run `duckshift docs build` without --artifacts, which makes it, or `dbt docs generate`"


@dataclass(frozen=True)
class Column:
    """A column as YAML describes it."""

    name: str
    description: str
    data_type: str
    personal: str  # meta.pii: name, email, token and so on; empty if it holds nothing of a person
    encode: str


@dataclass(frozen=True)
class Table:
    """A model, seed, snapshot or source: whatever has columns."""

    unique_id: str
    name: str  # unique: landing__<source>__<entity> of a source, the table's own of a model with versions
    kind: str
    layer: str
    subject: str  # the folder below the layer
    schema: str
    identifier: str
    path: str
    description: str
    columns: tuple[Column, ...]
    materialized: str
    group: str
    access: str
    meta: Mapping[str, Any]
    dist: str
    sort: tuple[str, ...]
    parents: tuple[str, ...]  # unique ids of tables
    children: tuple[str, ...]

    @property
    def page(self) -> str:
        """The page of the table, from the root of the site."""
        return f"tables/{self.name}.html"

    @property
    def dbt_page(self) -> str:
        """Its place in dbt's own docs, from the root of the site."""
        return f"dbt/index.html#!/{self.kind}/{self.unique_id}"

    @property
    def explorer_page(self) -> str:
        """Its place in dbt-colibri's graph, from the root of the site, with its neighbours."""
        return f"explorer/index.html?model={self.unique_id}&parents=1&children=1"

    @property
    def relation(self) -> str:
        """Schema and name in the database, quoted."""
        return f'"{self.schema}"."{self.identifier}"'

    @property
    def has_rows(self) -> bool:
        """Whether it is in the database: what lands is files."""
        return self.layer != "landing"

    @property
    def first_sentence(self) -> str:
        """What one row is."""
        return self.description.replace("\n", " ").partition(". ")[0].rstrip(".") + "."

    def reason(self, what: str) -> str:
        """Say why dist, sort or encode is not left to Redshift."""
        return str((self.meta.get("physical_reason") or {}).get(what, ""))


@dataclass(frozen=True)
class Reader:
    """An exposure or a metric: who or what reads tables."""

    unique_id: str
    name: str
    kind: str
    label: str
    description: str
    owner: str
    tables: tuple[str, ...]  # unique ids

    @property
    def dbt_page(self) -> str:
        """Its place in dbt's own docs, from the root of the site."""
        return f"dbt/index.html#!/{self.kind}/{self.unique_id}"


@dataclass(frozen=True)
class DataTest:
    """A test of a table."""

    unique_id: str
    alias: str  # how ops.test_findings calls it
    short_name: str
    kind: str
    column: str
    severity: str
    table: str  # unique id; empty if it belongs to none
    description: str

    @property
    def dbt_page(self) -> str:
        """Its place in dbt's own docs, from the root of the site."""
        return f"dbt/index.html#!/test/{self.unique_id}"


@dataclass(frozen=True)
class Project:
    """The project as the artifacts have it."""

    manifest: dict[str, Any]
    catalog: dict[str, Any]
    tables: dict[str, Table] = field(repr=False)
    readers: list[Reader] = field(repr=False)
    tests: list[DataTest] = field(repr=False)

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """The tables by name."""
        return {table.name: table for table in self.tables.values()}

    def of_layer(self, layer: str) -> list[Table]:
        """Return the tables of a layer, by name."""
        return [table for table in self.tables.values() if table.layer == layer]

    @cached_property
    def owners(self) -> dict[str, dict[str, str]]:
        """Name, address and description of the groups."""
        return {
            group["name"]: {
                "name": group["owner"].get("name") or group["name"],
                "email": group["owner"].get("email") or "",
                "description": group.get("description") or "",
            }
            for group in self.manifest["groups"].values()
        }


def read_project(folder: Path) -> Project:
    """Read the artifacts in a folder. Raises UserError if one is missing or of no use."""
    manifest, catalog = _read(folder / "manifest.json"), _read(folder / "catalog.json")
    return Project(manifest, catalog, _tables(manifest), _readers(manifest), _tests(manifest))


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise UserError(f"no {file.name} in {file.parent}: {REMEDY}")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{file} is no JSON ({error}): {REMEDY}") from error
    if "metadata" not in content or "nodes" not in content:
        raise UserError(f"{file} is no artifact of dbt: {REMEDY}")
    return content


def _tables(manifest: dict[str, Any]) -> dict[str, Table]:
    nodes = {
        unique_id: node
        for unique_id, node in {**manifest["sources"], **manifest["nodes"]}.items()
        if node["resource_type"] in ("model", "seed", "snapshot", "source")
    }
    tables = (_table(node, manifest, nodes) for node in nodes.values())
    return {
        table.unique_id: table
        for table in sorted(tables, key=lambda table: (LAYERS.index(table.layer), table.subject, table.name))
    }


def _table(node: dict[str, Any], manifest: dict[str, Any], nodes: dict[str, Any]) -> Table:
    config = node["config"]
    sort = config.get("sort") or ()
    layer, subject = _place(node)
    name = node["alias"] if node.get("version") is not None else node["name"]
    if layer == "landing":
        name = f"landing__{subject}__{name}"
    unique_id = node["unique_id"]
    return Table(
        unique_id=unique_id,
        name=name,
        kind=node["resource_type"],
        layer=layer,
        subject=subject,
        schema=node["schema"],
        identifier=node.get("alias") or node.get("identifier") or node["name"],
        path=node["original_file_path"],
        description=node["description"],
        columns=tuple(_column(column) for column in node["columns"].values()),
        materialized=config.get("materialized") or ("files" if layer == "landing" else "written by macros"),
        group=node.get("group") or config.get("group") or (node.get("meta") or {}).get("owner") or "",
        access=node.get("access") or "",
        meta=config.get("meta") or node.get("meta") or {},
        dist=config.get("dist") or "",
        sort=(sort,) if isinstance(sort, str) else tuple(sort),
        parents=tuple(sorted(parent for parent in manifest["parent_map"][unique_id] if parent in nodes)),
        children=tuple(sorted(child for child in manifest["child_map"][unique_id] if child in nodes)),
    )


def _place(node: dict[str, Any]) -> tuple[str, str]:
    """Return the layer, and the subject or source in it."""
    kind, folders = node["resource_type"], Path(node["path"]).parts
    if kind == "source" and "path" in (node.get("meta") or {}):
        return "landing", node["source_name"]
    if kind != "model":
        is_vault = node["schema"].endswith("vault")
        layers = {"source": "ops", "seed": "reference", "snapshot": "intermediate"}
        subjects = {"source": "control tables", "seed": "", "snapshot": "snapshots"}  # macros write the first
        return "vault" if is_vault else layers[kind], subjects[kind]
    layer, subject = folders[0], folders[1] if len(folders) > 2 else ""
    if layer == "marts":
        return ("core", "") if subject == "core" else ("marts", subject)
    if layer == "quarantine":
        return "ops", "quarantine"
    return (layer if layer in LAYERS else "ops"), subject


def _column(column: dict[str, Any]) -> Column:
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    return Column(
        name=column["name"],
        description=column["description"],
        data_type=column.get("data_type") or "",
        personal=str(meta.get("pii") or ""),
        encode=str(meta.get("encode") or ""),
    )


def _readers(manifest: dict[str, Any]) -> list[Reader]:
    readers = [
        Reader(
            unique_id=node["unique_id"],
            name=node["name"],
            kind=node["resource_type"],
            label=node.get("label") or node["name"],
            description=node["description"] or "",
            owner=(node.get("owner") or {}).get("name") or node.get("group") or "",
            tables=tuple(sorted(_tables_below(unique_id, manifest))),
        )
        for kind in ("exposures", "metrics")
        for unique_id, node in manifest[kind].items()
    ]
    return sorted(readers, key=lambda reader: (reader.kind, reader.name))


def _tables_below(unique_id: str, manifest: dict[str, Any]) -> set[str]:
    """Return the tables that a metric or exposure reads, through semantic models and other metrics."""
    found: set[str] = set()
    for parent in manifest["parent_map"].get(unique_id, ()):
        kind = parent.partition(".")[0]
        if kind in ("model", "seed", "snapshot"):
            found.add(parent)
        elif kind in ("metric", "semantic_model"):
            found |= _tables_below(parent, manifest)
    return found


def _tests(manifest: dict[str, Any]) -> list[DataTest]:
    tests = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        parents = node["depends_on"]["nodes"]
        generic = node.get("test_metadata") or {}
        table = node.get("attached_node") or (parents[0] if len(parents) == 1 else "")
        tests.append(
            DataTest(
                unique_id=node["unique_id"],
                alias=node.get("alias") or node["name"],
                short_name=_short_name(node, generic),
                kind=generic.get("name") or "own SQL",
                column=node.get("column_name") or "",
                severity=str(node["config"].get("severity") or "error").lower(),
                table=table,
                description=node.get("description") or "",
            )
        )
    return sorted(tests, key=lambda test: test.unique_id)


def _short_name(node: dict[str, Any], generic: dict[str, Any]) -> str:
    """Say what a test demands, without the name of its table."""
    if not generic:
        return str(node["name"]).replace("_", " ")
    arguments = generic.get("kwargs") or {}
    words = [str(generic["name"]).replace("_", " ")]
    if node.get("column_name"):
        words.append(str(node["column_name"]))
    if arguments.get("columns"):
        words.append(", ".join(arguments["columns"]))
    if generic["name"] == "relationships":
        words.append(f"in {str(arguments.get('to')).partition('(')[2].strip(')').strip(chr(39))}")
    return " ".join(words)
