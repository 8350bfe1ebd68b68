"""Joins between large relations, as compiled models write them.

A column is followed through CTEs, subqueries and views to the table that it comes from; a calculated column
comes from none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope

Origin = tuple[str, str]
"""Table and column whose value another column has unchanged."""

SCHEMA = "warehouse"  # one for all: names are unique in a dbt project

Equality = tuple[set[Origin], set[Origin]]


@dataclass(frozen=True)
class Relation:
    """A relation of the warehouse. `sql` is that of a view; `dist` is a column or auto, all or even."""

    name: str
    columns: tuple[str, ...]
    sql: str | None = None
    dist: str = "auto"
    is_large: bool = True

    @property
    def dist_key(self) -> Origin | None:
        return None if self.dist in ("auto", "all", "even") else (self.name, self.dist)


@dataclass(frozen=True)
class Join:
    """A join of two large relations in the SQL of a model; predicates are equalities of their columns."""

    model: str
    left: str
    right: str
    predicates: tuple[str, ...]
    is_collocated: bool

    def __str__(self) -> str:
        on = " and ".join(self.predicates) or "no column of theirs as it is"
        return f"{self.model} joins {self.left} with {self.right} on {on}"


class Warehouse:
    """The relations of a project, and how SQL joins the large ones among them."""

    def __init__(self, relations: Iterable[Relation], dialect: str) -> None:
        self._relations = {relation.name: relation for relation in relations}
        self._dialect = dialect
        columns = {name: dict.fromkeys(found.columns, "text") for name, found in self._relations.items()}
        self._schema: dict[str, object] = {SCHEMA: columns}
        self._view = cache(self._parsed_view)

    def large_joins(self, model: str, sql: str) -> list[Join]:
        """Return the joins of large relations in the SQL of a model, by JOIN, IN and EXISTS."""
        found: dict[Join, None] = {}
        for scope in traverse_scope(self._qualified(sql)):
            for left, right, equalities in self._joins(scope):
                found |= dict.fromkeys(self._judged(model, left, right, equalities))
        return list(found)

    def _joins(self, scope: Scope) -> Iterator[tuple[set[str], set[str], list[Equality]]]:
        """Yield the large tables on both sides of each join, and the columns that it holds equal."""
        select = scope.expression
        if not isinstance(select, exp.Select) or not (first := select.args.get("from_")):
            return
        where = _conjuncts(select.args.get("where"))
        left = self._large_in(scope, first.this.alias_or_name)
        for join in select.args.get("joins") or []:
            right = self._large_in(scope, join.alias_or_name)
            if left and right:
                yield left, right, list(self._equalities(scope, [*_conjuncts(join.args.get("on")), *where]))
            left = left | right
        for subquery in scope.subquery_scopes:
            right = self._large(subquery)
            if left and right:
                yield left, right, list(self._equalities_with(scope, subquery))

    def _judged(
        self, model: str, left: set[str], right: set[str], equalities: list[Equality]
    ) -> Iterator[Join]:
        pairs = {pair for one, other in equalities for pair in (*product(one, other), *product(other, one))}
        # Of the tables joined so far those that the predicates name; if they name none, all.
        named = {table for pair in pairs for table, _ in pair}
        for one, other in product(sorted(left & named or left), sorted(right & named or right)):
            between = {pair for pair in pairs if pair[0][0] == one and pair[1][0] == other}
            yield Join(
                model,
                one,
                other,
                tuple(sorted(f"{mine[1]} = {theirs[1]}" for mine, theirs in between)),
                _is_collocated(self._relations[one], self._relations[other], between),
            )

    def _equalities(self, scope: Scope, conjuncts: list[exp.Expr]) -> Iterator[Equality]:
        for conjunct in conjuncts:
            if isinstance(conjunct, exp.EQ):
                yield self._origins(scope, conjunct.left), self._origins(scope, conjunct.right)

    def _equalities_with(self, scope: Scope, subquery: Scope) -> Iterator[Equality]:
        """Yield what IN compares, and the correlation of a subquery with the query around it."""
        test = subquery.expression.find_ancestor(exp.In, exp.Select)
        if isinstance(test, exp.In) and isinstance(subquery.expression, exp.Select):
            compared = test.this.expressions if isinstance(test.this, exp.Tuple) else [test.this]
            for outer, inner in zip(compared, subquery.expression.selects, strict=True):
                yield self._origins(scope, outer), self._origins(subquery, inner.unalias())
        yield from self._equalities(subquery, _conjuncts(subquery.expression.args.get("where")))

    def _large_in(self, scope: Scope, name: str) -> set[str]:
        source = scope.sources.get(name)
        if isinstance(source, Scope):
            return self._large(source)
        relation = self._relations.get(source.name) if source else None
        if relation is None:
            return set()
        if relation.sql is not None:
            return self._large(self._view(relation.name))
        return {relation.name} if relation.is_large else set()

    def _large(self, scope: Scope) -> set[str]:
        """Return the large tables whose rows a query gives."""
        if isinstance(scope.expression, exp.SetOperation):
            return set().union(*(self._large(branch) for branch in scope.set_operation_scopes))
        return set().union(*(self._large_in(scope, name) for name in scope.selected_sources))

    def _origins(self, scope: Scope, expression: exp.Expr) -> set[Origin]:
        while isinstance(expression, exp.Paren):
            expression = expression.this
        if not isinstance(expression, exp.Column):
            return set()
        source = scope.sources.get(expression.table)
        if source is None:  # a column of the query around this one
            return self._origins(scope.parent, expression) if scope.parent else set()
        if isinstance(source, Scope):
            return self._origins_in(source, expression.name)
        relation = self._relations.get(source.name)
        if relation is not None and relation.sql is not None:
            return self._origins_in(self._view(relation.name), expression.name)
        return {(source.name, expression.name)}

    def _origins_in(self, scope: Scope, column: str) -> set[Origin]:
        """Return the origins of a column of a query; of several branches those of all."""
        query = scope.expression
        assert isinstance(query, exp.Query)
        if isinstance(query, exp.SetOperation):
            place = query.named_selects.index(column)
            branches = zip(scope.set_operation_scopes, (query.left, query.right), strict=True)
            return set().union(
                *(self._origins_in(branch, side.named_selects[place]) for branch, side in branches)
            )
        projections = [item for item in query.selects if item.alias_or_name == column]
        return self._origins(scope, projections[0].unalias()) if projections else set()

    def _parsed_view(self, name: str) -> Scope:
        scope = build_scope(self._qualified(self._relations[name].sql or ""))
        assert scope is not None, name
        return scope

    def _qualified(self, sql: str) -> exp.Expr:
        query = sqlglot.parse_one(sql, read=self._dialect)
        for table in query.find_all(exp.Table):
            table.set("catalog", None)
            if table.db:  # else it is a CTE
                table.set("db", exp.to_identifier(SCHEMA))
        return qualify(
            query,
            dialect=self._dialect,
            schema=self._schema,
            quote_identifiers=False,
            allow_partial_qualification=True,
            validate_qualify_columns=False,
        )


def _conjuncts(clause: exp.Expr | None) -> list[exp.Expr]:
    condition = clause.this if isinstance(clause, exp.Where) else clause
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if condition is None:
        return []
    if not isinstance(condition, exp.And):
        return [condition]
    return [part for one in condition.flatten() for part in _conjuncts(one)]


def _is_collocated(left: Relation, right: Relation, between: set[tuple[Origin, Origin]]) -> bool:
    """Return whether the distribution key of each side is compared with the other side.

    A copy of every row (ALL) is with every row. Rows in turn (EVEN) are with none. Where both are AUTO the
    choice is Redshift's, and often of a calculated column, which is not followed here.
    """
    if "all" in (left.dist, right.dist):
        return True
    if "even" in (left.dist, right.dist):
        return False
    if left.dist == right.dist == "auto":
        return True
    return any(left.dist_key in (None, mine) and right.dist_key in (None, theirs) for mine, theirs in between)
