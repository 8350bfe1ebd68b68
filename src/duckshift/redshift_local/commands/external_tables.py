"""External schemas and tables: CREATE, ALTER and DROP."""

import json
import re
from typing import Any

from duckshift.redshift_local import names
from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.columns import read_type
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_text, split_list
from duckshift.redshift_local.commands.transactions import refuse_in_transaction
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.loading.options import CopyOptions
from duckshift.redshift_local.loading.values import Column, ValueProblemError, converter
from duckshift.redshift_local.rewriting.types import RedshiftType, parse_type

# "CREATE EXTERNAL TABLE", data types.
_TYPES = (
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "character",
    "character varying",
    "date",
    "timestamp without time zone",
)
_SHOWN = {
    "character varying": "varchar",
    "character": "char",
    "numeric": "decimal",
    "integer": "int",
    "double precision": "double",
    "timestamp without time zone": "timestamp",
}
_PROPERTIES = (
    "numrows",
    "skip.header.line.count",
    "serialization.null.format",
    "compression_type",
    "classification",
)
_MAX_PARTITIONS = 100


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Translate the commands for external schemas and tables."""
    if re.match(r"create\s+external\s+schema\b", statement, re.IGNORECASE):
        return _create_schema(statement)
    if re.match(r"create\s+external\s+table\b", statement, re.IGNORECASE):
        return await _create_table(statement, backend)
    if re.match(r"alter\s+table\b", statement, re.IGNORECASE):
        return await _alter(statement, backend)
    if re.match(r"drop\s+table\b", statement, re.IGNORECASE):
        return await _drop(statement, backend)
    return None


def _create_schema(statement: str) -> Translation:
    reader = Reader(statement)
    reader.want("create", "external", "schema")
    if_not_exists = reader.take("if", "not", "exists")
    name = reader.identifier()
    names.check_schema(name)
    reader.want("from")
    source = reader.word()
    if source != "data":
        raise LocalLimit(f"external schemas from {source.upper()}; write FROM DATA CATALOG")
    reader.want("catalog", "database")
    database = reader.text()
    region = None
    while not reader.done:
        if reader.take("region"):
            region = reader.text()
        elif reader.take("iam_role") or reader.take("catalog_role"):
            if not reader.take("default"):
                reader.text()
        else:
            reader.want("create", "external", "database", "if", "not", "exists")
    options = json.dumps({"REGION": region} if region else {})
    arguments = (quote_text(name), quote_text(database), quote_text(options), str(if_not_exists).lower())
    return perform(f"rs_catalog.create_external_schema({', '.join(arguments)})", "CREATE SCHEMA")


async def _create_table(statement: str, backend: Backend) -> Translation:
    reader = Reader(statement)
    reader.want("create", "external", "table")
    name = _external_name(reader)
    if not reader.peek("("):
        raise LocalLimit("CREATE EXTERNAL TABLE AS; write UNLOAD, and CREATE EXTERNAL TABLE with columns")
    columns = [_column(item) for item in split_list(reader.inside())]
    partitions: list[dict[str, str]] = []
    options: dict[str, str] = {}
    if reader.take("partitioned", "by"):
        partitions = [_column(item) for item in split_list(reader.inside())]
    if reader.take("row", "format"):
        _row_format(reader, options)
    reader.want("stored", "as")
    stored = reader.word()
    formats = {"parquet": "parquet", "textfile": "text"}
    if stored not in formats:
        raise LocalLimit(f"external tables STORED AS {stored.upper()}")
    reader.want("location")
    location = reader.text()
    if reader.take("table", "properties"):
        options |= _properties(reader)
    if reader.take("as"):
        raise LocalLimit("CREATE EXTERNAL TABLE AS; write UNLOAD, and CREATE EXTERNAL TABLE with columns")
    reader.finish()
    if not location.startswith("s3://"):
        raise RedshiftError(f"invalid LOCATION: {location}")
    _check_names([column["name"] for column in (*columns, *partitions)])
    await refuse_in_transaction("CREATE EXTERNAL TABLE", backend)
    arguments = (
        quote_text(name.schema or ""),
        quote_text(name.relation),
        quote_text(location),
        quote_text(formats[stored]),
        quote_text(json.dumps([*columns, *partitions])),
        str(len(partitions)),
        quote_text(json.dumps(options)),
    )
    return perform(f"rs_catalog.create_external_table({', '.join(arguments)})", "CREATE EXTERNAL TABLE")


def _check_names(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")
        if name in ("$path", "$size"):
            raise RedshiftError(f'column name "{name}" is reserved for a pseudocolumn', "42939")


def _external_name(reader: Reader) -> Name:
    name = reader.target()
    if name.schema is None:
        raise RedshiftError(
            f'external table "{name.relation}" must be qualified by an external schema', "42P01"
        )
    return name


def _column(item: str) -> dict[str, str]:
    reader = Reader(item)
    name = reader.new_identifier()
    if reader.peek("struct") or reader.peek("array") or reader.peek("map"):
        raise LocalLimit(f"external columns of type {reader.word().upper()}")
    kind = parse_type(read_type(reader))
    if not reader.done:
        raise RedshiftError(
            f"column {name} of an external table takes no {reader.next().text.upper()}", "0A000"
        )
    if kind.name not in _TYPES:
        raise RedshiftError(f'data type "{kind}" is not supported for external tables', "0A000")
    return {"name": name, "type": _shown(kind), "postgres": kind.postgres}


def _shown(kind: RedshiftType) -> str:
    return str(kind).replace(kind.name, _SHOWN.get(kind.name, kind.name), 1)


def _row_format(reader: Reader, options: dict[str, str]) -> None:
    if reader.take("delimited"):
        while True:
            if reader.take("fields", "terminated", "by"):
                options["field.delim"] = reader.text()
            elif reader.take("lines", "terminated", "by"):
                if reader.text() != "\n":
                    raise LocalLimit("LINES TERMINATED BY other than a line feed")
            else:
                return
    reader.want("serde")
    serde = reader.text().rpartition(".")[2].lower()
    if serde == "opencsvserde":
        options |= {"serde": "csv", "field.delim": ","}
    elif serde not in ("lazysimpleserde", "parquethiveserde"):
        raise LocalLimit(f"external tables with SERDE {serde}")
    if reader.take("with", "serdeproperties"):
        _serde_properties(reader, options)


def _serde_properties(reader: Reader, options: dict[str, str]) -> None:
    for name, value in _pairs(reader).items():
        if name in ("field.delim", "separatorchar"):
            options["field.delim"] = value
        elif (name, value) not in (("quotechar", '"'), ("serialization.format", "1")):
            raise LocalLimit(f"SERDEPROPERTIES '{name}'='{value}'")


def _pairs(reader: Reader) -> dict[str, str]:
    reader.want("(")
    found: dict[str, str] = {}
    while True:
        name = reader.text().lower()
        reader.want("=")
        found[name] = reader.text()
        if not reader.take(","):
            break
    reader.want(")")
    return found


def _properties(reader: Reader) -> dict[str, str]:
    found = _pairs(reader)
    for name in found:
        if name not in _PROPERTIES:
            raise LocalLimit(f"TABLE PROPERTIES '{name}'")
    return found


async def _definition(name: Name, backend: Backend) -> tuple[list[dict[str, str]], int]:
    rows = await backend.rows(
        "select columns, partition_columns from rs_catalog.external_tables"
        f" where schema_name = {quote_text(name.schema or '')} and table_name = {quote_text(name.relation)}"
    )
    columns: list[dict[str, str]] = json.loads(rows[0][0] or "[]")
    return columns, int(rows[0][1] or 0)


async def _alter(statement: str, backend: Backend) -> Translation | None:
    reader = Reader(statement)
    reader.want("alter", "table")
    name = reader.name()
    if not await _is_external_table(name, backend):
        return None
    columns, count = await _definition(name, backend)
    partition_columns = columns[len(columns) - count :]
    calls: list[str]
    if reader.peek("add", "partition") or reader.peek("add", "if"):
        calls = _add_partitions(name, reader, partition_columns)
    elif reader.take("drop", "partition"):
        calls = [_call("drop_partition", name, _values(reader, partition_columns))]
    elif reader.take("partition"):
        values = _values(reader, partition_columns)
        reader.want("set", "location")
        calls = [_call("set_partition_location", name, values, quote_text(reader.text()))]
    elif reader.take("set", "location"):
        calls = [_call("alter_external_table", name, "null", quote_text(reader.text()), "null")]
    elif reader.take("set", "table", "properties"):
        properties = quote_text(json.dumps(_properties(reader)))
        calls = [_call("alter_external_table", name, "null", "null", properties)]
    elif reader.take("set"):
        raise LocalLimit(f"ALTER TABLE SET {reader.rest()} of an external table")
    elif reader.take("rename"):
        raise RedshiftError("ALTER TABLE RENAME is not supported for external tables", "0A000")
    else:
        calls = [
            _call("alter_external_table", name, _changed_columns(reader, columns, count), "null", "null")
        ]
    reader.finish()
    await refuse_in_transaction("ALTER EXTERNAL TABLE", backend)
    return perform("; perform ".join(calls), "ALTER TABLE")


def _call(function: str, name: Name, *arguments: str) -> str:
    first = (quote_text(name.schema or ""), quote_text(name.relation))
    return f"rs_catalog.{function}({', '.join((*first, *arguments))})"


def _add_partitions(name: Name, reader: Reader, partition_columns: list[dict[str, str]]) -> list[str]:
    reader.want("add")
    if_not_exists = str(reader.take("if", "not", "exists")).lower()
    calls = []
    while reader.take("partition"):
        values = _values(reader, partition_columns)
        reader.want("location")
        calls.append(_call("add_partition", name, values, quote_text(reader.text()), if_not_exists))
        reader.take(",")
    if not calls:
        reader.fail()
    if len(calls) > _MAX_PARTITIONS:
        raise RedshiftError(f"ALTER TABLE adds at most {_MAX_PARTITIONS} partitions at a time", "54000")
    return calls


def _values(reader: Reader, partition_columns: list[dict[str, str]]) -> str:
    """Read (column = value, ...) and return the values in the order of the partition columns, as JSON."""
    if not partition_columns:
        raise RedshiftError("the external table is not partitioned", "42809")
    given: dict[str, str] = {}
    reader.want("(")
    while True:
        column = reader.identifier()
        reader.want("=")
        sign = "-" if reader.take("-") else ""
        token = reader.tokens[reader.at] if not reader.done else reader.next()
        given[column] = reader.text() if token.kind in ("string", "dollar") else sign + reader.next().text
        if not reader.take(","):
            break
    reader.want(")")
    names = [column["name"] for column in partition_columns]
    if sorted(given) != sorted(names):
        raise RedshiftError(f"PARTITION must name the partition columns: {', '.join(names)}", "42703")
    return quote_text(json.dumps([_checked(given[column["name"]], column) for column in partition_columns]))


def _checked(value: str, column: dict[str, str]) -> str:
    kind = parse_type(column["type"])
    try:
        convert = converter(
            Column(column["name"], kind, True, False), CopyOptions(date_format="auto", time_format="auto")
        )
        found: Any = convert(value)
    except ValueProblemError as problem:
        raise RedshiftError(
            f"invalid value of partition column {column['name']}: {problem.reason}", "22023"
        ) from problem
    return str(found if found is not None else value)


def _changed_columns(reader: Reader, columns: list[dict[str, str]], count: int) -> str:
    plain, partitions = columns[: len(columns) - count], columns[len(columns) - count :]
    if reader.take("add"):
        reader.take("column")
        added = _column(reader.rest())
        if added["name"] in [column["name"] for column in columns]:
            raise RedshiftError(f'column "{added["name"]}" already exists', "42701")
        plain.append(added)
    elif reader.take("drop"):
        reader.take("column")
        dropped = reader.identifier()
        reader.take_any("cascade", "restrict")
        if dropped in [column["name"] for column in partitions]:
            raise RedshiftError(f'cannot drop partition column "{dropped}"', "0A000")
        if dropped not in [column["name"] for column in plain]:
            raise RedshiftError(f'column "{dropped}" does not exist', "42703")
        plain = [column for column in plain if column["name"] != dropped]
    else:
        raise LocalLimit(f"ALTER TABLE {reader.rest()} of an external table")
    return quote_text(json.dumps([*plain, *partitions]))


async def _drop(statement: str, backend: Backend) -> Translation | None:
    reader = Reader(statement)
    reader.want("drop", "table")
    reader.take("if", "exists")
    name = reader.name()
    if not await _is_external_table(name, backend):
        return None
    reader.take_any("cascade", "restrict")
    if not reader.done:
        raise LocalLimit("DROP TABLE of several tables, external ones among them")
    await refuse_in_transaction("DROP EXTERNAL TABLE", backend)
    return perform(_call("drop_external_table", name), "DROP TABLE")


async def _is_external_table(name: Name, backend: Backend) -> bool:
    if name.schema is None:
        return False
    rows = await backend.rows(
        "select 1 from rs_catalog.external_tables"
        f" where schema_name = {quote_text(name.schema)} and table_name = {quote_text(name.relation)}"
    )
    return bool(rows)
