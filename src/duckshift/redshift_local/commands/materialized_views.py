"""CREATE, REFRESH and ALTER MATERIALIZED VIEW; DROP is with the other relations."""

import re

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands import external
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.create_view import tables_of
from duckshift.redshift_local.commands.design import Design
from duckshift.redshift_local.commands.queries import query_text
from duckshift.redshift_local.commands.tokens import Reader, quote_text
from duckshift.redshift_local.commands.transactions import refuse_in_transaction
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting import rewrite_query

# Only these aggregates are refreshed incrementally ("Limitations for incremental refresh").
_INCREMENTAL_AGGREGATES = (exp.Sum, exp.Count)

# Functions of time, chance and session; the documentation counts the date parts among them.
_NOT_INCREMENTAL = {
    "current_date",
    "current_time",
    "current_timestamp",
    "date_cmp_timestamptz",
    "getdate",
    "localtime",
    "now",
    "random",
    "sysdate",
    "timeofday",
    "to_timestamp",
    "current_user",
    "current_user_id",
    "current_schema",
    "user",
    "session_user",
    "pg_backend_pid",
    "version",
    "age",
}
_DATE_PARTS = {"date_part", "date_trunc", "extract", "timestamp_trunc", "ts_or_ds_to_date", "date"}
_MUTABLE = _NOT_INCREMENTAL - {"date_cmp_timestamptz", "to_timestamp", "age"}


