"""Building blocks of PostgreSQL's SQL."""

from sqlglot import exp

from duckshift.redshift_local.rewriting.dialect import data_type


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a call of a PostgreSQL function."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(node: exp.Expr, to: str) -> exp.Cast:
    """Return a cast to a PostgreSQL type."""
    return exp.Cast(this=node, to=data_type(to))


def number(value: int) -> exp.Literal:
    """Return a whole number that is not negative."""
    return exp.Literal(this=str(value), is_string=False)


def raw(text: str) -> exp.Var:
    """Return a node that is written as it is."""
    return exp.Var(this=text)


def name_node(name: str) -> exp.Identifier:
    """Return a name, quoted."""
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a column, quoted."""
    return exp.Column(this=name_node(name), table=name_node(table) if table is not None else None)


def null_if_zero(node: exp.Expr) -> exp.Expr:
    """Return a divisor that does not fail."""
    return call("nullif", node, number(0))


def quotient(dividend: exp.Expr, divisor: exp.Expr, scale: int) -> exp.Anonymous:
    """Return a decimal division that keeps `scale` digits and cuts the rest."""
    unit = raw(f"1e-{scale}" if scale else "1")
    return call("rs_functions.quotient", dividend, divisor, raw(f"1e{scale}"), unit)
