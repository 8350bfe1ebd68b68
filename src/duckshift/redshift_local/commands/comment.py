"""COMMENT ON."""

import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_name, quote_text

_START = re.compile(r"comment\s+on\s+(table|view|column|schema)\b", re.IGNORECASE)


async def handle(statement: str, _: Backend) -> Translation | None:
    """Translate COMMENT ON a table, view, column or schema."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("comment", "on")
    kind = reader.word()
    parts = [reader.identifier()]
    while reader.take("."):
        parts.append(reader.identifier())
    reader.want("is")
    text = "null" if reader.take("null") else quote_text(reader.text())
    reader.finish()
    if kind == "view":
        # A materialized view is a view there, and not one in PostgreSQL.
        name = Name(parts[-2] if len(parts) > 1 else None, parts[-1])
        return perform(f"rs_catalog.comment_on_view({quote_text(name.sql)}, {text})", "COMMENT")
    kept = {"schema": 1, "table": 2, "column": 3}[kind]
    return Translation(f"comment on {kind} {'.'.join(map(quote_name, parts[-kept:]))} is {text}", "COMMENT")
