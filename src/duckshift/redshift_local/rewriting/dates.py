"""Calls that take dates and times: "Date and time functions"."""

from typing import Final

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting.nodes import call, cast, number, raw
from duckshift.redshift_local.rewriting.refusals import not_emulated
from duckshift.redshift_local.rewriting.rewriter import Rewriter, wants
from duckshift.redshift_local.rewriting.scopes import Scope
from duckshift.redshift_local.rewriting.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    RedshiftType,
)

# "Date parts for date or timestamp functions"
_PARTS: Final = {
    spelling: part
    for part, spellings in {
        "millennium": "millennium millennia mil mils",
        "century": "century centuries c cent cents",
        "decade": "decade decades dec decs",
        "epoch": "epoch",
        "year": "year years y yr yrs",
        "quarter": "quarter quarters qtr qtrs",
        "month": "month months mon mons",
        "week": "week weeks w",
        "dow": "dayofweek dow dw weekday",
        "doy": "dayofyear doy dy yearday",
        "day": "day days d",
        "hour": "hour hours h hr hrs",
        "minute": "minute minutes m min mins",
        "second": "second seconds s sec secs",
        "millisecond": "millisecond milliseconds millisec millisecs ms msec msecs msecond mseconds",
        "microsecond": "microsecond microseconds microsec microsecs us usec usecs usecond useconds",
        "timezone": "timezone",
        "timezone_hour": "timezone_hour",
        "timezone_minute": "timezone_minute",
    }.items()
    for spelling in spellings.split()
}
_STEPS: Final = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_FRACTIONS: Final = ("millisecond", "microsecond")
_MONTHS: Final = {"quarter": 3, "decade": 120, "century": 1200, "millennium": 12000}


def dateadd(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite DATEADD: the result of a date is a timestamp."""
    wants(node, 3, 3, "a date part, a number and a date")
    part = date_part(node.expressions[0])
    if part not in (*_STEPS, *_FRACTIONS, *_MONTHS):
        raise RedshiftError(f"DATEADD has no date part {part}", "22023")
    types = rewriter.expressions(node.expressions[1:], scope)
    _, steps, moment = node.expressions
    # The number is an integer; a fraction is cut.
    whole: exp.Expr = steps if types[0] is not None and types[0].is_integer else cast(steps, "integer")
    if part in _MONTHS:
        whole = exp.Mul(this=exp.Paren(this=whole), expression=number(_MONTHS[part]))
    moment = as_moment(moment, types[1])
    if part == "year":
        node.replace(call("rs_functions.dateadd_year", whole, moment))
    else:
        unit = raw(f"interval '1 {'month' if part in _MONTHS else part}'")
        node.replace(call("rs_functions.dateadd", unit, whole, moment))
    if types[1] in (TIMESTAMPTZ, TIME):
        return types[1]
    return TIMESTAMP if types[1] is not None else None


def datediff(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite DATEDIFF, which counts boundaries."""
    wants(node, 3, 3, "a date part and two dates")
    part = date_part(node.expressions[0])
    if part == "week":
        # The documentation does not say on which day weeks begin.
        not_emulated("DATEDIFF(week, ...)", "count days")
    if part not in (*_STEPS, *_FRACTIONS):
        not_emulated(f"DATEDIFF({part}, ...)")
    types = rewriter.expressions(node.expressions[1:], scope)
    _, start, end = node.expressions
    node.replace(call(f"rs_functions.datediff_{part}", as_moment(start, types[0]), as_moment(end, types[1])))
    return BIGINT


def convert_timezone(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite CONVERT_TIMEZONE."""
    wants(node, 2, 3, "one or two time zones and a timestamp")
    types = rewriter.expressions(node.expressions, scope)
    *zones, moment = node.expressions
    node.replace(call("rs_functions.convert_timezone", *zones, as_moment(moment, types[-1])))
    return TIMESTAMP


def date_trunc(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite DATE_TRUNC."""
    wants(node, 2, 2, "a date part and a timestamp")
    part = date_part(node.expressions[0])
    known = rewriter.expression(node.expressions[1], scope)
    moment = as_moment(node.expressions[1], known)
    node.replace(call("rs_functions.date_trunc", exp.Literal.string(part), moment))
    if known is None or known == TIMESTAMPTZ:
        return known
    return TIMESTAMP


def extract(rewriter: Rewriter, node: exp.Extract, scope: Scope) -> RedshiftType | None:
    """Rewrite EXTRACT, which gives whole numbers."""
    part = date_part(node.this)
    known = rewriter.expression(node.args["expression"], scope)
    moment = as_moment(node.args["expression"], known)
    if part == "epoch":
        node.replace(call("rs_functions.extract_epoch", moment))
        return BIGINT
    node.replace(call("rs_functions.extract", exp.Literal.string(part), moment))
    if known is None:
        return None
    return DOUBLE if known == TIMESTAMPTZ else INTEGER


def date_part_call(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite DATE_PART, which gives fractions."""
    wants(node, 2, 2, "a date part and a timestamp")
    part = date_part(node.expressions[0])
    known = rewriter.expression(node.expressions[1], scope)
    moment = as_moment(node.expressions[1], known)
    node.replace(call("rs_functions.date_part", exp.Literal.string(part), moment))
    return DOUBLE


def trunc(rewriter: Rewriter, node: exp.Anonymous, scope: Scope) -> RedshiftType | None:
    """Rewrite TRUNC of a number or a timestamp."""
    wants(node, 1, 2, "a number, and digits, or a timestamp")
    known = rewriter.expressions(node.expressions, scope)[0]
    if known in (TIMESTAMP, TIMESTAMPTZ, DATE):
        node.replace(cast(node.expressions[0], "date"))
        return DATE
    node.set("this", "rs_functions.trunc")
    return known


def date_part(node: exp.Expr) -> str:
    """Return the name of a date part, however it is spelled; RedshiftError where it is none."""
    text = node.name.lower() if isinstance(node, exp.Column | exp.Var | exp.Literal) else ""
    part = _PARTS.get(text)
    if part is None:
        raise RedshiftError(f'"{text or node.sql()}" is not a date part of Redshift', "22023")
    return part


def as_moment(node: exp.Expr, known: RedshiftType | None) -> exp.Expr:
    """Make a text a timestamp: PostgreSQL would take it for one with time zone."""
    if isinstance(node, exp.Literal) or (known is not None and known.is_text):
        return cast(node, "timestamp")
    return node
