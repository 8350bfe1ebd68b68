"""Window functions: "Window functions"."""

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import aggregates
from duckshift.redshift_local.rewriting.calls import check_arguments, refuse_function, result_type
from duckshift.redshift_local.rewriting.functions import FRAMELESS, FUNCTIONS, RANKING, REWRITTEN
from duckshift.redshift_local.rewriting.nodes import call, cast, null_if_zero
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse
from duckshift.redshift_local.rewriting.rewriter import Rewriter, wants
from duckshift.redshift_local.rewriting.scopes import Scope
from duckshift.redshift_local.rewriting.types import DOUBLE, RedshiftType

OFFSET = ("lag", "lead")
"""They take an expression and an offset; no default, as PostgreSQL's do."""


def window(rewriter: Rewriter, node: exp.Window, scope: Scope) -> RedshiftType | None:
    """Rewrite a function with OVER."""
    function = _function_of(node)
    name = function.name.lower()
    check_arguments(function, name)
    if any(isinstance(argument, exp.Distinct) for argument in function.expressions):
        refuse(f"DISTINCT in the window function {name}")
    _check_frame(node, name)
    _clauses(rewriter, node, scope)
    if name == "ratio_to_report":
        return _ratio_to_report(rewriter, node, function, scope)
    if name == "avg":
        wants(function, 1, 1, "one argument")
        known = rewriter.arguments(function, scope)[0]
        return aggregates.average(function, known, node, lambda aggregate: _over(node, aggregate))
    if name == "sum":
        return aggregates.sum_(rewriter, function, scope)
    found = FUNCTIONS.get(name)
    if found is None or found.kind == "scalar":
        if found is None and name not in REWRITTEN:
            refuse_function(rewriter, name)
        if name in ("median", "listagg", "percentile_cont", "percentile_disc"):
            not_emulated(f"{name.upper()} as a window function")
        raise RedshiftError(
            f"OVER specified, but {name} is neither an aggregate nor a window function", "42809"
        )
    if name in OFFSET and len(function.expressions) > 2:
        refuse(f"the default of {name.upper()}", "coalesce() around it")
    types = rewriter.arguments(function, scope)
    function.set("this", found.target)
    return result_type(found, types)


def _function_of(node: exp.Window) -> exp.Anonymous:
    function = node.this
    nulls = function if isinstance(function, exp.IgnoreNulls | exp.RespectNulls) else None
    if nulls is None and isinstance(function, exp.Anonymous):
        arguments = function.expressions
        nulls = next((one for one in arguments if isinstance(one, exp.IgnoreNulls | exp.RespectNulls)), None)
    if isinstance(nulls, exp.IgnoreNulls):
        not_emulated("IGNORE NULLS in a window function")
    if nulls is not None:
        nulls.replace(nulls.this)
        function = node.this
    if isinstance(function, exp.Filter):
        refuse("FILTER (WHERE ...)")
    if isinstance(function, exp.WithinGroup):
        not_emulated(f"{function.this.name.upper()} as a window function")
    if not isinstance(function, exp.Anonymous):
        refuse(f"OVER after {function.sql(dialect='redshift')[:40]}")
    if node.args.get("alias") is not None or node.args.get("first") is not None:
        refuse("a named window")
    return function


def _check_frame(node: exp.Window, name: str) -> None:
    frame = node.args.get("spec")
    if frame is None:
        if node.args.get("order") is not None and name not in RANKING and name not in FRAMELESS:
            raise RedshiftError(
                f"Aggregate window functions with an ORDER BY clause require a frame clause: {name}"
            )
        return
    kind = (frame.args.get("kind") or "").upper()
    if kind != "ROWS":
        refuse(f"a {kind} frame", "only ROWS")
    if frame.args.get("exclude") is not None:
        refuse("EXCLUDE in a frame")
    if name in RANKING or name in FRAMELESS:
        raise RedshiftError(f"the window function {name} takes no frame clause")


def _clauses(rewriter: Rewriter, node: exp.Window, scope: Scope) -> None:
    partition = node.args.get("partition_by") or []
    if any(isinstance(key, exp.Literal) and key.is_string for key in partition):
        refuse("a string literal in PARTITION BY")
    rewriter.expressions(partition, scope)
    order = node.args.get("order")
    if order is None:
        return
    if any(isinstance(key.this, exp.Literal | exp.Null | exp.Boolean) for key in order.expressions):
        refuse("a constant in the ORDER BY of a window function")
    rewriter.ordering(order, scope)


def _over(node: exp.Window, aggregate: exp.Expr) -> exp.Window:
    """Return the same window with another function."""
    other = node.copy()
    other.set("this", aggregate)
    return other


def _ratio_to_report(
    rewriter: Rewriter, node: exp.Window, function: exp.Anonymous, scope: Scope
) -> RedshiftType:
    wants(function, 1, 1, "one argument")
    if node.args.get("order") is not None:
        refuse("ORDER BY in the window of RATIO_TO_REPORT")
    rewriter.arguments(function, scope)
    value = function.expressions[0]
    total = _over(node, call("sum", cast(value.copy(), "float8")))
    # `typed`: sqlglot would cast once more.
    ratio = exp.Div(this=cast(value, "float8"), expression=null_if_zero(total), typed=True)
    node.replace(exp.Paren(this=ratio))
    return DOUBLE
