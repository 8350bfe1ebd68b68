"""ALTER TABLE of local tables and of views."""

import json
import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.columns import read_expression, read_key, read_type
from duckshift.redshift_local.commands.design import check_sort_columns
from duckshift.redshift_local.commands.queries import default_expression
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_name, quote_text
from duckshift.redshift_local.commands.transactions import refuse_in_transaction
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting.types import column_definition, parse_type

_START = re.compile(r"alter\s+(table|view)\b", re.IGNORECASE)


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Translate ALTER TABLE."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("alter")
    reader.next()
    name = reader.target()
    if reader.take("rename"):
        calls = [_rename(name, reader)]
    elif reader.take("owner", "to"):
        owner = reader.identifier()
        reader.finish()
        return Translation(f"alter table {name.sql} owner to {quote_name(owner)}", "ALTER TABLE")
    elif reader.take("append"):
        raise LocalLimit("ALTER TABLE APPEND; write INSERT INTO ... SELECT and TRUNCATE")
    elif reader.take("row"):
        raise LocalLimit("row-level security")
    elif reader.take("add"):
        calls = [await _add(name, reader, backend)]
    elif reader.take("drop"):
        calls = [_drop(name, reader)]
    else:
        calls = await _alter(name, reader, backend)
    reader.finish()
    own = f"rs_catalog.refuse_own({name.oid_or_null})"
    return perform("; perform ".join([own, *calls, "rs_catalog.bind_views(true)"]), "ALTER TABLE")


def _rename(name: Name, reader: Reader) -> str:
    if reader.take("column"):
        column = reader.identifier()
        reader.want("to")
        return _call("rename_column", name, quote_text(column), quote_text(reader.new_identifier()))
    reader.want("to")
    return _call("rename_relation", name, quote_text(reader.new_name().relation))


def _call(function: str, name: Name, *arguments: str) -> str:
    return f"rs_catalog.{function}({', '.join((name.regclass, *arguments))})"


async def _add(name: Name, reader: Reader, backend: Backend) -> str:
    if any(reader.peek(word) for word in ("constraint", "primary", "unique", "foreign")):
        key = read_key(reader)
        referenced = f"{quote_text(key['referenced'])}::pg_catalog.regclass" if key["kind"] == "f" else "null"
        return _call(
            "add_constraint",
            name,
            quote_text(key["kind"]),
            quote_text(key["name"]) if key["name"] else "null",
            quote_text(json.dumps(key["columns"])),
            referenced,
            quote_text(json.dumps(key["referenced_columns"])) if key.get("referenced_columns") else "null",
        )
    reader.take("column")
    column = reader.new_identifier()
    type_text = read_type(reader)
    default = None
    encoding = "null"
    not_null = False
    while not reader.done:
        if reader.take("default"):
            default = await default_expression(read_expression(reader), backend)
        elif reader.take("encode"):
            encoding = quote_text(reader.word())
        elif reader.take("not", "null"):
            not_null = True
        elif reader.take("null") or reader.take("collate", "case_sensitive"):
            pass
        elif reader.peek(","):
            raise RedshiftError('syntax error at or near ",": ALTER TABLE adds one column at a time')
        else:
            raise RedshiftError(f"ALTER TABLE ADD COLUMN does not take {reader.next().text.upper()}", "0A000")
    if not_null and default in (None, "null", "NULL"):
        raise RedshiftError(
            "ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression", "42601"
        )
    definition = column_definition(column, type_text, not_null=not_null, default=default)
    return _call("add_column", name, quote_text(column), quote_text(definition), encoding)


def _drop(name: Name, reader: Reader) -> str:
    if reader.take("constraint"):
        constraint = reader.identifier()
        behavior = reader.take_any("cascade", "restrict") or "restrict"
        return _call("drop_constraint", name, quote_text(constraint), quote_text(behavior))
    reader.take("column")
    column = reader.identifier()
    behavior = reader.take_any("cascade", "restrict") or "restrict"
    return _call("drop_column", name, quote_text(column), quote_text(behavior))


async def _alter(name: Name, reader: Reader, backend: Backend) -> list[str]:
    """Read the ALTER clauses; Redshift combines encodings, and a distribution with a sort key."""
    calls: list[str] = []
    kinds: list[str] = []
    encoded: set[str] = set()
    while True:
        reader.want("alter")
        if reader.take("column"):
            column = reader.identifier()
            if reader.take("type"):
                kinds.append("type")
                calls.append(await _alter_type(name, column, read_type(reader), backend))
            else:
                reader.want("encode")
                if column in encoded:
                    raise RedshiftError(f'cannot alter the encoding of column "{column}" more than once')
                encoded.add(column)
                kinds.append("encode")
                calls.append(_call("alter_encode", name, quote_text(column), quote_text(reader.word())))
        elif reader.take("encode", "auto"):
            kinds.append("encode auto")
            calls.append(_call("alter_encode_auto", name))
        elif reader.take("distkey"):
            kinds.append("dist")
            calls.append(_call("alter_diststyle", name, "'key'", quote_text(reader.identifier())))
        elif reader.take("diststyle"):
            kinds.append("dist")
            calls.append(_diststyle(name, reader))
        else:
            kinds.append("sort")
            calls.append(_sortkey(name, reader))
        if not reader.take(","):
            break
    allowed = set(kinds) == {"encode"} or sorted(kinds) == ["dist", "sort"] or len(kinds) == 1
    if not allowed:
        raise RedshiftError(f"ALTER TABLE cannot combine these clauses: {', '.join(kinds)}", "0A000")
    await refuse_in_transaction(f"ALTER TABLE ALTER {_CLAUSES[kinds[0]]}", backend)
    return calls


_CLAUSES = {
    "type": "COLUMN",
    "encode": "COLUMN ENCODE",
    "encode auto": "ENCODE AUTO",
    "dist": "DISTSTYLE",
    "sort": "SORTKEY",
}


def _diststyle(name: Name, reader: Reader) -> str:
    style = reader.take_any("all", "even", "auto", "key")
    if style is None:
        reader.fail()
    column = "null"
    if style == "key":
        reader.want("distkey")
        column = quote_text(reader.names()[0] if reader.peek("(") else reader.identifier())
    return _call("alter_diststyle", name, quote_text(style), column)


def _sortkey(name: Name, reader: Reader) -> str:
    if reader.take("interleaved"):
        raise RedshiftError("ALTER TABLE cannot make a sort key INTERLEAVED", "0A000")
    reader.take("compound")
    reader.want("sortkey")
    if (style := reader.take_any("auto", "none")) is not None:
        return _call("alter_sortkey", name, quote_text(style), "'[]'")
    columns = reader.names()
    check_sort_columns("compound", columns)
    return _call("alter_sortkey", name, "'compound'", quote_text(json.dumps(columns)))


async def _alter_type(name: Name, column: str, type_text: str, _: Backend) -> str:
    new = parse_type(type_text)
    if new.name not in ("character varying", "varbyte"):
        raise RedshiftError(
            f'cannot alter column "{column}" to type {new}: only the size of VARCHAR can change', "0A000"
        )
    return _call("alter_column_type", name, quote_text(column), quote_text(new.postgres), str(new.size))
