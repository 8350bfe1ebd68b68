"""What names mean while a query is rewritten: columns of sources, their types, aliases of the select list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from duckshift.redshift_local.rewriting.types import RedshiftType


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query or relation."""

    name: str
    type: RedshiftType | None
    is_sized: bool = False
    """Whether PostgreSQL itself knows precision, scale or length of it."""

    @property
    def is_hidden(self) -> bool:
        """Whether a star leaves it out: "$path" and "$size" of external tables."""
        return self.name.startswith("$")


Columns = list[Column]
Relations = Mapping[tuple[str | None, str], Columns]


@dataclass(slots=True)
class Source:
    """One item of FROM; `columns` is None where they are not known."""

    name: str
    columns: Columns | None
    joined: set[str] = field(default_factory=set)
    """Columns that USING merges with those of a source before."""

    def find(self, name: str) -> Column | None:
        """Return a column by name."""
        return next((column for column in self.columns or () if column.name == name), None)


@dataclass(slots=True)
class Scope:
    """The names that one SELECT, UPDATE, DELETE or MERGE sees."""

    outer: "Scope | None" = None
    sources: list[Source] = field(default_factory=list)
    queries: dict[str, Columns | None] = field(default_factory=dict)
    """Columns of the WITH queries in reach."""

    aliases: dict[str, tuple[exp.Expr, RedshiftType | None]] = field(default_factory=dict)
    """Expressions of the select list so far, by alias ("SELECT list": lateral alias reference)."""

    sort_keys: str | None = None
    """How the sort-based aggregates of this SELECT sort."""

    def knows_everything(self) -> bool:
        """Whether the columns of all sources are known."""
        return all(source.columns is not None for source in self.sources)

    def is_row(self, name: str) -> bool:
        """Whether a name that is no column means the whole row of a source, where all columns are known."""
        scope: Scope | None = self
        while scope is not None:
            if not scope.knows_everything():
                return False
            if any(source.name == name for source in scope.sources):
                return True
            scope = scope.outer
        return False

    def column(self, table: str | None, name: str) -> Column | None:
        """Find a column here or, for a correlated query, further out."""
        scope: Scope | None = self
        while scope is not None:
            for source in scope.sources:
                if (table is None or source.name == table) and (found := source.find(name)) is not None:
                    return found
            if table is None and not scope.knows_everything():
                return None
            if any(source.name == table for source in scope.sources):
                return None
            scope = scope.outer
        return None
