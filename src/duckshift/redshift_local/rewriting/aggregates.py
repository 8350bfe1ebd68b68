"""Aggregates: "Aggregate functions"."""

from collections.abc import Callable
from typing import NoReturn

from sqlglot import exp

from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting import decimals
from duckshift.redshift_local.rewriting.nodes import call, cast, null_if_zero, number, quotient, raw
from duckshift.redshift_local.rewriting.refusals import not_emulated
from duckshift.redshift_local.rewriting.rewriter import Rewriter, wants
from duckshift.redshift_local.rewriting.scopes import Scope
from duckshift.redshift_local.rewriting.types import (
    BIGINT,
    DOUBLE,
    MAX_PRECISION,
    MAX_SCALE,
    MAX_VARCHAR,
    RedshiftType,
)


def sum_(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite SUM."""
    wants(node, 1, 1, "one argument")
    known = rewriter.arguments(node, scope)[0]
    node.set("this", "sum")
    return decimals.sum_aggregate(known)


def avg(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite AVG."""
    wants(node, 1, 1, "one argument")
    return average(node, rewriter.arguments(node, scope)[0], node, lambda aggregate: aggregate)


def average(
    node: exp.Anonymous,
    known: RedshiftType | None,
    place: exp.Expr,
    wrap: Callable[[exp.Expr], exp.Expr],
) -> RedshiftType:
    """Put an average in its place: the sum by the count, because PostgreSQL's has a scale of its own.

    `wrap` makes a window function of an aggregate where `place` is one.
    """
    if known is None or not known.is_number or (known.is_decimal and known.scale is None):
        raise LocalLimit("the type of AVG's argument is not known here: cast it to a type with its size")
    if known.is_float:
        node.set("this", "avg")
        return DOUBLE
    count = wrap(call("count", *(argument.copy() for argument in node.expressions)))
    total = wrap(call("pg_catalog.sum", *(argument.copy() for argument in node.expressions)))
    divisor = null_if_zero(cast(count, "numeric"))
    if known.is_integer:
        place.replace(cast(call("pg_catalog.div", cast(total, "numeric"), divisor), "bigint"))
        return BIGINT
    place.replace(quotient(total, divisor, known.scale or 0))
    return RedshiftType("numeric", MAX_PRECISION, known.scale)


def median(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite MEDIAN; that of decimals has one digit more, the mean of two."""
    wants(node, 1, 1, "one argument")
    known = rewriter.arguments(node, scope)[0]
    value = node.expressions[0]
    _sort_alike(scope, value.sql(dialect="postgres").lower())
    order = exp.Order(expressions=[exp.Ordered(this=cast(value, "float8"), nulls_first=False)])
    result = exp.WithinGroup(this=call("percentile_cont", raw("0.5")), expression=order)
    if known is not None and known.is_float:
        node.replace(result)
        return DOUBLE
    sized = known.as_decimal() if known is not None else None
    if sized is None:
        raise LocalLimit("the type of MEDIAN's argument is not known here: cast it to a type with its size")
    scale = min((sized.scale or 0) + 1, MAX_SCALE)
    node.replace(call("pg_catalog.round", cast(result, "numeric"), number(scale)))
    return RedshiftType("numeric", MAX_PRECISION, scale)


def listagg(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType:
    """Rewrite LISTAGG without an order."""
    return _listagg(rewriter, node, None, scope, node)


def within_group(rewriter: Rewriter, node: exp.WithinGroup, scope: Scope) -> RedshiftType | None:
    """Rewrite an aggregate WITHIN GROUP (ORDER BY ...)."""
    aggregate = node.this
    name = aggregate.name.lower() if isinstance(aggregate, exp.Anonymous) else ""
    if name not in ("listagg", "percentile_cont", "percentile_disc"):
        raise RedshiftError(f"WITHIN GROUP is not for {name or 'this expression'}", "42809")
    order = node.args["expression"]
    rewriter.compute_only(name)
    keys = ", ".join(ordered.this.sql(dialect="postgres").lower() for ordered in order.expressions)
    _sort_alike(scope, keys)
    if name == "listagg":
        return _listagg(rewriter, aggregate, order, scope, node)
    rewriter.expressions(aggregate.expressions, scope)
    known = rewriter.ordering(order, scope)[0]
    if name == "percentile_cont" and (known is None or not known.is_float):
        not_emulated("PERCENTILE_CONT of integers and decimals", "cast the ordered value to double precision")
    return known


def needs_clause(_rewriter: Rewriter, node: exp.Anonymous, _scope: Scope) -> NoReturn:
    """Refuse an aggregate that has neither OVER nor WITHIN GROUP."""
    raise RedshiftError(f"{node.name.upper()} needs an OVER or a WITHIN GROUP clause")


def approximate(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite APPROXIMATE COUNT and PERCENTILE_DISC: what is exact is within their limits of error."""
    known = rewriter.expression(node.expressions[0], scope)
    node.replace(node.expressions[0])
    return known


def _sort_alike(scope: Scope, keys: str) -> None:
    """All sort-based aggregates of a SELECT sort alike ("LISTAGG function", "MEDIAN function")."""
    if scope.sort_keys is not None and scope.sort_keys != keys:
        raise RedshiftError("within group ORDER BY clauses for aggregate functions must be the same")
    scope.sort_keys = keys


def _listagg(
    rewriter: Rewriter, node: exp.Anonymous, order: exp.Order | None, scope: Scope, place: exp.Expr
) -> RedshiftType:
    arguments = list(node.expressions)
    is_distinct = bool(arguments) and isinstance(arguments[0], exp.Distinct)
    if is_distinct:
        # The parser takes what follows DISTINCT for one list.
        arguments = [*arguments[0].expressions, *arguments[1:]]
    if not 1 <= len(arguments) <= 2:
        raise RedshiftError("LISTAGG takes an expression and a delimiter", "42883")
    holder = exp.Tuple(expressions=arguments)
    rewriter.expressions(holder.expressions, scope)
    value, *delimiter = holder.expressions
    text = call("rs_functions.listagg_value", cast(value, "text"))
    first: exp.Expr = exp.Distinct(expressions=[text]) if is_distinct else text
    last: exp.Expr = delimiter[0] if delimiter else exp.Literal.string("")
    if order is not None:
        rewriter.ordering(order, scope)
        for ordered in order.expressions if is_distinct else []:
            # PostgreSQL sorts distinct values by themselves only.
            ordered.set("this", call("rs_functions.listagg_value", cast(ordered.this, "text")))
        last = exp.Order(this=last, expressions=order.expressions)
    result = call("rs_functions.listagg_result", call("string_agg", first, last))
    place.replace(cast(result, f"varchar({MAX_VARCHAR})"))
    return RedshiftType("character varying", MAX_VARCHAR)
