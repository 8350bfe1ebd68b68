"""Fills the templates: one page per table, and the pages over all of them."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from duckshift.docs_site.artifacts import LAYER_TEXTS, LAYERS, Column, DataTest, Project, Reader, Table
from duckshift.docs_site.diagrams import Diagram, Relation
from duckshift.docs_site.lineage import Ends, Lineage
from duckshift.docs_site.warehouse import Measured
from duckshift.status import Status

FLOW = LAYERS[:6]
ASIDE = LAYERS[6:]

NAVIGATION = (
    ("index.html", "Start"),
    ("tables.html", "Tables"),
    ("lineage.html", "Lineage"),
    ("diagrams.html", "Diagrams"),
    ("physical.html", "Physical"),
    ("policy.html", "Policy"),
    ("quality.html", "Quality"),
    ("dbt/index.html", "dbt docs"),
)

UNKNOWN = "\N{EN DASH}"

DIMENSIONS = {
    "completeness": "nothing is missing that must be there",
    "uniqueness": "one row per key",
    "validity": "values are of their kind and range",
    "consistency": "what refers to each other agrees",
    "accuracy": "values agree with what they describe",
    "timeliness": "it arrives when it should",
}

PERSONAL = {
    "name": "name of a person",
    "email": "e-mail address",
    "phone": "telephone number",
    "address": "part of an address",
    "birth_date": "date of birth",
    "raw": "record as it came, which may hold any of these",
    "token": "token made from personal data",
    "secret": "secret that tokens are made with",
}


@dataclass(frozen=True)
class Site:
    """Everything that the pages are made of."""

    project: Project
    lineage: Lineage
    relations: list[Relation]
    diagrams: list[Diagram]
    measured: Measured
    status: Status

    @cached_property
    def children(self) -> dict[Ends, list[Ends]]:
        """The columns that are made of each column."""
        return self.lineage.children()

    @cached_property
    def tests_of(self) -> dict[str, list[DataTest]]:
        """The tests of each table."""
        found: dict[str, list[DataTest]] = {}
        for test in self.project.tests:
            found.setdefault(test.table, []).append(test)
        return found

    @cached_property
    def readers_of(self) -> dict[str, list[Reader]]:
        """Exposures and metrics that read each table."""
        found: dict[str, list[Reader]] = {}
        for reader in self.project.readers:
            for table in reader.tables:
                found.setdefault(table, []).append(reader)
        return found

    def policy(self, table: Table) -> dict[str, Any]:
        """Return classification, retention and owner; landing files are as bronze, which keeps them."""
        meta = dict(table.meta)
        if table.layer == "landing" and table.children:
            meta = dict(self.project.tables[table.children[0]].meta)
        if table.kind == "seed":
            meta = {"classification": "public", "owner": table.group}
        return {
            "classification": meta.get("classification", ""),
            "retention_days": meta.get("retention_days"),
            "owner": meta.get("owner") or table.group,
        }

    def personal(self, table: Table) -> list[Column]:
        """Return the columns of a table that hold something of a person."""
        return [column for column in table.columns if column.personal]

    def rows(self, table: Table) -> int | None:
        """Return how many rows a table has, None if it is not built."""
        physical = self.measured.physical.get(table.unique_id)
        return physical.rows if physical else None

    def outcome(self, test: DataTest) -> str:
        """Say how a test ended when it last ran."""
        outcome = self.measured.outcomes.get(test.alias)
        if outcome is None:
            table = self.project.tables.get(test.table)
            return "not kept" if table and table.kind == "seed" else "not run"
        if outcome.is_errored:
            return "error"
        if not outcome.failing_rows:
            return "passed"
        return "warned" if test.severity == "warn" else "failed"

    def failing_rows(self, test: DataTest) -> int:
        """Return how many rows failed when it last ran."""
        outcome = self.measured.outcomes.get(test.alias)
        return outcome.failing_rows if outcome else 0


def write_pages(site: Site, folder: Path) -> None:
    """Write all pages but those of other tools."""
    environment = _environment(site)
    for page, _ in NAVIGATION[:-1]:
        _write(environment, folder, page, page, site)
    for table in site.project.tables.values():
        _write(environment, folder, "table.html", table.page, site, table=table)
    (folder / "assets" / "search.js").write_text(_script("SEARCH", _search(site)), encoding="utf-8")
    (folder / "assets" / "lineage.js").write_text(_script("LINEAGE", _lineage(site)), encoding="utf-8")


def _write(
    environment: Environment, folder: Path, template: str, page: str, site: Site, table: Table | None = None
) -> None:
    file = folder / page
    file.parent.mkdir(parents=True, exist_ok=True)
    root = "../" * page.count("/")
    # The name of a table is a link wherever it is said, but on its own page.
    environment.filters["prose"] = _Prose(site.project, root, table)
    text = environment.get_template(template).render(page=page, root=root, site=site, table=table)
    file.write_text(text, encoding="utf-8")


def _environment(site: Site) -> Environment:
    environment = Environment(
        loader=PackageLoader("duckshift.docs_site"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals |= {
        "navigation": NAVIGATION,
        "flow": FLOW,
        "aside": ASIDE,
        "layer_texts": LAYER_TEXTS,
        "dimensions": DIMENSIONS,
        "personal_kinds": PERSONAL,
        "project": site.project,
        "bus": _bus(site),
        "scores": _scores(site),
        "test_counts": _test_counts(site),
        "ended": sum(_test_counts(site).values(), Counter()),
        "outcomes": ("passed", "warned", "failed", "error", "not run", "not kept"),
        "total": lambda tables: sum(site.rows(table) or 0 for table in tables),
    }
    environment.filters |= {
        "number": _number,
        "size": _size,
        "percent": _percent,
        "moment": _moment,
        "words": lambda text: str(text).replace("_", " "),
        "prose": str,
    }
    return environment


class _Prose:
    """Turns a description into HTML: names of tables become links, words in backticks code."""

    def __init__(self, project: Project, root: str, here: Table | None) -> None:
        self.project, self.root, self.here = project, root, here

    def __call__(self, text: str) -> Markup:
        paragraphs = [self._line(part) for part in re.split(r"\n\s*\n", text.strip())]
        return Markup("").join(Markup("<p>{}</p>").format(part) for part in paragraphs)

    def _line(self, text: str) -> Markup:
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
        parts = re.split(r"(`[^`]+`|\b[a-z]+(?:_+[a-z0-9]+)+\b)", text)
        return Markup("").join(self._part(part) for part in parts)

    def _part(self, part: str) -> Markup:
        name = part.strip("`")
        table = self.project.by_name.get(name)
        if table and table != self.here:
            return Markup('<a href="{}{}">{}</a>').format(self.root, table.page, name)
        if part.startswith("`"):
            return Markup("<code>{}</code>").format(name)
        return escape(part)


def _number(value: float | Decimal | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _size(value: int | None) -> str:
    if value is None:
        return UNKNOWN
    if value < 1024 * 1024:
        return f"{max(1, round(value / 1024)):,} kB" if value else "0 kB"
    return f"{value / 1024 / 1024:,.1f} MB"


def _percent(value: float | Decimal | None, digits: int = 2) -> str:
    """A score is 100 only if nothing failed."""
    if value is None:
        return UNKNOWN
    text = f"{value:.{digits}f}"
    if float(text) == 100 and value < 100:
        text = f"{100 - 10**-digits:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _moment(value: datetime | str | None) -> str:
    return f"{str(value)[:16]} UTC" if value else UNKNOWN


def _bus(site: Site) -> dict[str, Any]:
    """Which fact refers to which dimension, and by which columns."""
    tables = site.project.tables
    uses = {
        (item.child, item.parent): item.columns
        for item in site.relations
        if tables[item.child].name.startswith("fct_") and tables[item.parent].name.startswith("dim_")
    }
    counts = Counter(parent for _, parent in uses)
    return {
        "facts": [tables[fact] for fact in sorted({child for child, _ in uses})],
        "dimensions": sorted(
            (tables[parent] for parent in counts),
            key=lambda table: (-counts[table.unique_id], table.name),
        ),
        "uses": uses,
    }


def _scores(site: Site) -> dict[str, dict[str, Any]]:
    """Return checks and failures by dimension of quality, of what landed and of what was made of it."""
    found: dict[str, dict[str, Any]] = {}
    for dimension, _kind, _subject, checked, failed, _score, _limit, is_passed in site.measured.scores:
        part = found.setdefault(dimension, {"checked": 0, "failed": 0, "below": 0, "subjects": 0})
        part["checked"] += checked
        part["failed"] += failed
        part["below"] += not is_passed
        part["subjects"] += 1
    for part in found.values():
        part["score"] = 100 * (1 - part["failed"] / part["checked"]) if part["checked"] else None
    return dict(sorted(found.items()))


def _test_counts(site: Site) -> dict[str, Counter[str]]:
    """Return how tests ended, by kind."""
    found: dict[str, Counter[str]] = {}
    for test in site.project.tests:
        found.setdefault(test.kind, Counter())[site.outcome(test)] += 1
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def _script(name: str, content: Any) -> str:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    return f"window.{name} = {text};\n"


def _search(site: Site) -> list[list[Any]]:
    """Return [name, kind, text, page, columns] of everything that can be searched for."""
    found: list[list[Any]] = []
    for table in site.project.tables.values():
        found.append(
            [
                table.name,
                table.layer,
                _line(table.description),
                table.page,
                [[column.name, _line(column.description)] for column in table.columns],
            ]
        )
    for reader in site.project.readers:
        found.append([reader.name, reader.kind, _line(reader.description), reader.dbt_page, []])
    return found


def _line(text: str) -> str:
    return " ".join(text.split())


def _lineage(site: Site) -> dict[str, Any]:
    """Return tables, columns as pairs of a table's and a column's place, and the parents of each."""
    tables = list(site.project.tables.values())
    columns: list[Ends] = [(table.unique_id, column.name) for table in tables for column in table.columns]
    places = {(unique_id, name.lower()): place for place, (unique_id, name) in enumerate(columns)}
    parents: list[list[int]] = [[] for _ in columns]
    for (child, name), ends in site.lineage.edges.items():
        place = places.get((child, name.lower()))
        if place is not None:
            parents[place] = sorted(
                {places[end, column.lower()] for end, column in ends if (end, column.lower()) in places}
            )
    numbers = {table.unique_id: number for number, table in enumerate(tables)}
    return {
        "layers": list(LAYERS),
        "tables": [[table.name, LAYERS.index(table.layer), table.explorer_page] for table in tables],
        "columns": [[numbers[unique_id], name] for unique_id, name in columns],
        "parents": parents,
        "readers": [
            [
                reader.label,
                reader.kind,
                reader.owner,
                reader.dbt_page,
                [numbers[table] for table in reader.tables],
            ]
            for reader in site.project.readers
        ],
    }
