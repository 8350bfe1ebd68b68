"""Rewriting of whole queries: WITH, FROM, the clauses of SELECT, and set operations."""

from typing import Final

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting import outputs
from duckshift.redshift_local.rewriting.expressions import ExpressionRewriter
from duckshift.redshift_local.rewriting.nodes import name_node, number
from duckshift.redshift_local.rewriting.qualify import check_qualify, filter_outside
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse
from duckshift.redshift_local.rewriting.scopes import Column, Columns, Relations, Scope, Source
from duckshift.redshift_local.rewriting.types import RedshiftType

_SELECT_PARTS: Final = ("with_", "expressions", "distinct", "from_", "joins", "where", "group", "having")
_LAST_PARTS: Final = ("qualify", "order", "limit", "offset", "exclude")
_REFUSED_PARTS: Final = {
    "cluster": "CLUSTER BY",
    "distribute": "DISTRIBUTE BY",
    "format": "FORMAT",
    "hint": "a hint",
    "into": "SELECT INTO",
    "kind": "SELECT AS",
    "laterals": "LATERAL",
    "locks": "FOR UPDATE",
    "match": "MATCH_RECOGNIZE",
    "operation_modifiers": "a modifier of SELECT",
    "options": "OPTION",
    "prewhere": "PREWHERE",
    "sample": "USING SAMPLE",
    "settings": "SETTINGS",
    "sort": "SORT BY",
    "windows": "the WINDOW clause",
}
# Columns that a query hands on.
_PLAIN: Final = (exp.Column, exp.Literal, exp.Null)
_JOIN_PARTS: Final = ("this", "on", "side", "kind", "using", "method", "expressions")
_TABLE_PARTS: Final = ("this", "alias", "db", "catalog", "joins")


