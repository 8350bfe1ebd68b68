"""The relations that a statement names: their columns, catalog views, files of external tables."""

import re
from typing import Final

from sqlglot import exp

from duckshift.redshift_local import names
from duckshift.redshift_local.backend import Backend
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import catalog_queries
from duckshift.redshift_local.rewriting.nodes import name_node
from duckshift.redshift_local.rewriting.scopes import Column, Columns
from duckshift.redshift_local.rewriting.types import VARBYTE, VARCHAR, RedshiftType, parse_type

_CATALOG_NAMES: Final = """
    select relname from pg_catalog.pg_class
    where relnamespace = 'rs_catalog'::regnamespace and relkind in ('v', 'r')
    union all
    select proname from pg_catalog.pg_proc where pronamespace = 'rs_catalog'::regnamespace
"""

_catalog_names: frozenset[str] = frozenset()


def tables_of(tree: exp.Expr) -> list[exp.Table]:
    """Return the relations that a statement names, without its WITH queries."""
    defined: set[str] = set()
    tables: list[exp.Table] = []
    for node in tree.find_all(exp.CTE, exp.Table):
        if isinstance(node, exp.Table):
            tables.append(node)
        else:
            defined.add(node.alias.lower())
    return [
        table
        for table in tables
        if table.args.get("db") or (table.name and table.name.lower() not in defined)
    ]


async def catalog_names(backend: Backend) -> frozenset[str]:
    """Return the relations and functions of the schema rs_catalog."""
    global _catalog_names  # noqa: PLW0603 - they are the same for every session of a server
    if not _catalog_names:
        _catalog_names = frozenset(row[0] or "" for row in await backend.rows(_CATALOG_NAMES))
    return _catalog_names


async def redirect(tables: list[exp.Table], backend: Backend) -> None:
    """Let system views that are read together with tables of users be those of rs_catalog."""
    known = await catalog_names(backend)
    for table in tables:
        if catalog_queries.is_leader_table(table):
            raise RedshiftError(
                f"{table.sql(dialect='redshift')} is on the leader node only: "
                "it cannot be read together with tables",
                "0A000",
            )
        target = catalog_queries.redirected(table.db.lower() or "pg_catalog", table.name.lower(), known)
        if target is not None:
            _replace(table, "rs_catalog", target)


async def columns_by_name(tables: list[exp.Table], backend: Backend) -> dict[tuple[str | None, str], Columns]:
    """Return the columns of relations by schema and name; external tables are filled and renamed before."""
    await _fill_external(tables, backend)
    found: dict[tuple[str | None, str], Columns] = {}
    for table in tables:
        if isinstance(table.this, exp.Identifier):
            schema = names.stored(table.db.lower()) if table.db else None
            found.setdefault((schema, names.stored(table.name.lower())), [])
    if not found:
        return {}
    wanted = ", ".join(_literal(_quoted(*key)) for key in found)
    rows = await backend.rows(
        "select w.place, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)"
        f" from pg_catalog.unnest(array[{wanted}]::text[]) with ordinality as w (name, place)"
        " join pg_catalog.pg_attribute a on a.attrelid = pg_catalog.to_regclass(w.name)"
        " where a.attnum > 0 and not a.attisdropped order by w.place, a.attnum"
    )
    keys = list(found)
    for place, column, type_text in rows:
        known = _redshift_type(type_text or "")
        is_sized = known is None or known.size is not None or not (known.is_text or known.is_decimal)
        found[keys[int(place or 1) - 1]].append(Column(column or "", known, is_sized))
    return {key: columns for key, columns in found.items() if columns}


async def _fill_external(tables: list[exp.Table], backend: Backend) -> None:
    from duckshift.redshift_local.commands import external  # noqa: PLC0415 - commands rewrite queries

    for table in tables:
        if not table.db or not isinstance(table.this, exp.Identifier):
            continue
        name = _quoted(table.db.lower(), table.name.lower())
        if await external.is_external(name, backend):
            filled = await external.materialise(name, backend)
            schema, _, relation = filled.rpartition(".")
            _replace(table, schema.strip('"'), relation.strip('"'))


def _replace(table: exp.Table, schema: str, name: str) -> None:
    """Let a table of a query be another one, under the name that it has in the query."""
    if table.args.get("alias") is None:
        table.set("alias", exp.TableAlias(this=name_node(table.name.lower())))
    table.set("this", name_node(name))
    table.set("db", name_node(schema) if schema else None)
    table.set("catalog", None)


def _redshift_type(text: str) -> RedshiftType | None:
    """Return the Redshift type of a column of PostgreSQL."""
    name = re.sub(r"^rs_functions\.|\"", "", text)
    if name == "bytea":
        return VARBYTE
    if name == "numeric":
        return RedshiftType("numeric")
    if name in ("character varying", "text", "name"):
        return VARCHAR
    try:
        return parse_type(name)
    except RedshiftError:
        return None


def _quoted(schema: str | None, name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return f'"{schema}".{quoted}' if schema else quoted


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
