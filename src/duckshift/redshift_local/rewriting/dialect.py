"""How SQL is read and written: Redshift's grammar without any knowledge of functions, and plain PostgreSQL.

sqlglot translates functions silently, and not always as Redshift means them. Here every call stays a name
with arguments; only the allow-list (functions.py) says what it becomes.
"""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError, TokenError, UnsupportedError
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.parsers.redshift import RedshiftParser
from sqlglot.tokenizer_core import Token, TokenType

from duckshift.redshift_local.errors import LocalLimit, RedshiftError

# Calls with a syntax of their own.
_FOREIGN_TYPES = frozenset(
    ["BLOB", "BYTEA", "DATETIME", "STRING", "MEDIUMTEXT", "LONGTEXT", "TINYTEXT", "LONGBLOB"]
)
_SPECIAL_CALLS = ("CAST", "TRY_CAST", "CONVERT", "EXTRACT", "SUBSTRING", "TRIM", "POSITION")


class _Parser(RedshiftParser):
    """Redshift's grammar, functions unknown."""

    # Looking for `from t, t.items` copies every query; queries.py sees them without.
    SUPPORTS_IMPLICIT_UNNEST = False

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: RedshiftParser.FUNCTION_PARSERS[name] for name in _SPECIAL_CALLS
    }
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "ANY": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["ANY"],
        "CASE": RedshiftParser.NO_PAREN_FUNCTION_PARSERS["CASE"],
        "APPROXIMATE": lambda self: exp.Anonymous(this="approximate", expressions=[self._parse_function()]),
    }


class ServerRedshift(Redshift):
    """Redshift's SQL as the server reads it."""

    Parser = _Parser

    class Tokenizer(Redshift.Tokenizer):
        """Redshift's words, without names of types that only other databases have."""

        KEYWORDS: ClassVar[dict[str, Any]] = {
            **{
                word: kind for word, kind in Redshift.Tokenizer.KEYWORDS.items() if word not in _FOREIGN_TYPES
            },
            "VALUES": TokenType.VALUES,
        }
        # `$1` is a bind parameter, also where `,$2` follows; only functions are quoted in dollars.
        HEREDOC_STRINGS: ClassVar[list[Any]] = []
        SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
            **Redshift.Tokenizer.SINGLE_TOKENS,
            "$": TokenType.PARAMETER,
        }


class _Generator(PostgresGenerator):
    """PostgreSQL's SQL, names of functions as they are."""

    # Every rewriting is done before; sqlglot's own would guess at types.
    TRANSFORMS: ClassVar[dict[Any, Any]] = {
        node: write
        for node, write in PostgresGenerator.TRANSFORMS.items()
        if node not in (exp.Select, exp.Merge, exp.Pivot)
    }


class ServerPostgres(Postgres):
    """PostgreSQL's SQL as the server writes it."""

    Generator = _Generator


_REDSHIFT = ServerRedshift()
_POSTGRES = ServerPostgres()


def tokenize(sql: str) -> list[Token]:
    """Split a statement into tokens; RedshiftError where that fails."""
    try:
        return _REDSHIFT.tokenize(sql)
    except TokenError as error:
        raise RedshiftError(f"syntax error: {_first_line(error)}") from error


def parse_tokens(tokens: list[Token], sql: str) -> exp.Expr:
    """Read one statement of Redshift's SQL; RedshiftError where it is none."""
    try:
        parser = _REDSHIFT.parser(error_level=ErrorLevel.IMMEDIATE)
        trees = [tree for tree in parser.parse(tokens, sql) if tree is not None]
    except ParseError as error:
        raise RedshiftError(f"syntax error: {_first_line(error)}") from error
    if len(trees) != 1:
        raise RedshiftError("syntax error: one statement expected")
    return trees[0]


def parse(sql: str) -> exp.Expr:
    """Read one statement from its text."""
    return parse_tokens(tokenize(sql), sql)


def generate(tree: exp.Expr) -> str:
    """Write a rewritten tree as PostgreSQL's SQL; LocalLimit where sqlglot cannot."""
    try:
        return _POSTGRES.generate(
            tree, copy=False, unsupported_level=ErrorLevel.RAISE, normalize_functions=False, comments=False
        )
    except UnsupportedError as error:
        raise LocalLimit(_first_line(error)) from error


def data_type(text: str) -> exp.DataType:
    """Return a node that is written as this PostgreSQL type."""
    return exp.DataType(this=exp.DType.USERDEFINED, kind=text)


def _first_line(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details and isinstance(details, list) and isinstance(details[0], dict):
        found = details[0]
        near = " ".join(f"{found.get('start_context', '')}{found.get('highlight', '')}".split())[-60:]
        return f'{found.get("description", error)} at or near "{near}" (line {found.get("line")})'
    return str(error).splitlines()[0]
