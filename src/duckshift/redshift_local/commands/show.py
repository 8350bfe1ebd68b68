"""SHOW: what schemas, tables, columns and privileges there are."""

import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_text

_START = re.compile(
    r"show\s+(databases|schemas|tables|columns|grants|table|external\s+table|view|constraints)\b",
    re.IGNORECASE,
)


async def handle(statement: str, _: Backend) -> Translation | None:
    """Translate the SHOW commands that answer with rows of the catalog."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("show")
    kind = reader.word()
    if kind == "databases":
        call = "select pg_catalog.current_database()::text as database_name"
    elif kind == "schemas":
        reader.want("from", "database")
        database = reader.identifier()
        call = f"select * from rs_catalog.show_schemas({quote_text(database)}, {_pattern(reader)})"
    elif kind == "tables":
        reader.want("from", "schema")
        call = (
            f"select * from rs_catalog.show_tables({quote_text(reader.name().relation)}, {_pattern(reader)})"
        )
    elif kind == "columns":
        reader.want("from", "table")
        call = (
            f"select * from rs_catalog.show_columns({_schema_and_table(reader.name())}, {_pattern(reader)})"
        )
    elif kind == "grants":
        reader.want("on")
        reader.take("table")
        call = f"select * from rs_catalog.show_grants({_schema_and_table(reader.name())})"
    elif kind == "constraints":
        call = _constraints(reader)
    elif kind == "external":
        reader.want("table")
        call = f"select * from rs_catalog.show_external_table({_schema_and_table(reader.name())})"
    else:
        call = f"select * from rs_catalog.show_{kind}({reader.name().regclass})"
    if reader.take("limit"):
        call += f" limit {reader.integer()}"
    reader.finish()
    return Translation(call, "SHOW")


def _pattern(reader: Reader) -> str:
    return quote_text(reader.text()) if reader.take("like") else "null"


def _schema_and_table(name: Name) -> str:
    return f"{quote_text(name.schema or 'public')}, {quote_text(name.relation)}"


def _constraints(reader: Reader) -> str:
    kind = "p" if reader.take("primary", "keys") else "f" if reader.take("foreign", "keys") else reader.fail()
    exported = reader.take("exported")
    reader.want("from", "table")
    return (
        f"select * from rs_catalog.show_{'primary' if kind == 'p' else 'foreign'}_keys("
        f"{reader.name().regclass}{', ' + str(exported).lower() if kind == 'f' else ''})"
    )
