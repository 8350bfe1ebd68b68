"""From the text of a statement to PostgreSQL's: parse once, look up the relations, rewrite, write."""

import itertools
from typing import Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from duckshift.redshift_local.backend import Backend
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting import catalog_queries, relations
from duckshift.redshift_local.rewriting.changes import ChangeRewriter
from duckshift.redshift_local.rewriting.dialect import generate, parse_tokens, tokenize
from duckshift.redshift_local.rewriting.refusals import refuse
from duckshift.redshift_local.rewriting.scopes import Columns

# A comma before these is one too many; sqlglot lets it pass.
_AFTER_LIST: Final = (
    TokenType.FROM,
    TokenType.WHERE,
    TokenType.GROUP_BY,
    TokenType.ORDER_BY,
    TokenType.HAVING,
    TokenType.R_PAREN,
)
_BEFORE_TABLE: Final = (TokenType.FROM, TokenType.JOIN)

# What rows of parameters and plain literals are made of.
_PLAIN: Final = (
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.PARAMETER,
    TokenType.NUMBER,
    TokenType.NULL,
    TokenType.TRUE,
    TokenType.FALSE,
    TokenType.DASH,
)
_MANY_TOKENS: Final = 40


async def rewrite_query(sql: str, backend: Backend, *, sized: bool = True) -> str:
    """Translate a query, such as that of a view or of CREATE TABLE AS.

    With `sized`, decimals and texts come out with the precision, scale and length that Redshift gives them.
    """
    tokens = tokenize(sql)
    tree = _parse(tokens, sql)
    if not isinstance(tree, exp.Query):
        raise RedshiftError("syntax error: a query is expected here")
    return await _rewritten(tree, tokens, sql, backend, sized=sized, is_stored=True)


async def rewrite_statement(sql: str, backend: Backend) -> str:
    """Translate SELECT, INSERT, UPDATE, DELETE or MERGE of a client."""
    tokens = tokenize(sql)
    rows = _plain_rows(tokens)
    if rows:
        return _insert_of_rows(sql, rows)
    try:
        tree = _parse(tokens, sql)
    except RedshiftError:
        if catalog_queries.looks_like_catalog_query(sql):
            return catalog_queries.pass_on(sql, tokens, await relations.catalog_names(backend))
        raise
    return await _rewritten(tree, tokens, sql, backend, sized=True, is_stored=False)


async def _rewritten(
    tree: exp.Expr, tokens: list[Token], sql: str, backend: Backend, *, sized: bool, is_stored: bool
) -> str:
    tables = relations.tables_of(tree)
    of_catalog = [table for table in tables if catalog_queries.is_catalog_table(table)]
    of_users = [table for table in tables if not catalog_queries.is_catalog_table(table)]
    is_query = isinstance(tree, exp.Query)
    if is_query and of_catalog and not of_users:
        return catalog_queries.pass_on(sql, tokens, await relations.catalog_names(backend))
    if of_catalog:
        await relations.redirect(of_catalog, backend)
    rewriter = ChangeRewriter(
        await relations.columns_by_name(of_users, backend),
        is_leader_query=is_query and not of_users and not is_stored,
        reads_tables=bool(tables),
    )
    if is_query:
        columns = rewriter.query(tree, None, sized=sized)
        if not is_stored:
            _refuse_intervals(columns)
    else:
        rewriter.change(tree)
    return generate(tree)


def _refuse_intervals(columns: Columns | None) -> None:
    """Refuse what the driver misreads: it does not know PostgreSQL's type of intervals."""
    for column in columns or ():
        if column.type is not None and column.type.name.startswith("interval"):
            raise LocalLimit(f'column "{column.name}" that is sent to the client is an interval')


def _parse(tokens: list[Token], sql: str) -> exp.Expr:
    _check_tokens(tokens)
    return parse_tokens(tokens, sql)


def _check_tokens(tokens: list[Token]) -> None:
    """Refuse what the parser would silently take for something else."""
    if tokens and tokens[0].token_type == TokenType.FROM:
        refuse("FROM before SELECT")
    earlier: TokenType | None = None
    for before, token in itertools.pairwise(tokens):
        kind, last = token.token_type, before.token_type
        if last == TokenType.COMMA and kind in _AFTER_LIST:
            raise RedshiftError(f'syntax error at or near "{token.text}": a comma too many')
        if last == TokenType.L_PAREN and kind == TokenType.FROM:
            refuse("FROM before SELECT")
        if last in _BEFORE_TABLE and earlier != TokenType.DISTINCT and kind == TokenType.STRING:
            refuse("a file name in FROM")
        if earlier == TokenType.STAR and last == TokenType.EXCEPT and kind == TokenType.L_PAREN:
            refuse("a star with EXCEPT", "Redshift says EXCLUDE")
        if last == TokenType.NUMBER and token.start == before.end + 1 and kind == TokenType.VAR:
            raise RedshiftError(f'syntax error at or near "{before.text}{token.text}"')
        earlier = last


def _plain_rows(tokens: list[Token]) -> list[Token]:
    """Return the tokens of the rows of an INSERT of many parameters and numbers, such as dbt's seeds."""
    place = next((n for n, token in enumerate(tokens) if token.token_type == TokenType.VALUES), None)
    if place is None or tokens[0].token_type != TokenType.INSERT:
        return []
    rows = tokens[place + 1 :]
    return rows if len(rows) > _MANY_TOKENS and all(token.token_type in _PLAIN for token in rows) else []


def _insert_of_rows(sql: str, rows: list[Token]) -> str:
    """Translate such an INSERT without parsing its rows, of which there may be ten thousands."""
    head = f"{sql[: rows[0].start]} (null)"
    tree = _parse(tokenize(head), head)
    ChangeRewriter({}).change(tree)
    return generate(tree).removesuffix("(NULL)") + sql[rows[0].start : rows[-1].end + 1]