# Redshift refreshes in the background when it has time. Here this command does, for tests and tools.
_RUN_AUTO_REFRESH = re.compile(r"call\s+redshift_local\.run_auto_refresh\s*\(\s*\)\s*;?\s*$", re.IGNORECASE)


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Translate the commands for materialized views."""
    if re.match(r"create\s+materialized\s+view\b", statement, re.IGNORECASE):
        return await _create(statement, backend)
    if re.match(r"refresh\s+materialized\s+view\b", statement, re.IGNORECASE):
        return await _refresh(statement, backend)
    if re.match(r"alter\s+materialized\s+view\b", statement, re.IGNORECASE):
        return _alter(statement)
    if _RUN_AUTO_REFRESH.match(statement):
        return Translation("select rs_catalog.run_auto_refresh() as refreshed", "CALL")
    return None


async def _create(statement: str, backend: Backend) -> Translation:
    reader = Reader(statement)
    reader.want("create", "materialized", "view")
    name = reader.new_name()
    design = Design()
    auto_refresh = False
    while not reader.peek("as"):
        before = reader.at
        design.read(reader, encode=False)
        if reader.take("auto", "refresh"):
            answer = reader.take_any("yes", "no")
            if answer is None:
                reader.fail()
            auto_refresh = answer == "yes"
        if reader.at == before:
            reader.fail()
    reader.want("as")
    written = query_text(reader.rest())
    tree = _parse(written)
    bases = tables_of(written)
    for base in bases:
        if await external.is_external(base.text, backend):
            if auto_refresh:
                raise RedshiftError(
                    "materialized views on external tables cannot have AUTO REFRESH YES", "0A000"
                )
            raise LocalLimit(f"a materialized view on external table {base.text}")
        if base.relation.startswith("#"):
            raise RedshiftError(
                "Creating materialized views referring to temporary tables is not supported", "0A000"
            )
    _refuse(tree, auto_refresh)
    reason = recompute_reason(tree)
    # Without a clause the rows of a materialized view are spread evenly.
    if design.diststyle is None:
        design.diststyle = "even"
    if design.sort_style is None:
        design.sort_style = "none"
    query = await rewrite_query(written, backend)
    arguments = (
        quote_text(name.sql),
        quote_text(statement.strip().rstrip(";")),
        quote_text(query),
        quote_text(design.json()),
        str(auto_refresh).lower(),
        quote_text(reason) if reason else "null",
        f"array[{', '.join(quote_text(base.sql) for base in bases)}]::text[]",
    )
    return perform(f"rs_catalog.create_materialized_view({', '.join(arguments)})", "CREATE MATERIALIZED VIEW")


def _parse(query: str) -> exp.Expr:
    try:
        return parse_one(query, read="redshift")
    except SqlglotError as error:
        raise RedshiftError(f"syntax error: {str(error).splitlines()[0]}") from error


def _refuse(tree: exp.Expr, auto_refresh: bool) -> None:
    """Refuse what a materialized view cannot be defined by."""
    for clause, text in ((exp.Order, "ORDER BY"), (exp.Limit, "LIMIT"), (exp.Offset, "OFFSET")):
        for found in tree.find_all(clause):
            if clause is exp.Order and isinstance(found.parent, exp.Window | exp.WithinGroup | exp.AggFunc):
                continue
            raise RedshiftError(f"materialized views cannot have the {text} clause", "0A000")
    if auto_refresh and (names := _functions(tree) & _MUTABLE):
        raise RedshiftError(
            f"AUTO REFRESH YES is not supported with mutable functions: {', '.join(sorted(names))}", "0A000"
        )


def _functions(tree: exp.Expr) -> set[str]:
    return {
        (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        for node in tree.find_all(exp.Func)
    }


def recompute_reason(tree: exp.Expr) -> str | None:
    """Return why Redshift computes a view anew at every refresh, or None if it refreshes incrementally.

    By "Limitations for incremental refresh" of REFRESH MATERIALIZED VIEW. Pages of the documentation differ
    on MIN, MAX and date functions; the stricter one is followed.
    """
    return next((reason for rule in _RULES if (reason := rule(tree)) is not None), None)


def _join_reason(tree: exp.Expr) -> str | None:
    sides = {(join.side or "").upper() for join in tree.find_all(exp.Join)}
    return "outer join" if sides & {"LEFT", "RIGHT", "FULL"} else None


def _clause_reason(tree: exp.Expr) -> str | None:
    if tree.find(exp.SetOperation):
        return "set operation"
    if tree.find(exp.Window):
        return "window function"
    return None


def _aggregate_reason(tree: exp.Expr) -> str | None:
    for aggregate in tree.find_all(exp.AggFunc):
        if not isinstance(aggregate, _INCREMENTAL_AGGREGATES):
            return f"aggregate {aggregate.sql_name().lower()}"
        if aggregate.find(exp.Distinct):
            return "distinct aggregate"
    if any(select.args.get("distinct") for select in tree.find_all(exp.Select)):
        return "select distinct"
    return None


def _function_reason(tree: exp.Expr) -> str | None:
    names = _functions(tree) & (_NOT_INCREMENTAL | _DATE_PARTS)
    return f"function {min(names)}" if names else None


def _subquery_reason(tree: exp.Expr) -> str | None:
    in_conditions = tree.find(exp.Exists) or any(found.args.get("query") for found in tree.find_all(exp.In))
    is_value = any(
        not isinstance(subquery.parent, exp.From | exp.Join) for subquery in tree.find_all(exp.Subquery)
    )
    return "subquery outside of the FROM clause" if in_conditions or is_value else None


_RULES = (_join_reason, _clause_reason, _aggregate_reason, _function_reason, _subquery_reason)


async def _refresh(statement: str, backend: Backend) -> Translation:
    reader = Reader(statement)
    reader.want("refresh", "materialized", "view")
    name = reader.name()
    behavior = reader.take_any("cascade", "restrict")
    reader.finish()
    if behavior == "cascade":
        await refuse_in_transaction("REFRESH MATERIALIZED VIEW CASCADE", backend)
    cascade = str(behavior == "cascade").lower()
    return perform(f"rs_catalog.refresh_materialized_view({name.regclass}, {cascade})", "REFRESH")


def _alter(statement: str) -> Translation:
    reader = Reader(statement)
    reader.want("alter", "materialized", "view")
    name = reader.target()
    if not reader.take("auto", "refresh"):
        raise LocalLimit("ALTER MATERIALIZED VIEW other than AUTO REFRESH")
    answer = reader.take_any("yes", "no")
    if answer is None:
        reader.fail()
    reader.finish()
    return perform(
        f"rs_catalog.alter_auto_refresh({name.regclass}, {str(answer == 'yes').lower()})",
        "ALTER MATERIALIZED VIEW",
    )
