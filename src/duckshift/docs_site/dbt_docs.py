"""dbt's own docs as one file, as `dbt docs generate --static` makes it, with links into the other pages.

Left out is what no page of it shows or what is of this machine: paths, times, compiled tests, unit tests.
Changed is what keeps it from opening in two seconds, or from being read by everybody.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from duckshift.docs_site.artifacts import REMEDY, Project
from duckshift.docs_site.packing import as_text, packed, unpacker
from duckshift.errors import UserError

PLACEHOLDERS = {"manifest": '"MANIFEST.JSON INLINE DATA"', "catalog": '"CATALOG.JSON INLINE DATA"'}

DROPPED = {
    "build_path",
    "checksum",
    "compiled_path",
    "created_at",
    "doc_blocks",
    "extra_ctes",
    "extra_ctes_injected",
    "relation_name",
    "root_path",
    "unrendered_config",
}
OF_TESTS = {
    "column_name",
    "columns",
    "depends_on",
    "description",
    "fqn",
    "language",
    "name",
    "original_file_path",
    "package_name",
    "raw_code",
    "refs",
    "resource_type",
    "tags",
    "test_metadata",
    "unique_id",
}
OF_COLUMNS = {"constraints", "data_type", "description", "meta", "name", "tags"}
OF_CONFIGS = {"contract", "materialized"}
UNIT_TEST = "unit_test."
OWN_MACROS = "macro.duckshift."
DARKER = {"#8b969e": "#5b656c", "#0bb": "#007878"}
"""Its grey and its green are too pale to be read by everybody."""
REPLACED = {
    # An expression of Angular in this attribute is loaded as an address before Angular has seen it.
    '<use xlink:href="{{ getIcon': '<use ng-attr-xlink:href="{{ getIcon',
    # Its menu makes all lines of all folders, 14,000 elements; so only those of folders that are open.
    '<ul ng-if="item.items">': '<ul ng-if="item.items && item.active">',
    # Its graph draws everything before somebody asks for it, where nobody sees it.
    "A.graph.elements=r.flatten(r.values(A.graph.pristine.nodes).concat(r.values(A.graph.pristine.edges))),"
    "p(t.nodes())": "A.graph.elements=[]",
    # It copies all that is known of all nodes to add what the catalog says.
    "})),s(i,o)),l=a.nodes": "})),s(i,o,{clone:!1})),l=a.nodes",
}
"""What is changed in its templates and scripts."""
TIMES = {"generated_at", "invocation_id", "invocation_started_at", "run_started_at", "user_id"}

BACK = """<a id="duckshift-back" href="../index.html" style="position:fixed;{style};z-index:9999;font:600 13px
system-ui,sans-serif;padding:5px 12px;border-radius:99px;background:#1d4f91;color:#fff;text-decoration:none"
>&#8592; Duckshift docs</a>"""


def write_dbt_docs(project: Project, folder: Path, file: Path, private: tuple[str, ...]) -> None:
    """Write dbt's docs from the artifacts in a folder, without the paths that are `private`."""
    template = folder / "index.html"
    if not template.is_file():
        raise UserError(f"no index.html in {folder}: {REMEDY}")
    page = template.read_text(encoding="utf-8")
    if missing := [text for text in (*PLACEHOLDERS.values(), *REPLACED) if text not in page]:
        raise UserError(f"{template} is not the page of dbt docs 1.11, it lacks {missing[0]}: {REMEDY}")
    for before, after in REPLACED.items():
        page = page.replace(before, after)
    for name, content in (("manifest", _manifest(project)), ("catalog", _catalog(project))):
        text = as_text(content)
        for path in private:
            text = text.replace(path, "...")
        page = page.replace(PLACEHOLDERS[name], packed(text))
    for pale, dark in DARKER.items():
        page = re.sub(rf"{pale}\b", dark, page, flags=re.IGNORECASE)
    # Its icon is an address that its own build has not filled in.
    page = re.sub(r"<link[^>]*\$\{require[^>]*>", "", page)
    head, tag, rest = page.partition("<head>")
    write_page(file, head + tag + unpacker() + rest, style="left:12px;bottom:12px")


def write_page(file: Path, page: str, style: str) -> None:
    """Write the page of another tool, with a way back and without barriers."""
    head, body, rest = page.partition("<body")
    tag, end, inside = rest.partition(">")
    file.parent.mkdir(parents=True, exist_ok=True)
    mend = (files("duckshift.docs_site") / "vendor" / "mend.js").read_text(encoding="utf-8")
    own = f"{BACK.format(style=style)}<script>\n{mend}</script>"
    file.write_text(head + body + tag + end + own + inside, encoding="utf-8")


def _manifest(project: Project) -> dict[str, Any]:
    manifest = {name: part for name, part in project.manifest.items() if name != "disabled"}
    manifest["metadata"] = {name: value for name, value in manifest["metadata"].items() if name not in TIMES}
    # No page shows them, and its graph would have them beside tables.
    manifest["unit_tests"] = {}
    for part in ("parent_map", "child_map"):
        manifest[part] = {
            unique_id: [other for other in others if not other.startswith(UNIT_TEST)]
            for unique_id, others in manifest[part].items()
            if not unique_id.startswith(UNIT_TEST)
        }
    for part in ("nodes", "sources", "macros", "exposures", "metrics", "semantic_models"):
        manifest[part] = {unique_id: _node(node, project) for unique_id, node in manifest[part].items()}
    # Those of dbt and its adapters are not this project's to explain.
    manifest["macros"] = {
        unique_id: macro
        for unique_id, macro in manifest["macros"].items()
        if unique_id.startswith(OWN_MACROS)
    }
    return manifest


def _node(node: dict[str, Any], project: Project) -> dict[str, Any]:
    kept = {name: value for name, value in node.items() if name not in DROPPED}
    if node.get("resource_type") == "test":
        kept = _only(OF_TESTS, kept)
    if "config" in kept:
        kept["config"] = _only(OF_CONFIGS, kept["config"])
    if isinstance(kept.get("columns"), dict):
        kept["columns"] = {name: _only(OF_COLUMNS, column) for name, column in kept["columns"].items()}
    if kept.get("depends_on", {}).get("macros"):
        own = [name for name in kept["depends_on"]["macros"] if name.startswith(OWN_MACROS)]
        kept["depends_on"] = kept["depends_on"] | {"macros": own}
    table = project.tables.get(node.get("unique_id", ""))
    if table:
        links = (
            f"[Where its columns come from, how it lies, who may read it, its tests](../{table.page})"
            f" · [lineage of its columns](../lineage.html#{table.name})"
        )
        kept["description"] = f"{node['description']}\n\n{links}"
    return kept


def _only(names: set[str], item: dict[str, Any]) -> dict[str, Any]:
    """Return what has one of the names and a value."""
    return {name: value for name, value in item.items() if name in names and value not in (None, [], {})}


def _catalog(project: Project) -> dict[str, Any]:
    catalog = dict(project.catalog)
    catalog["metadata"] = {name: value for name, value in catalog["metadata"].items() if name not in TIMES}
    return catalog
