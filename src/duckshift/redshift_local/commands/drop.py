"""DROP TABLE, VIEW, MATERIALIZED VIEW and SCHEMA."""

import re

from duckshift.redshift_local import names
from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.tokens import Reader, quote_name, quote_text

_START = re.compile(r"drop\s+(table|view|materialized\s+view|schema)\b", re.IGNORECASE)


async def handle(statement: str, _: Backend) -> Translation | None:
    """Translate DROP of relations and schemas."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("drop")
    kind = "materialized view" if reader.take("materialized", "view") else reader.word()
    if_exists = reader.take("if", "exists")
    found = [reader.target()]
    while reader.take(","):
        found.append(reader.target())
    drops_database = kind == "schema" and reader.take("drop", "external", "database")
    behavior = reader.take_any("cascade", "restrict") or "restrict"
    reader.finish()
    if kind == "schema":
        for name in found:
            names.check_schema(name.relation)
        calls = [
            "rs_catalog.drop_schema("
            f"{quote_text(name.relation)}, {str(if_exists).lower()}, {quote_text(behavior)},"
            f" {str(drops_database).lower()})"
            for name in found
        ]
    else:
        calls = [
            "rs_catalog.drop_relation("
            f"{quote_text(kind)}, {quote_text(name.sql)}, {str(if_exists).lower()}, {quote_text(behavior)})"
            for name in found
        ]
    return perform("; perform ".join([*calls, "rs_catalog.bind_views()"]), f"DROP {kind.upper()}")


async def create_schema(statement: str, _: Backend) -> Translation | None:
    """Translate CREATE SCHEMA; a database before the name and a quota mean nothing here."""
    if not re.match(r"create\s+schema\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("create", "schema")
    exists = "if not exists " if reader.take("if", "not", "exists") else ""
    name = reader.name().relation
    names.check_schema(name)
    owner = f" authorization {quote_name(reader.identifier())}" if reader.take("authorization") else ""
    if reader.take("quota") and not reader.take("unlimited"):
        reader.integer()
        reader.take_any("mb", "gb", "tb")
    reader.finish()
    return Translation(f"create schema {exists}{quote_name(name)}{owner}", "CREATE SCHEMA")
