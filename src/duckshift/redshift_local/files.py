"""Files that stand for Amazon S3: s3://bucket/key is <root>/bucket/key. DuckDB reads and writes Parquet."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from duckshift.redshift_local.errors import RedshiftError

INTERNAL = "XX000"
"""Redshift's SQL state for errors of loads and scans."""

_URI = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)


@dataclass(frozen=True)
class S3Object:
    """One object: its URI, and the file that stands for it."""

    uri: str
    path: Path

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.path.stat().st_size


def locate(uri: str, root: Path) -> Path:
    """Return the file or folder that stands for a URI."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise RedshiftError(f"invalid S3 path: {uri}", INTERNAL)
    bucket, key = match.groups()
    if any(part in (".", "..") for part in (bucket, *key.split("/"))) or "\0" in uri:
        raise RedshiftError(f"invalid S3 path: {uri}", INTERNAL)
    return root / bucket / key


def objects_under(uri: str, root: Path) -> list[S3Object]:
    """Return the objects whose key begins with that of the URI, in the order of their keys."""
    start = locate(uri, root)
    match = _URI.fullmatch(uri)
    assert match is not None
    bucket, key = match.groups()
    base = root / bucket
    # S3 has no folders: a prefix may end in the middle of a name.
    folder = start if key.endswith("/") or not key else start.parent
    found = []
    for directory, _, names in os.walk(folder):
        for name in names:
            path = Path(directory) / name
            object_key = path.relative_to(base).as_posix()
            if object_key.startswith(key):
                found.append((object_key, path))
    return [S3Object(f"s3://{bucket}/{object_key}", path) for object_key, path in sorted(found)]


def data_files(uri: str, root: Path) -> list[S3Object]:
    """Return the files of an external table or partition: hidden ones are no data."""
    location = uri if uri.endswith("/") or locate(uri, root).is_file() else uri + "/"
    prefix = len(location)
    return [
        found
        for found in objects_under(location, root)
        if not any(part.startswith((".", "_")) for part in found.uri[prefix:].split("/"))
        and not Path(found.uri).name.startswith((".", "_", "#"))
        and not found.uri.endswith("~")
    ]


def read_manifest(uri: str, root: Path, *, lengths_required: bool) -> list[S3Object]:
    """Return the files that a manifest lists.

    `lengths_required`: each entry carries meta.content_length, as the columnar formats want. Files that are
    missing are an error if they are mandatory, and left out otherwise.
    """
    path = locate(uri, root)
    if not path.is_file():
        raise RedshiftError(
            f"Problem reading manifest file - S3ServiceException: The specified key does not exist: {uri}",
            INTERNAL,
        )
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
        listed = [
            (entry["url"], bool(entry.get("mandatory", False)), entry.get("meta") or {}) for entry in entries
        ]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise RedshiftError(
            f"Error: Problem reading manifest file {uri}: not in the format of a manifest", INTERNAL
        ) from error
    found = []
    for url, mandatory, meta in listed:
        target = locate(url, root)
        if not target.is_file():
            if mandatory:
                raise RedshiftError(
                    f"Problem reading manifest file - mandatory file is missing: {url}", INTERNAL
                )
            continue
        if lengths_required:
            length = meta.get("content_length")
            if not isinstance(length, int):
                raise RedshiftError(f"manifest {uri}: entry {url} has no meta.content_length", INTERNAL)
            if length != target.stat().st_size:
                raise RedshiftError(
                    f"manifest {uri}: content_length of {url} is {length}, the file has"
                    f" {target.stat().st_size} bytes",
                    INTERNAL,
                )
        found.append(S3Object(url, target))
    return found


@contextmanager
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of its own."""
    connection = duckdb.connect(config={"threads": 2})
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = true")
        yield connection
    finally:
        connection.close()


def quote(name: str) -> str:
    """Return a name for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


def path_list(paths: Sequence[Path]) -> str:
    """Return paths as a list for DuckDB's readers."""
    # Brackets and stars are patterns to DuckDB, and plain characters in S3 keys.
    return "[" + ", ".join(literal(re.sub(r"([\[*?])", r"[\1]", str(path))) for path in paths) + "]"


@dataclass(frozen=True)
class ParquetColumn:
    """One column of a Parquet file, as its schema says."""

    name: str
    physical: str
    converted: str
    logical: str
    precision: int | None
    scale: int | None
    is_optional: bool
    is_nested: bool

    @property
    def text(self) -> str:
        """The column as Redshift's messages write it."""
        kind = "group" if self.is_nested else self.physical.lower()
        return f"{'optional' if self.is_optional else 'required'} {kind} {self.name}"


def parquet_schemas(
    files: Sequence[S3Object], connection: duckdb.DuckDBPyConnection
) -> dict[str, list[ParquetColumn]]:
    """Return the columns of Parquet files by URI."""
    if not files:
        return {}
    paths = {str(file.path): file.uri for file in files}
    rows = _parquet_schema_rows(files, connection)
    found: dict[str, list[ParquetColumn]] = {file.uri: [] for file in files}
    inside: dict[str, int] = {}
    for file_name, name, physical, repetition, children, converted, scale, precision, logical in rows:
        uri = paths[file_name]
        if uri not in inside:
            inside[uri] = 0  # the root
            continue
        if inside[uri]:
            inside[uri] += (children or 0) - 1
            continue
        inside[uri] = children or 0
        found[uri].append(
            ParquetColumn(
                name,
                physical or "",
                converted or "",
                logical or "",
                precision,
                scale,
                repetition != "REQUIRED",
                bool(children),
            )
        )
    return found


def _parquet_schema_rows(
    files: Sequence[S3Object], connection: duckdb.DuckDBPyConnection
) -> list[tuple[Any, ...]]:
    columns = (
        "file_name, name, type, repetition_type, num_children, converted_type, scale, precision, logical_type"
    )
    try:
        return connection.execute(
            f"select {columns} from parquet_schema({path_list([file.path for file in files])})"
        ).fetchall()
    except duckdb.Error:
        # One of them cannot be read: find it.
        for file in files:
            try:
                connection.execute(f"select {columns} from parquet_schema({path_list([file.path])})")
            except duckdb.Error as error:
                raise RedshiftError(
                    f"Spectrum Scan Error: File '{file.uri}' is not a Parquet file that can be read: "
                    f"{str(error).splitlines()[0].replace(str(file.path), file.uri)}",
                    INTERNAL,
                ) from error
        raise
