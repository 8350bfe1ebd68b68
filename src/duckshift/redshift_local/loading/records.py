"""Text files as records of fields: delimited, CSV and JSON.

Bytes that are no UTF-8 become lone surrogates (Python's surrogateescape), so that delimiters are found
whatever the bytes between them are, and the field can be reported.
"""

import bz2
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.files import INTERNAL, S3Object, duck, literal, locate
from duckshift.redshift_local.loading.options import CopyOptions


@dataclass(frozen=True)
class Record:
    """One record: fields as texts, None for null; `problem` if it cannot be told into fields."""

    line_number: int
    raw: str
    fields: list[str | None]
    problem: str | None = None


def read_bytes(file: S3Object, options: CopyOptions) -> bytes:
    """Return the content of a file, unpacked."""
    try:
        if options.compression == "gzip":
            return gzip.decompress(file.path.read_bytes())
        if options.compression == "bzip2":
            return bz2.decompress(file.path.read_bytes())
        if options.compression == "zstd":
            return _unpack_zstd(file.path)
    except (OSError, EOFError, ValueError) as error:
        raise RedshiftError(f"Error: File '{file.uri}' cannot be unpacked: {error}", INTERNAL) from error
    return file.path.read_bytes()


def _unpack_zstd(path: Path) -> bytes:
    # Python has no reader of its own before 3.14; DuckDB has, for lines.
    with duck() as connection:
        rows = connection.execute(
            f"select line from read_csv({literal(str(path))}, columns = {{'line': 'varchar'}}, compression"
            " = 'zstd',"
            " delim = '\x01', quote = '', escape = '', header = false, encoding = 'latin-1', new_line ="
            " '\\n',"
            " auto_detect = false, max_line_size = 16777216)"
        ).fetchall()
    return "".join(f"{row[0] or ''}\n" for row in rows).encode("latin-1")


def read_records(file: S3Object, options: CopyOptions) -> Iterator[Record]:
    """Return the records of a delimited or CSV file."""
    lines = _decode(file, options).split("\n")
    if lines and not lines[-1]:
        lines.pop()
    numbered = list(enumerate(lines, start=1))[options.ignore_header :]
    if options.has("ignoreblanklines"):
        numbered = [(number, line) for number, line in numbered if line.strip("\r")]
    if options.format == "csv":
        return _csv_records(numbered, options)
    return _delimited_records(numbered, options)


def _decode(file: S3Object, options: CopyOptions) -> str:
    content = read_bytes(file, options)
    if options.encoding == "utf-8":
        return content.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    try:
        return content.decode(options.encoding)
    except UnicodeDecodeError as error:
        raise RedshiftError(f"File '{file.uri}' is not in the encoding that COPY names", INTERNAL) from error


def _csv_records(numbered: list[tuple[int, str]], options: CopyOptions) -> Iterator[Record]:
    position = 0
    while position < len(numbered):
        start = position
        # A quoted field may go over several lines: as long as the number of quotes is odd.
        text = numbered[position][1]
        while text.count(options.quote) % 2 and position + 1 < len(numbered):
            position += 1
            text += "\n" + numbered[position][1]
        position += 1
        raw = text.removesuffix("\r")
        yield _csv_record(numbered[start][0], raw, options)


def _csv_record(number: int, raw: str, options: CopyOptions) -> Record:
    if raw.count(options.quote) % 2:
        return Record(number, raw, [], "Invalid quote formatting for CSV. Unbalanced number of quotes.")
    fields: list[str | None] = []
    position = 0
    delimiter, quote = options.field_delimiter, options.quote
    while True:
        start = position
        while raw[position : position + 1] in (" ", "\t") and raw[position] != delimiter:
            position += 1
        if raw[position : position + 1] == quote:
            value, position = _quoted(raw, position, quote)
            while raw[position : position + 1] in (" ", "\t") and raw[position] != delimiter:
                position += 1
            if position < len(raw) and raw[position] != delimiter:
                return Record(number, raw, [], "Invalid quote formatting for CSV")
            fields.append(value)
        else:
            end = raw.find(delimiter, start)
            end = len(raw) if end < 0 else end
            value = raw[start:end]
            position = end
            fields.append(None if value == options.null else value)
        if position >= len(raw):
            return Record(number, raw, fields)
        position += 1


