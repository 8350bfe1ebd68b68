"""Parts of column definitions, and the keys that tables declare."""

from typing import Any

from duckshift.redshift_local.commands.tokens import Reader
from duckshift.redshift_local.errors import RedshiftError

# Words that end the data type of a column.
_ATTRIBUTES = (
    "default",
    "identity",
    "generated",
    "encode",
    "distkey",
    "sortkey",
    "collate",
    "not",
    "null",
    "unique",
    "primary",
    "references",
    "constraint",
    "check",
    "masked",
)


def read_type(reader: Reader) -> str:
    """Read a data type: everything up to the next attribute of the column."""
    first = reader.at
    if reader.done:
        raise RedshiftError("syntax error at end of input: a column needs a data type")
    while not reader.done and not any(reader.peek(word) for word in (*_ATTRIBUTES, ",")):
        if reader.peek("("):
            reader.inside()
        else:
            reader.next()
    if reader.at == first:
        reader.fail()
    return reader.sql[reader.tokens[first].start : reader.tokens[reader.at - 1].end]


def read_expression(reader: Reader) -> str:
    """Read a default: at least one token, then everything up to the next attribute of the column."""
    first = reader.at
    while not reader.done and (
        reader.at == first or not any(reader.peek(word) for word in (*_ATTRIBUTES, ","))
    ):
        if reader.peek("("):
            reader.inside()
        else:
            reader.next()
    if reader.at == first:
        reader.fail()
    return reader.sql[reader.tokens[first].start : reader.tokens[reader.at - 1].end]


def read_key(reader: Reader, column: str | None = None) -> dict[str, Any]:
    """Read the declaration of a key, of a table or of one column."""
    name = reader.identifier() if reader.take("constraint") else None
    if reader.take("check"):
        raise RedshiftError("CHECK constraints are not supported", "0A000")
    if reader.take("primary", "key"):
        kind = "p"
    elif reader.take("unique"):
        kind = "u"
    elif (column is None and reader.take("foreign", "key")) or (
        column is not None and reader.peek("references")
    ):
        kind = "f"
    else:
        reader.fail()
    key: dict[str, Any] = {"kind": kind, "name": name, "columns": [column] if column else reader.names()}
    if kind == "f":
        reader.want("references")
        key["referenced"] = reader.name().sql
        key["referenced_columns"] = reader.names() if reader.peek("(") else None
    return key
