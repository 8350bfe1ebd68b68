"""Queries on the catalog, which the leader node answers: passed on, apart from the schemas of its views.

The views of Redshift's catalog are in schema rs_catalog: those of information_schema as
information_schema_<name>, all others by their own names.
"""

import re
from collections.abc import Iterable
from typing import Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

_SYSTEM_SCHEMAS: Final = ("pg_catalog", "information_schema")
_SYSTEM_NAME: Final = re.compile(r"^(pg|svv|stv|stl|svl|svcs|sys)_\w+$")
_LEADER_NAME: Final = re.compile(r"^pg_(?!table_def$|class_info$)\w+$")
_CATALOG_WORD: Final = re.compile(
    r"\b(pg_\w+|information_schema|svv_\w+|stv_\w+|stl_\w+|svl_\w+|sys_\w+)\b", re.I
)


def is_catalog_table(table: exp.Table) -> bool:
    """Whether a table of a query belongs to the catalog."""
    schema = table.db.lower()
    if not isinstance(table.this, exp.Identifier):
        return schema in _SYSTEM_SCHEMAS or _SYSTEM_NAME.match(table.name.lower()) is not None
    return schema in _SYSTEM_SCHEMAS or (not schema and _SYSTEM_NAME.match(table.name.lower()) is not None)


def is_leader_table(table: exp.Table) -> bool:
    """Whether only the leader node knows a table, so that it cannot be read together with tables of users."""
    return table.db.lower() == "information_schema" or _LEADER_NAME.match(table.name.lower()) is not None


def looks_like_catalog_query(sql: str) -> bool:
    """Whether a text that no parser reads may be one of them."""
    return _CATALOG_WORD.search(sql) is not None


def redirected(schema: str, name: str, known: Iterable[str]) -> str | None:
    """Return the name in rs_catalog that stands for a relation or function of a system schema, if any."""
    wanted = f"information_schema_{name}" if schema == "information_schema" else name
    return wanted if wanted in known else None


def pass_on(sql: str, tokens: list[Token], known: Iterable[str]) -> str:
    """Return the text of a catalog query with `pg_catalog.x` and `information_schema.x` redirected."""
    names = frozenset(known)
    parts: list[str] = []
    done = 0
    for place, token in enumerate(tokens[:-2]):
        schema = token.text.lower()
        dot, name = tokens[place + 1], tokens[place + 2]
        if schema not in _SYSTEM_SCHEMAS or dot.token_type != TokenType.DOT:
            continue
        target = redirected(schema, name.text.lower(), names)
        if target is not None:
            # A database before the schema goes, too.
            start = token.start
            if place >= 2 and tokens[place - 1].token_type == TokenType.DOT:
                start = tokens[place - 2].start
            parts += [sql[done:start], f'rs_catalog."{target}"']
            done = name.end + 1
    return "".join([*parts, sql[done:]])
