"""Calls of functions: the allow-list, and those that need more than another name."""

from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import aggregates, dates, decimals
from duckshift.redshift_local.rewriting.functions import (
    AGGREGATES,
    COMPUTE_ONLY,
    FUNCTIONS,
    LEADER_ONLY,
    NOT_BUILT,
    Function,
)
from duckshift.redshift_local.rewriting.nodes import raw
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse
from duckshift.redshift_local.rewriting.rewriter import Rewriter, Types, wants
from duckshift.redshift_local.rewriting.scopes import Scope
from duckshift.redshift_local.rewriting.types import (
    DATE,
    DOUBLE,
    MAX_VARCHAR,
    TIMESTAMP,
    VARCHAR,
    RedshiftType,
    parse_type,
)

# Functions that are called without parentheses.
_BARE_WORDS: Final[dict[str, tuple[str, RedshiftType | None]]] = {
    "sysdate": ("rs_functions.sysdate()", TIMESTAMP),
    "current_date": ("rs_functions.today()", DATE),
    "user": ("current_user", VARCHAR),
    "current_user": ("current_user", VARCHAR),
    "session_user": ("session_user", VARCHAR),
    "current_timestamp": ("current_timestamp", None),
    "current_time": ("current_time", None),
    "localtime": ("localtime", None),
    "localtimestamp": ("localtimestamp", TIMESTAMP),
}


def bare_word(rewriter: Rewriter, node: exp.Column, scope: Scope) -> tuple[RedshiftType | None] | None:
    """Rewrite a function without parentheses; return its type, or None where the word is a column."""
    name = node.name.lower()
    found = _BARE_WORDS.get(name)
    if found is None or scope.column(None, name) is not None:
        return None
    if name in LEADER_ONLY:
        rewriter.leader_only(name)
    node.replace(raw(found[0]))
    return (found[1],)


