"""Rewriting of INSERT, UPDATE, DELETE and MERGE."""

from typing import Final

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting.queries import QueryRewriter
from duckshift.redshift_local.rewriting.refusals import not_emulated, refuse
from duckshift.redshift_local.rewriting.scopes import Scope

_REFUSED: Final = {
    "returning": "RETURNING",
    "conflict": "ON CONFLICT",
    "overwrite": "INSERT OVERWRITE",
    "ignore": "INSERT IGNORE",
    "alternative": "INSERT OR REPLACE",
    "by_name": "INSERT BY NAME",
    "partition": "PARTITION",
    "settings": "SETTINGS",
    "order": "ORDER BY in a statement that changes rows",
    "limit": "LIMIT in a statement that changes rows",
    "exists": "IF EXISTS",
    "where": "REPLACE WHERE",
    "using": "USING",
    "source": "a source table",
    "stored": "STORED",
    "hint": "a hint",
    "options": "OPTION",
}


class ChangeRewriter(QueryRewriter):
    """Rewrites statements that change rows in place."""

    def change(self, node: exp.Expr) -> None:
        """Rewrite INSERT, UPDATE, DELETE or MERGE."""
        if isinstance(node, exp.Insert):
            self._insert(node)
        elif isinstance(node, exp.Update):
            self._update(node)
        elif isinstance(node, exp.Delete):
            self._delete(node)
        elif isinstance(node, exp.Merge):
            self._merge(node)
        else:
            refuse(f"this statement: {node.sql(dialect='redshift')[:60]}")

    def _check(self, node: exp.Expr, *allowed: str) -> None:
        for part, construct in _REFUSED.items():
            if node.args.get(part) and part not in allowed:
                refuse(construct)

    def _target(self, node: exp.Expr, scope: Scope) -> None:
        """Rewrite the table that is changed, with its list of columns if there is one."""
        table = node
        if isinstance(node, exp.Schema):
            table = node.this
            for column in node.expressions:
                self.identifier(column.this if isinstance(column, exp.Column) else column)
        if not isinstance(table, exp.Table):
            refuse(f"{table.sql(dialect='redshift')[:40]} as the table to change")
        self.source(table, scope)

    def _insert(self, node: exp.Insert) -> None:
        self._check(node)
        scope = self.with_(node, None)
        self._target(node.this, scope)
        source = node.args.get("expression")
        if isinstance(source, exp.Values):
            for row in source.expressions:
                values = row.expressions if isinstance(row, exp.Tuple) else [row]
                self._values(values, Scope(queries=scope.queries))
        elif source is not None:
            self.query(source, Scope(queries=scope.queries))
        elif not node.args.get("default"):
            refuse("INSERT without rows")

    def _values(self, values: list[exp.Expr], scope: Scope) -> None:
        for value in list(values):
            if not _is_default(value):
                self.expression(value, scope)

    def _assign(self, assignments: list[exp.Expr], scope: Scope) -> None:
        for assignment in assignments:
            if not isinstance(assignment, exp.EQ) or not isinstance(assignment.this, exp.Column):
                refuse("SET of several columns at once")
            column = assignment.this
            # Redshift takes the table's name before the column, PostgreSQL does not.
            for part in ("table", "db", "catalog"):
                column.set(part, None)
            self.identifier(column.this)
            if not _is_default(assignment.expression):
                self.expression(assignment.expression, scope)

    def _update(self, node: exp.Update) -> None:
        self._check(node, "where")
        scope = self.with_(node, None)
        self._target(node.this, scope)
        self.from_(node, scope)
        self._assign(node.expressions, scope)
        if node.args.get("where") is not None:
            self.expression(node.args["where"].this, scope)

    def _delete(self, node: exp.Delete) -> None:
        self._check(node, "where", "using")
        if node.args.get("tables"):
            # DELETE table, without FROM.
            tables = node.args["tables"]
            if len(tables) != 1 or node.args.get("this"):
                refuse("DELETE from several tables")
            node.set("this", tables[0])
            node.set("tables", None)
        scope = self.with_(node, None)
        self._target(node.this, scope)
        for table in node.args.get("using") or []:
            self.source(table, scope)
        if node.args.get("where") is not None:
            self.expression(node.args["where"].this, scope)

    def _merge(self, node: exp.Merge) -> None:
        """MERGE takes one action for matches and one for the rest ("MERGE")."""
        if node.args.get("with_") is not None:
            refuse("WITH in MERGE")
        if node.args.get("returning") is not None:
            refuse("RETURNING")
        if not isinstance(node.args["using"], exp.Table):
            refuse("a subquery as the source of MERGE", "the source is a table")
        if node.this.args.get("alias") is not None:
            refuse("an alias of the target of MERGE")
        if node.args.get("using_cond") or node.args.get("on") is None:
            refuse("USING (columns) in MERGE")
        if _table_name(node.this) == _table_name(node.args["using"]):
            raise RedshiftError("the source and the target of MERGE cannot be the same table")
        scope = Scope()
        self._target(node.this, scope)
        self.source(node.args["using"], scope)
        self.expression(node.args["on"], scope)
        seen = set()
        for when in node.args["whens"].expressions:
            is_match = bool(when.args.get("matched"))
            if when.args.get("source"):
                refuse("WHEN NOT MATCHED BY SOURCE")
            if when.args.get("condition") is not None:
                refuse("WHEN [NOT] MATCHED AND condition")
            if is_match in seen:
                refuse(f"several WHEN {'' if is_match else 'NOT '}MATCHED clauses")
            seen.add(is_match)
            self._merge_action(when.args["then"], scope, is_match=is_match)
        if len(seen) < 2:
            refuse("MERGE with only one of WHEN MATCHED and WHEN NOT MATCHED", "both are needed")

    def _merge_action(self, action: exp.Expr, scope: Scope, *, is_match: bool) -> None:
        if isinstance(action, exp.Update) and is_match:
            if action.args.get("where") is not None or not action.expressions:
                refuse("this UPDATE in MERGE")
            self._assign(action.expressions, scope)
        elif isinstance(action, exp.Insert) and not is_match:
            if action.args.get("where") is not None:
                refuse("INSERT ... WHERE in MERGE")
            for column in getattr(action.this, "expressions", None) or []:
                if not isinstance(column, exp.Column):
                    refuse("INSERT * in MERGE")
                for part in ("table", "db", "catalog"):
                    column.set(part, None)
                self.identifier(column.this)
            source = action.args.get("expression")
            if not isinstance(source, exp.Tuple):
                refuse("INSERT without VALUES in MERGE")
            self._values(source.expressions, scope)
        elif isinstance(action, exp.Var) and action.name.lower() == "delete" and is_match:
            return
        else:
            not_emulated(f"the action {action.sql(dialect='redshift')[:40]} in MERGE")


def _table_name(node: exp.Expr) -> tuple[str, str]:
    return node.text("db").lower(), node.name.lower()


def _is_default(node: exp.Expr) -> bool:
    if isinstance(node, exp.Var):
        return node.name.lower() == "default"
    return (
        isinstance(node, exp.Column)
        and not node.table
        and node.name.lower() == "default"
        and not node.this.args.get("quoted")
    )