def _quoted(raw: str, position: int, quote: str) -> tuple[str, int]:
    """Return a quoted value and the position after it."""
    parts = []
    position += 1
    while True:
        end = raw.index(quote, position)
        parts.append(raw[position:end])
        if raw[end + 1 : end + 2] != quote:
            return quote.join(parts), end + 1
        position = end + 2


def _delimited_records(numbered: list[tuple[int, str]], options: CopyOptions) -> Iterator[Record]:
    delimiter = re.escape(options.field_delimiter)
    position = 0
    while position < len(numbered):
        number, raw = numbered[position]
        if options.has("escape"):
            while re.search(r"(?<!\\)(\\\\)*\\$", raw) and position + 1 < len(numbered):
                position += 1
                raw += "\n" + numbered[position][1]
        position += 1
        raw = raw.removesuffix("\r")
        if options.has("escape"):
            texts = re.findall(rf"((?:\\.|[^\\{delimiter}])*)(?:{delimiter}|$)", raw, re.DOTALL)
            # The pattern also matches the empty text at the end of the last field.
            texts = texts[:-1] if len(texts) > 1 and not raw.endswith(options.field_delimiter) else texts
        else:
            texts = raw.split(options.field_delimiter)
        yield Record(number, raw, [_delimited_field(text, options) for text in texts])


def _delimited_field(text: str, options: CopyOptions) -> str | None:
    if text == options.null or (options.has("escape") and options.null == "\\N" and text == "\\\\N"):
        return None
    if options.has("removequotes") and len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1]
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if options.has("escape") else text


def read_json(file: S3Object, options: CopyOptions, columns: list[str], root: Path) -> Iterator[Record]:
    """Return the records of a JSON file: objects or arrays one after the other."""
    text = _decode(file, options)
    pick = _picker(options.json_option, columns, root)
    decoder = json.JSONDecoder(parse_float=_Number, parse_int=_Number, strict=False)
    position = 0
    while match := re.compile(r"\S").search(text, position):
        position = match.start()
        number = text.count("\n", 0, position) + 1
        end_of_line = text.find("\n", position)
        end_of_line = len(text) if end_of_line < 0 else end_of_line
        try:
            value, position = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            yield Record(number, text[position:end_of_line], [], "Invalid JSON format")
            position = end_of_line
            continue
        raw = text[match.start() : position]
        if not isinstance(value, dict | list):
            yield Record(number, raw, [], "Invalid JSON format: an object or array is expected")
            continue
        yield Record(number, raw, [_json_field(field) for field in pick(value)])


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _json_field(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else _json_text(value)


def _json_text(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_json_text(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _picker(option: str, columns: list[str], root: Path) -> Any:
    """Return the function that takes the values of the columns out of a record."""
    if option == "auto":
        return lambda record: [_of_object(record).get(name) for name in columns]
    if option == "auto ignorecase":

        def pick(record: Any) -> list[Any]:
            folded = {key.lower(): value for key, value in _of_object(record).items()}
            return [folded.get(name) for name in columns]

        return pick
    if not option.startswith("s3://"):
        raise RedshiftError(f"Invalid JSON option: '{option}'", INTERNAL)
    path = locate(option, root)
    if not path.is_file():
        raise RedshiftError(f"The specified JSONPaths file does not exist: {option}", INTERNAL)
    try:
        paths = [_steps(text) for text in json.loads(path.read_text(encoding="utf-8"))["jsonpaths"]]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise RedshiftError(f"Invalid JSONPaths file: {option}", INTERNAL) from error
    if len(paths) != len(columns):
        raise RedshiftError(
            f"Number of jsonpaths and the number of columns should match. JSONPath size: {len(paths)}, "
            f"Number of columns in table or column list: {len(columns)}",
            INTERNAL,
        )
    return lambda record: [_follow(record, steps) for steps in paths]


def _of_object(record: Any) -> dict[str, Any]:
    return record if isinstance(record, dict) else {}


def _steps(path: str) -> list[str | int]:
    if not isinstance(path, str) or not path.startswith("$"):
        raise RedshiftError(f"Invalid JSONPath format: {path}", INTERNAL)
    steps: list[str | int] = []
    for dotted, quoted, double_quoted, index in re.findall(
        r"\.([A-Za-z_]\w*)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+)\]", path
    ):
        steps.append(int(index) if index else dotted or quoted or double_quoted)
    return steps


def _follow(value: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return None
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value
