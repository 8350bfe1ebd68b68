"""CREATE TABLE, with a column list or AS a query."""

import json
import re
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.columns import read_expression, read_key, read_type
from duckshift.redshift_local.commands.design import Design
from duckshift.redshift_local.commands.queries import default_expression, query_text
from duckshift.redshift_local.commands.tokens import Name, Reader, quote_name, quote_text, split_list
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting import rewrite_query
from duckshift.redshift_local.rewriting.types import column_definition

_START = re.compile(r"create\s+(local\s+)?(temp(orary)?\s+)?table\b", re.IGNORECASE)

_CONSTRAINTS = ("constraint", "primary", "unique", "foreign", "check", "like")
_MAX_COLUMNS = 1600


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Translate CREATE TABLE."""
    if not _START.match(statement):
        return None
    reader = Reader(statement)
    reader.want("create")
    reader.take("local")
    temporary = reader.take_any("temporary", "temp") is not None
    reader.want("table")
    if_not_exists = reader.take("if", "not", "exists")
    name = reader.new_name()
    temporary = temporary or name.relation.startswith("#")
    content = reader.inside() if reader.peek("(") else None
    design = Design()
    design.read(reader)
    if reader.take("as"):
        if if_not_exists:
            raise RedshiftError('syntax error at or near "as": CREATE TABLE AS takes no IF NOT EXISTS')
        if design.encode_auto is not None:
            raise RedshiftError('syntax error at or near "encode": CREATE TABLE AS takes no ENCODE')
        return await _create_as(name, temporary, content, design, reader.rest(), backend)
    reader.finish()
    if content is None:
        raise RedshiftError("syntax error at end of input: a table needs at least one column")
    return await _create(name, temporary, if_not_exists, content, design, backend)


def _head(name: Name, temporary: bool) -> str:
    if temporary and name.schema is not None and not name.schema.startswith("pg_temp"):
        raise RedshiftError("cannot create temporary relation in non-temporary schema", "42P16")
    return f"create {'temporary ' if temporary else ''}table {name.sql}"


class _Columns:
    """The parts of a column list."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.lines: list[str] = []
        self.keys: list[dict[str, Any]] = []
        self.parent: Name | None = None

    async def add(self, item: str, backend: Backend) -> None:
        """Read one item of the list."""
        reader = Reader(item)
        if any(reader.peek(word) for word in _CONSTRAINTS) and not reader.tokens[0].text.startswith('"'):
            if reader.take("like"):
                self._like(reader)
            else:
                self.keys.append(read_key(reader))
        else:
            await self._column(reader, backend)
        reader.finish()

    def _like(self, reader: Reader) -> None:
        self.parent = reader.name()
        including = "including defaults" if reader.take("including", "defaults") else ""
        reader.take("excluding", "defaults")
        self.lines.append(f"like {self.parent.sql} {including}")

    async def _column(self, reader: Reader, backend: Backend) -> None:
        name = reader.new_identifier()
        type_text = read_type(reader)
        default = identity = None
        not_null = False
        while not reader.done:
            if reader.take("default"):
                default = await default_expression(read_expression(reader), backend)
            elif reader.take("generated", "by", "default", "as", "identity"):
                identity = _identity("by default", reader)
            elif reader.take("identity"):
                identity = _identity("always", reader)
            elif reader.take("not", "null"):
                not_null = True
            elif not reader.take("null") and not self._read_design(name, reader):
                self.keys.append(read_key(reader, column=name))
        line = column_definition(name, type_text, not_null=not_null or bool(identity), default=default)
        self.lines.append(f"{line} {identity}" if identity else line)

    def _read_design(self, name: str, reader: Reader) -> bool:
        """Read what a column says of encoding, distribution, order and collation."""
        if reader.take("encode"):
            self.design.encodings[name] = reader.word()
            if self.design.encodings[name] == "auto":
                raise RedshiftError("ENCODE AUTO is set for a table, not for a column")
        elif reader.take("distkey"):
            self.design.set_distkey(name)
        elif reader.take("sortkey"):
            self.design.set_sort_column(name)
        elif reader.take("collate"):
            if reader.word() != "case_sensitive":
                raise LocalLimit("COLLATE CASE_INSENSITIVE")
        else:
            return False
        return True


def _identity(kind: str, reader: Reader) -> str:
    reader.want("(")
    seed = reader.integer()
    reader.want(",")
    step = reader.integer()
    reader.want(")")
    # PostgreSQL's own bounds are 1 upwards and -1 downwards.
    bounds = f"minvalue {min(seed, 1)}" if step > 0 else f"maxvalue {max(seed, -1)}"
    return f"generated {kind} as identity (start with {seed} increment by {step} {bounds})"


async def _create(
    name: Name, temporary: bool, if_not_exists: bool, content: str, design: Design, backend: Backend
) -> Translation:
    columns = _Columns(design)
    stated = not design.is_empty
    for item in split_list(content):
        await columns.add(item, backend)
    if columns.parent is not None and stated:
        raise RedshiftError(
            "CREATE TABLE LIKE inherits distribution style, sort key and backup; they cannot be set with it"
        )
    if len(columns.lines) > _MAX_COLUMNS:
        raise RedshiftError("tables can have at most 1600 columns", "54011")
    ddl = f"{_head(name, temporary)} ({', '.join(columns.lines)})"
    arguments = (
        quote_text(name.sql),
        str(if_not_exists).lower(),
        quote_text(ddl),
        quote_text(design.json()),
        quote_text(json.dumps(columns.keys)),
        quote_text(columns.parent.sql) if columns.parent else "null",
    )
    return perform(f"rs_catalog.create_table({', '.join(arguments)})", "CREATE TABLE")


async def _create_as(
    name: Name, temporary: bool, content: str | None, design: Design, rest: str, backend: Backend
) -> Translation:
    written = query_text(rest)
    names = f" ({', '.join(quote_name(c) for c in Reader(f'({content})').new_names())})" if content else ""
    query = await rewrite_query(written, backend)
    source = _scanned_table(written) if content is None else None
    arguments = (
        quote_text(name.sql),
        quote_text(_head(name, temporary) + names),
        quote_text(query),
        quote_text(design.json()),
        quote_text(source.sql) if source else "null",
    )
    return perform(f"rs_catalog.create_table_as({', '.join(arguments)})", "SELECT")


def _scanned_table(query: str) -> Name | None:
    """Return the only table of a query that scans it and does nothing else.

    Under such a plan a new table keeps the design of its source ("CTAS usage notes").
    """
    try:
        tree = parse_one(query, read="redshift")
    except SqlglotError:
        return None
    if not isinstance(tree, exp.Select) or any(
        tree.args.get(part)
        for part in ("joins", "group", "order", "limit", "distinct", "having", "with_", "qualify")
    ):
        return None
    if tree.find(exp.AggFunc, exp.Window, exp.Subquery):
        return None
    source = tree.args.get("from_") or tree.args.get("from")
    if source is None or not isinstance(source.this, exp.Table):
        return None
    return Name(source.this.db.lower() or None, source.this.name.lower())
