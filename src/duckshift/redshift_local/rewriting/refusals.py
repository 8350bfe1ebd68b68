"""What Redshift does not have, by the node that sqlglot reads it as, and how the error names it."""

from typing import Final, NoReturn

from sqlglot import exp

from duckshift.redshift_local.errors import LocalLimit, RedshiftError

# How the error names a node whose own name would not tell what to look for.
_NAMES: Final[dict[type[exp.Expr], str]] = {
    exp.Array: "an ARRAY[...] or [...] literal",
    exp.ArrayContainsAll: "the operator @>",
    exp.ArrayOverlaps: "the operator &&",
    exp.ByteString: "an escape string E'...'",
    exp.Collate: "COLLATE as an operator",
    exp.Distinct: "DISTINCT here",
    exp.Filter: "FILTER (WHERE ...)",
    exp.JSONBContains: "the operator ?",
    exp.JSONBExtract: "the operator #>",
    exp.JSONBExtractScalar: "the operator #>>",
    exp.JSONExtract: "the operator ->",
    exp.JSONExtractScalar: "the operator ->>",
    exp.Kwarg: "a named argument",
    exp.Lambda: "a lambda",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.ParseJSON: "the type json",
    exp.Placeholder: "a placeholder ?",
    exp.PropertyEQ: "a named argument",
    exp.RawString: "a string in dollars",
    exp.Slice: "slicing [a:b]",
    exp.Star: "a star in an expression",
    exp.Struct: "a struct literal {...}",
    exp.Values: "VALUES outside of INSERT",
}


def refuse(construct: str, hint: str = "") -> NoReturn:
    """Raise the error for something that Redshift does not have."""
    raise RedshiftError(
        f"syntax error: {construct} is not supported by Redshift{': ' + hint if hint else ''}"
    )


def refuse_node(node: exp.Expr) -> NoReturn:
    """Raise the error for a node that no rule takes."""
    name = _NAMES.get(type(node))
    if name is None:
        name = f"{type(node).__name__.upper()} in: {node.sql(dialect='redshift')[:80]}"
    refuse(name)


def not_emulated(construct: str, hint: str = "") -> NoReturn:
    """Raise the error for something that Redshift has and this server does not."""
    raise LocalLimit(f"{construct} is not emulated{': ' + hint if hint else ''}")
