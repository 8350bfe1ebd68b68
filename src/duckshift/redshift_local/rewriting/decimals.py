"""Precision and scale of computed decimals.

"Computations with numeric values" in the Database Developer Guide. Numbers that lose digits are cut, not
rounded: that is documented for casts (enable_numeric_rounding is off by default) and for COPY, and taken as
the rule for quotients and averages, of which the guide says nothing.
"""

from collections.abc import Iterable
from typing import Final

from duckshift.redshift_local.rewriting.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGERS,
    MAX_PRECISION,
    NULL,
    NUMERIC,
    REAL,
    TIMESTAMP,
    RedshiftType,
)

_MAX_SCALE: Final = 37
_LEAST_QUOTIENT_SCALE: Final = 4
_SET_PRECISION: Final = 19


def sum_of(a: RedshiftType, b: RedshiftType) -> RedshiftType:
    """Return the type of a + b and a - b of two sized decimals."""
    p1, s1, p2, s2 = _sizes(a, b)
    scale = max(s1, s2)
    return _decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)


def product_of(a: RedshiftType, b: RedshiftType) -> RedshiftType:
    """Return the type of a * b: the scales are added, and the precision ends at 38."""
    p1, s1, p2, s2 = _sizes(a, b)
    return _decimal(p1 + p2 + 1, s1 + s2)


def quotient_of(a: RedshiftType, b: RedshiftType) -> RedshiftType:
    """Return the type of a / b, whose scale shrinks to as few as 4 digits where the precision passes 38."""
    p1, s1, p2, s2 = _sizes(a, b)
    scale = max(_LEAST_QUOTIENT_SCALE, s1 + p2 - s2 + 1)
    precision = p1 - s1 + s2 + scale
    if precision > MAX_PRECISION:
        scale = max(MAX_PRECISION + scale - precision, _LEAST_QUOTIENT_SCALE)
        precision = MAX_PRECISION
    return _decimal(precision, scale)


def remainder_of(a: RedshiftType, b: RedshiftType) -> RedshiftType:
    """Return the type of mod(a, b): nothing is lost."""
    p1, s1, p2, s2 = _sizes(a, b)
    scale = max(s1, s2)
    return _decimal(max(p1 - s1, p2 - s2) + scale, scale)


def arithmetic(operator: str, a: RedshiftType | None, b: RedshiftType | None) -> RedshiftType | None:
    """Return the type of a computation with two numbers; None where a type is not known."""
    if a is None or b is None or not a.is_number or not b.is_number:
        return None
    if a.is_float or b.is_float:
        return REAL if a == REAL and b == REAL else DOUBLE
    if a.is_integer and b.is_integer:
        return max(a, b, key=lambda one: INTEGERS.index(one.name))
    left, right = a.as_decimal(), b.as_decimal()
    if left is None or right is None:
        return NUMERIC
    rules = {"+": sum_of, "-": sum_of, "*": product_of, "/": quotient_of, "%": remainder_of}
    return rules[operator](left, right)


def common_type(types: Iterable[RedshiftType | None]) -> RedshiftType | None:
    """Return the type of CASE, COALESCE, UNION and the like; None where it is not known."""
    known = [one for one in types if one != NULL]
    if not known:
        return NULL
    result = known[0]
    for one in known[1:]:
        result = _common(result, one)
    return result


def _common(a: RedshiftType | None, b: RedshiftType | None) -> RedshiftType | None:
    if a is None or b is None or a == b:
        return a if a == b else None
    if a.is_text and b.is_text:
        is_sized = a.size is not None and b.size is not None
        return RedshiftType("character varying", max(a.size or 0, b.size or 0) if is_sized else None)
    if a.is_number and b.is_number:
        return _common_number(a, b)
    if {a, b} == {DATE, TIMESTAMP}:
        return TIMESTAMP
    # A text literal takes the type of its neighbour.
    if a.is_text or b.is_text:
        return b if a.is_text else a
    return None


def _common_number(a: RedshiftType, b: RedshiftType) -> RedshiftType:
    if a.is_float or b.is_float:
        return DOUBLE
    if a.is_integer and b.is_integer:
        return max(a, b, key=lambda one: INTEGERS.index(one.name))
    left, right = a.as_decimal(), b.as_decimal()
    if left is None or right is None:
        return NUMERIC
    p1, s1, p2, s2 = _sizes(left, right)
    scale = max(s1, s2)
    limit = _SET_PRECISION if max(p1, p2) <= _SET_PRECISION else MAX_PRECISION
    return RedshiftType("numeric", max(min(max(p1 - s1, p2 - s2) + scale, limit), scale), scale)


def sum_aggregate(argument: RedshiftType | None) -> RedshiftType | None:
    """Return the type of sum(): "SUM function"."""
    if argument is None:
        return None
    if argument.is_integer:
        return BIGINT
    if argument.is_float:
        return DOUBLE
    if argument.is_decimal:
        return NUMERIC if argument.scale is None else RedshiftType("numeric", MAX_PRECISION, argument.scale)
    return None


def number_type(text: str) -> RedshiftType | None:
    """Return the type of a number as it stands in SQL: integer, bigint, or a decimal with as many digits."""
    if "e" in text.lower():
        return None
    whole, _, fraction = text.partition(".")
    if "." not in text:
        value = int(text)
        if value < 2**31:
            return RedshiftType("integer")
        if value < 2**63:
            return BIGINT
        return RedshiftType("numeric", len(text), 0) if len(text) <= MAX_PRECISION else None
    digits = len(whole.lstrip("0")) + len(fraction)
    if digits > MAX_PRECISION:
        return None
    return RedshiftType("numeric", max(digits, len(fraction), 1), len(fraction))


def _sizes(a: RedshiftType, b: RedshiftType) -> tuple[int, int, int, int]:
    assert a.size is not None and b.size is not None
    return a.size, a.scale or 0, b.size, b.scale or 0


def _decimal(precision: int, scale: int) -> RedshiftType:
    return RedshiftType("numeric", min(precision, MAX_PRECISION), min(scale, _MAX_SCALE))
