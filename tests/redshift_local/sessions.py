"""A client of the local server for tests: rows, errors, and files of its S3 folder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import redshift_connector
from tests.redshift_servers import RedshiftServer

ROLE = "iam_role 'arn:aws:iam::123456789012:role/test'"


class Session:
    """A connection on which every statement is a transaction of its own."""

    def __init__(self, server: RedshiftServer) -> None:
        self.server = server
        self._connection = server.connect()
        self._cursor = self._connection.cursor()

    def run(self, *statements: str) -> None:
        """Run statements."""
        for statement in statements:
            self._cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        self._cursor.execute(query)
        return [tuple(row) for row in self._cursor.fetchall()]

    def value(self, query: str) -> Any:
        """Return the only value of a query."""
        ((found,),) = self.rows(query)
        return found

    def error(self, statement: str) -> str:
        """Return the error of a statement; fails if there is none."""
        try:
            self._cursor.execute(statement)
        except redshift_connector.error.ProgrammingError as error:
            return str(error.args[0]["M"])
        raise AssertionError(f"no error: {statement}")

    def notices(self) -> list[str]:
        """Return what the server told the client since the last call."""
        found = [notice[b"M"].decode() for notice in self._connection.notices]
        self._connection.notices.clear()
        return found

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # Files

    def path(self, uri: str) -> Path:
        """Return the file or folder that stands for a URI."""
        path = self.server.s3_root / uri.removeprefix("s3://")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, uri: str, content: str | bytes) -> None:
        """Put an object."""
        self.path(uri).write_bytes(content if isinstance(content, bytes) else content.encode())

    def write_parquet(self, uri: str, query: str) -> None:
        """Put a Parquet file with the rows of a DuckDB query."""
        with duckdb.connect() as connection:
            connection.execute(f"copy ({query}) to '{self.path(uri)}' (format parquet)")

    def write_manifest(self, uri: str, *entries: dict[str, Any]) -> None:
        """Put a manifest."""
        self.write(uri, json.dumps({"entries": entries}))

    def entry(self, uri: str, **more: Any) -> dict[str, Any]:
        """Return the entry of a manifest for a file that exists."""
        return {"url": uri, "meta": {"content_length": self.path(uri).stat().st_size}, **more}

    def keys(self, uri: str) -> list[str]:
        """Return the keys of all objects below a URI, relative to it."""
        folder = self.path(uri)
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@contextmanager
def session(server: RedshiftServer, schema: str) -> Iterator[Session]:
    """Open a session whose unqualified names are those of a new schema."""
    opened = Session(server)
    opened.run(
        f"drop schema if exists {schema} cascade", f"create schema {schema}", f"set search_path to {schema}"
    )
    yield opened
    opened.close()
