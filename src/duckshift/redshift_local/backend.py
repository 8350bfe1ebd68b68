"""What statement handlers may ask of the client's own PostgreSQL session, and what they give back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Translation:
    """One PostgreSQL statement that is sent in the place of the client's."""

    sql: str
    command_tag: str | None = None
    """What the client is told instead of PostgreSQL's own tag, such as COPY or UNLOAD."""


class Backend(Protocol):
    """The PostgreSQL session of one client, idle between two of the client's statements.

    Everything runs inside the client's transaction, so that tables it has not committed are seen. Errors of
    PostgreSQL come back as RedshiftError.
    """

    @property
    def bucket_root(self) -> Path:
        """The folder that stands for S3: s3://bucket/key is bucket_root/bucket/key."""
        ...

    @property
    def scratch(self) -> Path:
        """A private folder for files in between; whoever writes there removes them."""
        ...

    async def rows(self, sql: str) -> list[tuple[str | None, ...]]:
        """Return the rows of a PostgreSQL query as texts."""
        ...

    async def run(self, sql: str) -> None:
        """Run PostgreSQL statements and drop their results."""
        ...

    async def copy_in(self, sql: str, source: Path) -> int:
        """Run `copy ... from stdin` with the content of a file; return the number of rows."""
        ...

    async def copy_out(self, sql: str, target: Path) -> int:
        """Run `copy ... to stdout` into a file; return the number of rows."""
        ...
