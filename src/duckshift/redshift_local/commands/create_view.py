"""CREATE VIEW, bound and late-binding."""

import re

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands import external
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.queries import query_text
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_name, quote_text
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import rewrite_query

_START = re.compile(r"create\s+(or\s+replace\s+)?view\b", re.IGNORECASE)
_LATE = re.compile(r"\bwith\s+no\s+schema\s+binding\s*;?\s*$", re.IGNORECASE)


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Translate CREATE VIEW."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("create")
    or_replace = reader.take("or", "replace")
    reader.want("view")
    name = reader.new_name()
    columns = reader.new_names() if reader.peek("(") else []
    reader.want("as")
    rest = reader.rest()
    late = _LATE.search(rest)
    written = query_text(rest[: late.start()] if late else rest)
    tables = tables_of(written)
    if not late:
        for table in tables:
            if await external.is_external(table.text, backend):
                raise RedshiftError(
                    f"external table {table.text} cannot be read by a bound view: "
                    "create the view WITH NO SCHEMA BINDING",
                    "0A000",
                )
    refers_to = f"array[{', '.join(quote_text(table.sql) for table in tables)}]::text[]"
    query = await rewrite_query(written, backend)
    if columns:
        query = f"select * from ({query}) as q ({', '.join(map(quote_name, columns))})"
    if late:
        for table in tables:
            if table.schema is None and not table.relation.startswith("#"):
                raise RedshiftError(
                    f"relation {table.relation} needs a schema: all relations of a view WITH NO SCHEMA"
                    " BINDING "
                    "must be qualified by their schema",
                    "42P01",
                )
        arguments = (
            quote_text(name.sql),
            quote_text(f"create view {name.text} as {written} with no schema binding"),
            quote_text(query),
            refers_to,
            str(or_replace).lower(),
        )
        return perform(f"rs_catalog.create_late_binding_view({', '.join(arguments)})", "CREATE VIEW")
    arguments = (
        quote_text(name.sql),
        quote_text(written),
        quote_text(query),
        refers_to,
        str(or_replace).lower(),
    )
    return perform(f"rs_catalog.create_view({', '.join(arguments)})", "CREATE VIEW")


def tables_of(query: str) -> list[Name]:
    """Return the relations that a query reads, without the names that it defines itself."""
    try:
        tree = parse_one(query, read="redshift")
    except SqlglotError:
        return []
    defined = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    found = {
        Name(table.db.lower() or None, table.name.lower()): None
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier) and (table.db or table.name.lower() not in defined)
    }
    return list(found)
