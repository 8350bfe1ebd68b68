"""What the parts of the rewriting call of each other."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sqlglot import exp

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.rewriting.scopes import Columns, Scope
from duckshift.redshift_local.rewriting.types import RedshiftType

Types = list[RedshiftType | None]


class Rewriter(ABC):
    """Rewrites one statement in place and infers types."""

    def __init__(self, *, is_leader_query: bool, reads_tables: bool) -> None:
        self.is_leader_query = is_leader_query
        """Whether the leader node alone answers the statement, because it reads no table of a user."""
        self.reads_tables = reads_tables
        """Whether the statement reads any table."""

    @abstractmethod
    def expression(self, node: exp.Expr, scope: Scope) -> RedshiftType | None:
        """Rewrite an expression in place; return its type, None where it is not known."""

    @abstractmethod
    def subquery(self, node: exp.Expr, scope: Scope) -> Columns | None:
        """Rewrite a query inside an expression; return its columns, None where they are not known."""

    def expressions(self, nodes: Sequence[exp.Expr], scope: Scope) -> Types:
        """Rewrite several expressions."""
        return [self.expression(node, scope) for node in list(nodes)]

    def arguments(self, node: exp.Anonymous, scope: Scope) -> Types:
        """Rewrite the arguments of a call, `*` and DISTINCT included."""
        types: Types = []
        for argument in list(node.expressions):
            if isinstance(argument, exp.Star):
                types.append(None)
            elif isinstance(argument, exp.Distinct):
                types.extend(self.expressions(argument.expressions, scope))
            else:
                types.append(self.expression(argument, scope))
        return types

    def ordering(self, order: exp.Expr, scope: Scope) -> Types:
        """Rewrite the expressions of an ORDER BY."""
        return [self.expression(ordered.this, scope) for ordered in order.expressions]

    def leader_only(self, name: str) -> None:
        """Refuse a function of the leader node in a query that reads tables."""
        if not self.is_leader_query:
            raise RedshiftError(
                f'function "{name}" is leader-node only: '
                "specified types or functions not supported on Redshift tables",
                "0A000",
            )

    def compute_only(self, name: str) -> None:
        """Refuse a function of the compute nodes in a query that reads no table."""
        if not self.reads_tables:
            raise RedshiftError(
                f"{name} is a compute-node only function: the query must read a table", "0A000"
            )


def wants(node: exp.Anonymous, least: int, most: int, names: str) -> None:
    """Refuse a call with another number of arguments."""
    if not least <= len(node.expressions) <= most:
        raise RedshiftError(f"{node.name.upper()} takes {names}", "42883")