def rewrite_call(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite a call."""
    name = node.name.lower()
    check_arguments(node, name)
    if name in COMPUTE_ONLY:
        rewriter.compute_only(name)
    rule = RULES.get(name)
    if rule is not None:
        return rule(rewriter, node, scope)
    function = FUNCTIONS.get(name)
    if function is None:
        if name not in LEADER_ONLY:
            refuse_function(rewriter, name)
        rewriter.leader_only(name)
        rewriter.expressions(node.expressions, scope)
        node.set("this", name)
        return None
    if function.kind == "window":
        raise RedshiftError(f"the window function {name} needs an OVER clause")
    types = rewriter.arguments(node, scope)
    node.set("this", function.target)
    return result_type(function, types)


def check_arguments(node: exp.Anonymous, name: str) -> None:
    """Refuse DISTINCT, ORDER BY, stars, lambdas and named arguments where Redshift does."""
    for argument in node.expressions:
        if isinstance(argument, exp.Distinct):
            if name not in AGGREGATES:
                raise RedshiftError(f"DISTINCT specified, but {name} is not an aggregate function", "42809")
            if len(argument.expressions) > 1 and name != "listagg":
                refuse(f"{name}(distinct ...) of several expressions")
        elif isinstance(argument, exp.Star) and name != "count":
            raise RedshiftError(f"function {name}(*) does not exist", "42883")
        elif isinstance(argument, exp.Order | exp.Ordered):
            refuse(f"ORDER BY inside {name}(...)")
        elif isinstance(argument, exp.Lambda):
            refuse("a lambda")
        elif isinstance(argument, exp.PropertyEQ | exp.Kwarg):
            refuse("a named argument")


def refuse_function(rewriter: Rewriter, name: str) -> NoReturn:
    """Refuse a function that Redshift or this server does not have."""
    if name in LEADER_ONLY:
        rewriter.leader_only(name)
    if name in NOT_BUILT:
        not_emulated(f"the function {name.upper()}")
    raise RedshiftError(f"function {name} does not exist in Redshift", "42883")


def result_type(function: Function, types: Types) -> RedshiftType | None:
    """Return the type that a function of the list gives."""
    if function.returns == "same":
        first = types[0] if types else None
        if first is not None and first.is_text and function.kind == "scalar":
            return RedshiftType("character varying", first.size)
        return first
    if function.returns == "common":
        return decimals.common_type(types)
    if function.returns == "varchar":
        return VARCHAR
    return parse_type(function.returns) if function.returns else None


def concatenated(types: Sequence[RedshiftType | None]) -> RedshiftType:
    """Return the type of a concatenation."""
    sizes = [known.size for known in types if known is not None and known.is_text and known.size is not None]
    if len(sizes) != len(types):
        return VARCHAR
    return RedshiftType("character varying", min(sum(sizes), MAX_VARCHAR))


def part_of(known: RedshiftType | None) -> RedshiftType:
    """Return the type of a part of a text."""
    return RedshiftType("character varying", known.size if known is not None and known.is_text else None)


def _concat(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType:
    wants(node, 2, 2, "two arguments: for more there is the operator ||")
    types = rewriter.expressions(node.expressions, scope)
    left, right = node.expressions
    node.replace(exp.Paren(this=exp.DPipe(this=left, expression=right)))
    return concatenated(types)


def _substr(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType:
    wants(node, 2, 3, "a text, a position and a length")
    types = rewriter.expressions(node.expressions, scope)
    node.set("this", "rs_functions.substring")
    return part_of(types[0])


def _nvl(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    types = rewriter.expressions(node.expressions, scope)
    node.set("this", "coalesce")
    return decimals.common_type(types)


def _nvl2(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    wants(node, 3, 3, "three arguments")
    types = rewriter.expressions(node.expressions, scope)
    value, present, absent = node.expressions
    condition = exp.Not(this=exp.Is(this=value, expression=exp.Null()))
    node.replace(exp.Case(ifs=[exp.If(this=condition, true=present)], default=absent))
    return decimals.common_type(types[1:])


def _nullif(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    wants(node, 2, 2, "two arguments")
    known = rewriter.expressions(node.expressions, scope)[0]
    node.set("this", "nullif")
    return known


def _decode(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    if len(node.expressions) < 3:
        raise RedshiftError("DECODE takes three arguments or more", "42883")
    types = rewriter.expressions(node.expressions, scope)
    value, *rest = node.expressions
    branches, results = [], []
    while len(rest) > 1:
        search, result, *rest = rest
        results.append(types[len(types) - len(rest) - 1])
        branches.append(exp.If(this=_equal_or_both_null(value.copy(), search), true=result))
    if rest:
        results.append(types[-1])
    node.replace(exp.Case(ifs=branches, default=rest[0] if rest else None))
    return decimals.common_type(results)


def _equal_or_both_null(value: exp.Expr, search: exp.Expr) -> exp.Expr:
    """DECODE takes two nulls as equal."""
    if isinstance(search, exp.Null):
        return exp.Is(this=value, expression=exp.Null())
    equal = exp.EQ(this=value, expression=search)
    if isinstance(search, exp.Literal):
        return equal
    both_null = exp.And(
        this=exp.Is(this=value.copy(), expression=exp.Null()),
        expression=exp.Is(this=search.copy(), expression=exp.Null()),
    )
    return exp.Paren(this=exp.Or(this=equal, expression=both_null))


def _round(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    wants(node, 1, 2, "a number, and digits")
    known = rewriter.expressions(node.expressions, scope)[0]
    node.set("this", "rs_functions.round")
    return known


def _sign(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    wants(node, 1, 1, "a number")
    known = rewriter.expression(node.expressions[0], scope)
    node.set("this", "sign")
    if known is None:
        return None
    return RedshiftType("numeric", 1, 0) if known.is_decimal else DOUBLE


RULES: Final[dict[str, Callable[[Rewriter, exp.Anonymous, Scope], RedshiftType | None]]] = {
    "approximate": aggregates.approximate,
    "avg": aggregates.avg,
    "concat": _concat,
    "convert_timezone": dates.convert_timezone,
    "date_part": dates.date_part_call,
    "date_trunc": dates.date_trunc,
    "dateadd": dates.dateadd,
    "datediff": dates.datediff,
    "decode": _decode,
    "listagg": aggregates.listagg,
    "median": aggregates.median,
    "nullif": _nullif,
    "nvl": _nvl,
    "nvl2": _nvl2,
    "percentile_cont": aggregates.needs_clause,
    "percentile_disc": aggregates.needs_clause,
    "ratio_to_report": aggregates.needs_clause,
    "round": _round,
    "sign": _sign,
    "substr": _substr,
    "sum": aggregates.sum_,
    "trunc": dates.trunc,
}