class QueryRewriter(ExpressionRewriter):
    """Rewrites queries in place and returns their columns."""

    def __init__(
        self, relations: Relations, *, is_leader_query: bool = False, reads_tables: bool = True
    ) -> None:
        super().__init__(is_leader_query=is_leader_query, reads_tables=reads_tables)
        self._relations = relations
        self._made_names = 0
        self._computed = 0
        """How many columns so far are more than a column of a source."""

    def subquery(self, node: exp.Expr, scope: Scope) -> Columns | None:
        """Rewrite a query inside an expression."""
        return self.query(node, scope)

    def query(self, node: exp.Expr, outer: Scope | None, *, sized: bool = False) -> Columns | None:
        """Rewrite a query; with `sized`, casts give PostgreSQL the sizes of the columns that come out."""
        if isinstance(node, exp.Paren):
            return self.query(node.this, outer, sized=sized)
        if isinstance(node, exp.Select):
            return self._select(node, outer, sized=sized)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer, sized=sized)
        if isinstance(node, exp.Subquery):
            scope = self.with_(node, outer)
            columns = self.query(node.this, scope, sized=sized)
            self._modifiers(node, columns, scope)
            return columns
        return refuse("VALUES outside of INSERT" if isinstance(node, exp.Values) else "this form of a query")

    def with_(self, node: exp.Expr, outer: Scope | None) -> Scope:
        """Rewrite the WITH clause of a query; return a scope that knows its queries."""
        scope = Scope(outer=outer, queries=dict(outer.queries) if outer is not None else {})
        with_ = node.args.get("with_")
        if with_ is None:
            return scope
        if any(with_.args.get(part) for part in ("search", "cycle", "udfs")):
            refuse("SEARCH, CYCLE or functions in WITH")
        for query in with_.expressions:
            self._with_query(query, scope, is_recursive=with_.recursive)
        return scope

    def _with_query(self, node: exp.CTE, scope: Scope, *, is_recursive: bool) -> None:
        query = node.this
        if node.args.get("materialized") is not None:
            refuse("MATERIALIZED in WITH")
        if not isinstance(query, exp.Query):
            refuse("a data-changing statement in WITH")
        name = self.new_identifier(node.args["alias"].this)
        names = [self.new_identifier(one) for one in node.args["alias"].columns]
        if is_recursive and isinstance(query, exp.SetOperation) and _mentions(query, name):
            if not names:
                raise RedshiftError(f"a recursive WITH query needs its list of columns: {name}")
            scope.queries[name] = outputs.renamed(self.query(query.this, scope), names)
            self.query(query.expression, scope)
            return
        computed = self._computed
        scope.queries[name] = outputs.renamed(self.query(query, scope), names)
        # PostgreSQL would put the expressions of one query into the next, again for each use: a chain of
        # ten such queries grows to an expression of megabytes.
        node.set("materialized", self._computed > computed or None)

    def _set_operation(self, node: exp.SetOperation, outer: Scope | None, *, sized: bool) -> Columns | None:
        if any(node.args.get(part) for part in ("by_name", "side", "kind", "on")):
            refuse("UNION BY NAME")
        if not isinstance(node, exp.Union) and not node.args.get("distinct", True):
            refuse(f"{type(node).__name__.upper()} ALL")
        scope = self.with_(node, outer)
        columns = outputs.united(self.query(node.this, scope), self.query(node.expression, scope))
        if columns is not None and sized:
            outputs.give_sizes(node, columns)
        self._modifiers(node, columns, scope)
        return columns

    def _modifiers(self, node: exp.Expr, columns: Columns | None, scope: Scope) -> None:
        """Rewrite ORDER BY, LIMIT and OFFSET behind a set operation or a query in brackets."""
        for part, construct in _REFUSED_PARTS.items():
            if node.args.get(part):
                refuse(construct)
        self._last_clauses(node, Scope(sources=[Source("", columns)], queries=scope.queries), columns)

    def _last_clauses(self, node: exp.Expr, scope: Scope, columns: Columns | None) -> None:
        names = {one.name for one in columns or ()}
        order = node.args.get("order")
        for ordered in order.expressions if order is not None else []:
            key = ordered.this
            if isinstance(key, exp.Column) and not key.table and key.name.lower() in names:
                # A column that comes out goes before one that goes in.
                self.identifier(key.this)
            else:
                self.expression(key, scope)
        for part in ("limit", "offset"):
            if node.args.get(part) is not None:
                self._limit(node.args[part], scope)

    def _limit(self, node: exp.Expr, scope: Scope) -> None:
        if isinstance(node, exp.Fetch):
            refuse("FETCH FIRST")
        if node.args.get("limit_options") or node.args.get("expressions"):
            refuse("LIMIT ... PERCENT, WITH TIES or BY")
        if node.find(exp.Query):
            refuse("a subquery in LIMIT or OFFSET")
        if not (isinstance(node, exp.Limit) and node.is_limit_all):
            self.expression(node.args["expression"], scope)

    def _select(self, node: exp.Select, outer: Scope | None, *, sized: bool) -> Columns | None:
        for part, value in node.args.items():
            if value and part not in _SELECT_PARTS and part not in _LAST_PARTS:
                refuse(_REFUSED_PARTS.get(part, part.upper()))
        if node.args.get("distinct") is not None and node.args["distinct"].args.get("on") is not None:
            refuse("DISTINCT ON")
        has_qualify = node.args.get("qualify") is not None
        if has_qualify:
            check_qualify(node)
        scope = self.with_(node, outer)
        self.from_(node, scope)
        columns = self._projections(node, scope)
        aliases, scope.aliases = scope.aliases, {}
        for part in ("where", "having"):
            if node.args.get(part) is not None:
                self.expression(node.args[part].this, scope)
        self._group(node, scope, set(aliases))
        self._last_clauses(node, scope, columns)
        if has_qualify:
            scope.aliases = aliases
            self.expression(node.args["qualify"].this, scope)
            filter_outside(node, columns, self._made_name)
        if sized and columns is not None:
            outputs.give_sizes(node, columns)
        return columns

    # -- FROM

    def from_(self, node: exp.Expr, scope: Scope) -> None:
        """Rewrite FROM and the joins of a statement."""
        if node.args.get("from_") is not None:
            self.source(node.args["from_"].this, scope)
        self._joins(node, scope)

    def source(self, node: exp.Expr, scope: Scope) -> None:
        """Rewrite one item of FROM and add it to the scope."""
        if node.args.get("pivots"):
            not_emulated("PIVOT and UNPIVOT", "write sum(case when ...) for each column")
        if isinstance(node, exp.Table):
            self._table(node, scope)
        elif isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Values):
            self._derived_table(node, scope)
        elif isinstance(node, exp.Pivot):
            not_emulated("UNPIVOT of SUPER values")
        else:
            is_values = isinstance(node, exp.Subquery | exp.Values)
            refuse("VALUES in FROM" if is_values else f"{type(node).__name__.upper()} in FROM")
        self._joins(node, scope)

    def _joins(self, node: exp.Expr, scope: Scope) -> None:
        for join in node.args.get("joins") or []:
            self._join(join, scope)

    def _join(self, join: exp.Join, scope: Scope) -> None:
        for part, value in join.args.items():
            if value and part not in _JOIN_PARTS:
                refuse(f"{part.upper()} of a join")
        if join.method not in ("", "NATURAL"):
            refuse(f"{join.method} JOIN")
        if join.kind not in ("", "INNER", "OUTER", "CROSS"):
            refuse(f"{join.side} {join.kind} JOIN".strip())
        self.source(join.this, scope)
        *before, last = scope.sources
        if join.method == "NATURAL":
            known = {one.name for source in before for one in source.columns or ()}
            last.joined |= {one.name for one in last.columns or () if one.name in known}
        if join.args.get("on") is not None:
            self.expression(join.args["on"], scope)
        for one in join.args.get("using") or []:
            last.joined.add(self.identifier(one.this if isinstance(one, exp.Column) else one))

    def _table(self, node: exp.Table, scope: Scope) -> None:
        for part, value in node.args.items():
            if value and part not in _TABLE_PARTS:
                refuse({"sample": "TABLESAMPLE", "ordinality": "WITH ORDINALITY"}.get(part, part.upper()))
        if isinstance(node.this, exp.Dot):
            not_emulated("navigation into SUPER values in FROM")
        if not isinstance(node.this, exp.Identifier):
            if not self.is_leader_query:
                refuse(f"a function in FROM ({node.this.sql(dialect='redshift')[:40]})")
            self.expression(node.this, scope)
            self._named(node, node.this.name.lower(), None, scope)
            return
        name = self.identifier(node.this)
        schema = self.identifier(node.args["db"]) if node.args.get("db") is not None else None
        path = node.catalog.lower() or schema
        node.set("catalog", None)
        if (schema, name) not in self._relations and any(source.name == path for source in scope.sources):
            not_emulated("unnesting of a SUPER column in FROM")
        is_query = schema is None and name in scope.queries
        columns = scope.queries[name] if is_query else self._relations.get((schema, name))
        self._named(node, name, columns, scope)

    def _derived_table(self, node: exp.Subquery, scope: Scope) -> None:
        if isinstance(node.this, exp.Table):
            # Brackets around joins.
            self.source(node.this, scope)
            return
        columns = self.query(node, Scope(queries=scope.queries))
        self._named(node, self._made_name("query"), columns, scope)

    def _named(self, node: exp.Expr, name: str, columns: Columns | None, scope: Scope) -> None:
        alias = node.args.get("alias")
        if alias is not None:
            name = self.new_identifier(alias.this) if alias.this is not None else name
            columns = outputs.renamed(columns, [self.new_identifier(one) for one in alias.columns])
        elif not isinstance(node, exp.Table):
            # Redshift asks for no name; what a star stands for is written with one.
            node.set("alias", exp.TableAlias(this=name_node(name)))
        scope.sources.append(Source(name, columns))

    def _made_name(self, kind: str) -> str:
        """Return a name that no statement has."""
        self._made_names += 1
        return f"rs {kind} {self._made_names}"

    # -- the select list and GROUP BY

    def _projections(self, node: exp.Select, scope: Scope) -> Columns | None:
        self._expand_stars(node, scope)
        columns: Columns = []
        is_known = True
        named: list[exp.Expr] = []
        for place in range(len(node.expressions)):
            projection = node.expressions[place]
            if outputs.star_of(projection) is not None:
                if isinstance(projection, exp.Column):
                    self.identifier(projection.args["table"])
                found = outputs.columns_of_star(projection, scope)
                is_known = is_known and found is not None
                columns += found or []
                named.append(projection)
                continue
            self._computed += not isinstance(projection.unalias(), _PLAIN)
            name = outputs.default_name(projection)
            known = self.expression(projection, scope)
            # Rewriting may have put another node in its place.
            projection = node.expressions[place]
            columns.append(self._output(projection, name, known, scope))
            named.append(exp.Alias(this=projection, alias=name_node(name)) if name else projection)
        node.set("expressions", named)
        return columns if is_known else None

    def _output(self, projection: exp.Expr, name: str, known: RedshiftType | None, scope: Scope) -> Column:
        """Describe a column that comes out, and make its alias known to those after it."""
        inner = projection.this if isinstance(projection, exp.Alias) else projection
        if isinstance(projection, exp.Alias):
            scope.aliases.setdefault(projection.alias, (inner, known))
        found = None
        if isinstance(inner, exp.Column):
            found = scope.column(inner.table or None, inner.name)
        is_sized = isinstance(inner, exp.Cast) or (found is not None and found.is_sized)
        return Column(name or projection.output_name, known, is_sized)

    def _expand_stars(self, node: exp.Select, scope: Scope) -> None:
        """Write out stars that leave columns out: by EXCLUDE, or the hidden ones of external tables."""
        stars = [star for star in map(outputs.star_of, node.expressions) if star is not None]
        if any(star.args.get(part) for star in stars for part in ("replace", "rename")):
            refuse("a star with REPLACE or RENAME")
        excluded = list(node.args.get("exclude") or [])
        excluded += [one for star in stars for one in star.args.get("except_") or []]
        hides = any(one.is_hidden for source in scope.sources for one in source.columns or ())
        if not excluded and not (stars and hides):
            return
        if not scope.knows_everything():
            not_emulated("EXCLUDE, and a star of an external table, beside a relation with unknown columns")
        names = {one.name.lower() for one in excluded}
        expanded: list[exp.Expr] = []
        for projection in node.expressions:
            is_star = outputs.star_of(projection) is not None
            written = outputs.written_star(projection, scope) if is_star else [projection]
            expanded += [one for one in written if one.output_name.lower() not in names]
        node.set("exclude", None)
        node.set("expressions", expanded)

    def _group(self, node: exp.Select, scope: Scope, aliases: set[str]) -> None:
        group = node.args.get("group")
        if group is None:
            return
        if group.args.get("totals") is not None:
            refuse("WITH TOTALS")
        if not group.args.get("all"):
            self._grouping(group, scope, aliases)
            return
        if any(outputs.star_of(projection) is not None for projection in node.expressions):
            not_emulated("GROUP BY ALL with a star in the select list")
        places = [
            number(place)
            for place, projection in enumerate(node.expressions, 1)
            if not outputs.has_aggregate(projection)
        ]
        node.set("group", exp.Group(expressions=places) if places else None)

    def _grouping(self, node: exp.Expr, scope: Scope, aliases: set[str]) -> None:
        for part in ("expressions", "grouping_sets", "cube", "rollup"):
            for item in list(node.args.get(part) or []):
                if isinstance(item, exp.GroupingSets | exp.Cube | exp.Rollup):
                    self._grouping(item, scope, aliases)
                elif isinstance(item, exp.Column) and not item.table and item.name.lower() in aliases:
                    # PostgreSQL finds the alias itself; a column of that name goes first, as in Redshift.
                    self.identifier(item.this)
                else:
                    self.expression(item, scope)


def _mentions(query: exp.Expr, name: str) -> bool:
    return any(table.name.lower() == name and not table.args.get("db") for table in query.find_all(exp.Table))
