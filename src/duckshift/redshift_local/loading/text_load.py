"""Text files to one CSV file that PostgreSQL copies, and the errors on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from duckshift.redshift_local.files import S3Object
from duckshift.redshift_local.loading.load_errors import LoadError
from duckshift.redshift_local.loading.options import CopyOptions
from duckshift.redshift_local.loading.records import Record, read_json, read_records
from duckshift.redshift_local.loading.values import Column, Converter, ValueProblemError, converter

NULL = "\\N"
"""Unquoted, PostgreSQL reads it as null; texts are always quoted."""


@dataclass
class Outcome:
    """What became of the records."""

    errors: list[LoadError] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Records read per file."""

    @property
    def scanned(self) -> int:
        """Records in all files."""
        return sum(self.lines.values())


def write_csv(
    files: list[S3Object], columns: list[Column], options: CopyOptions, root: Path, target: Path
) -> Outcome:
    """Convert the records of all files; stops when there are as many errors as COPY does not bear."""
    outcome = Outcome()
    converters = [converter(column, options) for column in columns]
    limit = max(options.max_error, 1)
    with target.open("w", encoding="utf-8", newline="") as sink:
        for file in files:
            outcome.lines[file.uri] = 0
            for record in _records(file, columns, options, root):
                outcome.lines[file.uri] += 1
                _write(file, record, columns, converters, options, sink, outcome)
                if len(outcome.errors) >= limit:
                    return outcome
    return outcome


def _records(file: S3Object, columns: list[Column], options: CopyOptions, root: Path) -> Iterator[Record]:
    if options.format == "json":
        return read_json(file, options, [column.name for column in columns], root)
    return read_records(file, options)


def _write(
    file: S3Object,
    record: Record,
    columns: list[Column],
    converters: list[Converter],
    options: CopyOptions,
    sink: TextIO,
    outcome: Outcome,
) -> None:
    if (problem := _shape_problem(record, columns, options)) is not None:
        outcome.errors.append(_error(file, record, columns[0], "", problem))
        return
    values: list[str] = []
    for place, column in enumerate(columns):
        raw = record.fields[place] if place < len(record.fields) else _filled(column, options)
        try:
            values.append(_value(raw, column, converters[place], options))
        except ValueProblemError as found:
            outcome.errors.append(_error(file, record, column, raw or "", found))
            return
    sink.write(",".join(values) + "\n")


def _shape_problem(record: Record, columns: list[Column], options: CopyOptions) -> ValueProblemError | None:
    if record.problem is not None:
        return ValueProblemError(1214 if options.format == "csv" else 1216, record.problem)
    if options.format == "json":
        return None
    if len(record.fields) > len(columns):
        # A delimiter at the end of the line is no further column.
        if len(record.fields) == len(columns) + 1 and record.fields[-1] == "":
            record.fields.pop()
            return None
        return ValueProblemError(1202, "Extra column(s) found")
    if len(record.fields) < len(columns) and not options.has("fillrecord"):
        return ValueProblemError(1201, "Delimiter not found")
    return None


def _filled(column: Column, options: CopyOptions) -> str | None:
    return "" if column.type.is_text and not options.has("emptyasnull") else None


def _value(raw: str | None, column: Column, convert: Converter, options: CopyOptions) -> str:
    value = None
    if raw is not None:
        if options.replacement is not None and column.type.name == "character varying":
            raw = "".join(options.replacement if 0xD800 <= ord(c) < 0xE000 else c for c in raw)
        _check_characters(raw)
        value = convert(raw)
    if value is None:
        if column.not_null:
            raise ValueProblemError(1213, "Missing data for not-null field")
        return NULL
    return _QUOTED % value.replace('"', '""')


_QUOTED = '"%s"'


def _check_characters(text: str) -> None:
    if text.isascii() and "\0" not in text:
        return
    for position, character in enumerate(text):
        if 0xD800 <= ord(character) < 0xE000 or character == "\0":
            byte = ord(character) & 0xFF
            raise ValueProblemError(
                1220,
                "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence:"
                f" {byte:02x} (error 1)",
                position,
            )


def _error(file: S3Object, record: Record, column: Column, raw: str, problem: ValueProblemError) -> LoadError:
    size = "" if column.type.size is None else str(column.type.size)
    if column.type.scale is not None:
        size += f", {column.type.scale}"
    return LoadError(
        file_name=file.uri,
        line_number=record.line_number,
        column_name=column.name,
        column_type=column.type.name.replace("character varying", "varchar").replace("character", "char"),
        column_length=size,
        position=problem.position,
        raw_line=_printable(record.raw),
        raw_value=_printable(raw),
        code=problem.code,
        reason=problem.reason,
    )


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
