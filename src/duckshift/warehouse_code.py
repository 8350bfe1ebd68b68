"""The warehouse's own code, called without dbt: the landing plugin and the SQL that reads landing files.

`duckshift check-landing` and `duckshift intake` must judge exactly as the warehouse does. They therefore have
no rules of their own for files and records: they call `plugins/landing.py` and render the macros of the
folders below for DuckDB.
"""

import importlib.util
import json
import os
import re
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import duckdb
from jinja2 import Environment

from duckshift.contract import Column, Entity, landing_contract
from duckshift.errors import UserError
from duckshift.landing_places import NAME_THE_ROOT
from duckshift.settings import project_root

MACRO_FOLDERS = ("dialect", "portable", "ingest", "ops")
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


def give_unzipping(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection read compressed files, as the warehouse's own do by the landing plugin."""
    connection.create_function("landing_unzipped", landing_plugin().landing_unzipped)


def landing_files(root: Path) -> list[dict[str, Any]]:
    """Return the files below a landing root as the warehouse lists them: file, bytes, modified_at.

    Raises UserError if the root cannot be read or holds no file: nothing was judged then.
    """
    listing = json.loads(landing_plugin().landing_listing(str(root)))
    problem = listing.get("error") or ("" if listing["files"] else "holds no landing files")
    if problem:
        raise UserError(f"landing root {root} {problem}: {NAME_THE_ROOT}")
    return list(listing["files"])


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
        "compression": entity.compression,
        "needs_manifest": entity.needs_manifest,
        "key": list(entity.key),
        "fields": [
            {"name": item.name, "data_type": item.data_type, "required": item.is_required, "pii": item.pii}
            for item in entity.columns
        ],
        "columns": names(entity.columns),
        "required": [item.name for item in entity.columns if item.is_required],
        "change_columns": names(entity.change_columns),
        "change_types": {item.name: item.data_type for item in entity.change_columns},
    }


def record_sql(root: Path, entity: Entity, files: list[LandedFile]) -> str:
    """Return the query with which the warehouse reads these files, without load metadata.

    It yields one row per record: the entity's columns, `_extra`, `_status` (loaded or rejected), `_reason`,
    `_raw`, `_file` (below the root) and `_line`.
    """
    macros = _macros_for(root)
    name = "landed_parquet_records" if entity.file_format == "parquet" else "landed_text_records"
    return str(macros[name](entity_mapping(entity), files))


def line_sql(root: Path, entity: Entity, files: list[LandedFile]) -> str:
    """Return the query with which the warehouse splits text; the macro read_lines says what it yields."""
    return str(_macros_for(root)["read_lines"](entity_mapping(entity), files))


def intake_columns(entity: Entity) -> list[dict[str, str]]:
    """Return name and data_type of each column that `duckshift intake` writes for an entity, in order."""
    return list(_macros_for()["intake_columns"](entity_mapping(entity)))


def iam_role() -> str:
    """Return the clause of COPY that names the role, from DUCKSHIFT_REDSHIFT_IAM_ROLE."""
    return str(_macros_for()["iam_role"]()).strip()


def control_table_definitions(schema_of: Callable[[str], str]) -> list[str]:
    """Return the statements that create the control tables; `schema_of` gives the schema of a layer."""
    relation = partial(_control_relation, schema_of)
    definitions = str(_macros_for(control_relation=relation)["control_table_definitions"]())
    return [statement.strip() for statement in definitions.split(";") if statement.strip()]


def refresh_landed_objects(
    connection: duckdb.DuckDBPyConnection, root: Path, before_probing: Callable[[], None]
) -> None:
    """Bring ops.landed_objects of a database up to date with the landing files, as a build on DuckDB does.

    The functions of the landing plugin must be there. `before_probing` is called when the temporary table
    landing_news names the files that will be opened. Raises UserError if the root cannot be read.
    """

    def statement(name: str, *, caller: Callable[[], str], **_: Any) -> str:
        if name == "probe_news":
            before_probing()
        connection.execute(caller())
        return ""

    def scalar(query: str) -> Any:
        row = connection.execute(query).fetchone()
        return row[0] if row else None

    entities = sorted(map(entity_mapping, landing_contract().values()), key=lambda item: str(item["path"]))
    macros = _macros_for(
        root,
        statement=statement,
        scalar=scalar,
        control_relation=partial(_control_relation, str),
        landing_entities=lambda: entities,
    )
    macros["refresh_landed_objects"]()


def _control_relation(schema_of: Callable[[str], str], name: str, layer: str = "ops") -> str:
    return f'"{schema_of(layer)}"."{name}"'


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


def _macros_for(root: Path | None = None, **replaced: Callable[..., Any]) -> dict[str, Any]:
    macros = _macros(project_root())
    macros.update(replaced)
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
            "statement": later("statement"),
            "env_var": os.environ.get,
            "return": _return,
            "execute": True,
            "tojson": json.dumps,
            "fromjson": json.loads,
            "modules": SimpleNamespace(re=re),
            "exceptions": SimpleNamespace(raise_compiler_error=_raise),
            "adapter": SimpleNamespace(
                dispatch=lambda name, *_: macros[f"duckdb__{name}"], commit=lambda: None
            ),
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
