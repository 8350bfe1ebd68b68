"""The warehouse's own code, called without dbt: the landing plugin and the SQL that reads landing files.

`duckshift check-landing` must judge exactly as the warehouse will. It therefore has no rules of its own for
files and records: it calls `plugins/landing.py` and renders the macros of the folders below for DuckDB.
"""

import importlib.util
import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from jinja2 import Environment

from duckshift.contract import Column, Entity
from duckshift.errors import UserError
from duckshift.settings import project_root

MACRO_FOLDERS = ("dialect", "portable", "ingest")
MACRO_NAME = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(")

LandedFile = dict[str, Any]
"""A file as the macros take it: {"file": path below the landing root, "columns": what the plugin found}."""


@lru_cache(maxsize=1)
def landing_plugin() -> ModuleType:
    """Return the module `plugins/landing.py`, which lists and probes landing files."""
    path = project_root() / "plugins" / "landing.py"
    spec = importlib.util.spec_from_file_location("duckshift_landing_plugin", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UserError("plugins/landing.py is missing: restore it, the warehouse reads files with it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entity_mapping(entity: Entity) -> dict[str, Any]:
    """Return an entity as the macro `landing_entities` gives it to the plugin and to other macros."""

    def names(columns: tuple[Column, ...]) -> list[str]:
        return [column.name for column in columns]

    return {
        "source_name": entity.source,
        "entity_name": entity.name,
        "path": entity.path,
        "file_format": entity.file_format,
        "delivery": entity.delivery,
        "needs_manifest": entity.needs_manifest,
        "key": list(entity.key),
        "fields": [
            {"name": item.name, "data_type": item.data_type, "required": item.is_required, "pii": item.pii}
            for item in entity.columns
        ],
        "columns": names(entity.columns),
        "required": [item.name for item in entity.columns if item.is_required],
        "change_columns": names(entity.change_columns),
    }


def record_sql(root: Path, entity: Entity, files: list[LandedFile]) -> str:
    """Return the query with which the warehouse reads these files, without load metadata.

    It yields one row per record: the entity's columns, `_extra`, `_status` (loaded or rejected), `_reason`,
    `_raw`, `_file` (below the root) and `_line`.
    """
    macros = _macros_for(root)
    name = "landed_parquet_records" if entity.file_format == "parquet" else "landed_text_records"
    return str(macros[name](entity_mapping(entity), files))


def line_sql(root: Path, files: list[LandedFile]) -> str:
    """Return the query with which the warehouse splits text: _file, _line, raw and is_readable per line."""
    return str(_macros_for(root)["read_lines"](files))


class _Returned(Exception):
    """Carries the value with which a macro ends: dbt's `return`."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _return(value: Any = None) -> NoReturn:
    raise _Returned(value)


def _raise(message: str) -> NoReturn:
    raise UserError(message)


def _catching(macro: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except _Returned as returned:
            return returned.value

    return called


def _no_file_records(_entity: Any, _files: Any, value_types: dict[str, str]) -> str:
    return f"select {', '.join(['null'] * (len(value_types) + 6))} where false"


def _without_load_metadata(_columns: Any, records: str) -> str:
    return f"select * from {records}"


def _macros_for(root: Path) -> dict[str, Any]:
    macros = _macros(project_root())
    macros["landing_root"] = lambda: str(root)
    return macros


@lru_cache(maxsize=1)
def _macros(project: Path) -> dict[str, Any]:
    """Load the project's macros so that they call each other as under dbt with DuckDB."""
    macros: dict[str, Any] = {}

    def later(name: str) -> Callable[..., Any]:
        # A macro may call one of a later file, so a name is looked up when it is called.
        def called(*args: Any, **kwargs: Any) -> Any:
            return macros[name](*args, **kwargs)

        return called

    texts = [
        path.read_text(encoding="utf-8")
        for folder in MACRO_FOLDERS
        for path in sorted((project / "macros" / folder).glob("**/*.sql"))
    ]
    by_name = {name: later(name) for name in MACRO_NAME.findall("".join(texts))}
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals.update(by_name)
    environment.globals.update(
        {
            "return": _return,
            "execute": True,
            "tojson": json.dumps,
            "fromjson": json.loads,
            "modules": SimpleNamespace(re=re),
            "exceptions": SimpleNamespace(raise_compiler_error=_raise),
            "adapter": SimpleNamespace(dispatch=lambda name, *_: macros[f"duckdb__{name}"]),
            "duckshift": SimpleNamespace(**by_name),
            "dbt": SimpleNamespace(
                string_literal=lambda text: f"'{text}'",
                escape_single_quotes=lambda text: text.replace("'", "''"),
            ),
        }
    )
    for text in texts:
        module = environment.from_string(text).module
        macros.update({name: _catching(macro) for name, macro in vars(module).items() if callable(macro)})
    # Both read tables of a warehouse that has been built: one record per file, and when it was loaded.
    macros.update(file_records=_no_file_records, with_load_metadata=_without_load_metadata)
    return macros
