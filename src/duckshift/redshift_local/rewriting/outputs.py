"""Columns that come out of a query: stars, names, types and sizes."""

from typing import Final

from sqlglot import exp

from duckshift.redshift_local.rewriting import decimals
from duckshift.redshift_local.rewriting.functions import AGGREGATES
from duckshift.redshift_local.rewriting.nodes import cast, column, name_node
from duckshift.redshift_local.rewriting.scopes import Column, Columns, Scope, Source

# Names that Redshift gives to columns without an alias, where they are not that of the function.
_COLUMN_NAMES: Final = {
    "dateadd": "date_add",
    "datediff": "date_diff",
    "date_part": "pgdate_part",
    "nvl": "coalesce",
    "decode": "case",
    "nvl2": "case",
}
_UNNAMED: Final = "?column?"


def default_name(projection: exp.Expr) -> str:
    """Return the name of a column whose expression is a call or CASE and has no alias, else ''."""
    node = projection.this if isinstance(projection, exp.Window | exp.WithinGroup) else projection
    if isinstance(node, exp.Extract):
        return "date_part"
    if isinstance(node, exp.Case):
        return "case"
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return _COLUMN_NAMES.get(name, name)
    return ""


def star_of(projection: exp.Expr) -> exp.Star | None:
    """Return the star of `*` and `t.*`."""
    if isinstance(projection, exp.Star):
        return projection
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        return projection.this
    return None


def merged_names(sources: list[Source]) -> set[str]:
    """Return the columns that USING merges."""
    return {name for source in sources for name in source.joined}


def columns_of_star(projection: exp.Expr, scope: Scope) -> Columns | None:
    """Describe what `*` or `t.*` gives; merged columns come first, and once."""
    if isinstance(projection, exp.Column):
        wanted = projection.table.lower()
        return next((source.columns for source in scope.sources if source.name == wanted), None)
    if not scope.knows_everything():
        return None
    merged = merged_names(scope.sources)
    return [*_first_of(scope.sources, merged), *_others(scope.sources, merged)]


def written_star(projection: exp.Expr, scope: Scope) -> list[exp.Column]:
    """Return the columns that `*` or `t.*` stands for, as they are written."""
    if isinstance(projection, exp.Column):
        wanted = projection.table.lower()
        sources = [source for source in scope.sources if source.name == wanted]
        merged: set[str] = set()
    else:
        sources = scope.sources
        merged = merged_names(sources)
    return [
        *(column(one.name) for one in _first_of(sources, merged)),
        *(
            column(one.name, source.name)
            for source in sources
            for one in source.columns or ()
            if one.name not in merged and not one.is_hidden
        ),
    ]


def _others(sources: list[Source], merged: set[str]) -> Columns:
    return [one for source in sources for one in source.columns or () if one.name not in merged]


def _first_of(sources: list[Source], names: set[str]) -> Columns:
    first: dict[str, Column] = {}
    for source in sources:
        for one in source.columns or ():
            if one.name in names:
                first.setdefault(one.name, one)
    return list(first.values())


def renamed(columns: Columns | None, names: list[str]) -> Columns | None:
    """Return columns under the names of an alias with a list of columns."""
    if not names:
        return columns
    if columns is None:
        return [Column(name, None) for name in names]
    return [
        Column(names[place] if place < len(names) else one.name, one.type, one.is_sized)
        for place, one in enumerate(columns)
    ]


def united(left: Columns | None, right: Columns | None) -> Columns | None:
    """Return the columns of UNION, INTERSECT and EXCEPT."""
    if left is None or right is None or len(left) != len(right):
        return None
    return [
        Column(a.name, decimals.common_type([a.type, b.type]), a.is_sized and b.is_sized and a.type == b.type)
        for a, b in zip(left, right, strict=True)
    ]


def has_aggregate(node: exp.Expr) -> bool:
    """Whether a projection, rewritten or not, computes an aggregate that is no window function."""
    for found in node.find_all(exp.Anonymous, exp.WithinGroup):
        if isinstance(found.parent, exp.Window):
            continue
        name = found.name.lower().rsplit(".", 1)[-1]
        if isinstance(found, exp.WithinGroup) or name in AGGREGATES or name == "string_agg":
            return True
    return False


def give_sizes(node: exp.Expr, columns: Columns) -> None:
    """Cast the columns that come out, so that PostgreSQL knows their sizes as Redshift does."""
    if isinstance(node, exp.Subquery):
        give_sizes(node.this, columns)
    elif isinstance(node, exp.SetOperation):
        give_sizes(node.this, columns)
        give_sizes(node.expression, columns)
    elif isinstance(node, exp.Select) and any(_needs_size(one) for one in columns):
        _give_sizes(node, columns)


def _give_sizes(node: exp.Select, columns: Columns) -> None:
    projections = node.expressions
    names = [one.name for one in columns]
    if any(star_of(projection) is not None for projection in projections):
        if len(projections) != 1 or len(set(names)) != len(names) or not all(names):
            return
        projections = [column(name) for name in names]
    if len(projections) != len(columns):
        return
    sized = []
    for projection, one in zip(projections, columns, strict=True):
        if one.type is None or not _needs_size(one):
            sized.append(projection)
            continue
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        value = cast(inner, one.type.postgres)
        sized.append(exp.Alias(this=value, alias=name_node(one.name or _UNNAMED)))
    node.set("expressions", sized)


def _needs_size(one: Column) -> bool:
    return one.type is not None and one.type.size is not None and not one.is_sized
