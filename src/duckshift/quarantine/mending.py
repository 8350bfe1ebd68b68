"""A rejected record as it should have been: taken apart, unwrapped, with the corrections of a person."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckshift.contract import Entity
from duckshift.errors import UserError
from duckshift.quarantine.rejects import Reject

# Reasons for which the raw text is not what the source wrote: nothing passes without a correction.
INEXACT = ("no UTF-8", "null character", "65,535 bytes")
ESCAPED_BYTE = re.compile(r"\\x[0-9A-F]{2}")
NOT_IN_CSV = re.compile(r'[,"\r\n]')


class NotMended(Exception):
    """A record cannot be delivered again as it is; the message says why."""


@dataclass(frozen=True)
class Correction:
    """What a person says of a record: values of some columns, or the whole line as it should have been."""

    values: dict[str, Any] = field(default_factory=dict)
    line: str | None = None


@dataclass(frozen=True)
class Mended:
    """A record to be delivered again."""

    reject: Reject
    values: dict[str, Any]  # by column; of CSV and Parquet texts
    changed: list[str]  # columns that a person set; ["line"] for a whole line


def read_corrections(path: Path) -> dict[int, Correction]:
    """Read corrections, one JSON object per line: {"reject_key", "set": {column: value}} or "line".

    Raises UserError if the file cannot be read so.
    """
    corrections: dict[int, Correction] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: write one JSON object per line, in UTF-8") from error
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            said = json.loads(text)
            key, values, line = int(said["reject_key"]), said.get("set", {}), said.get("line")
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f'{path}, line {number}: write {{"reject_key": 1, "set": {{"column": "value"}}}}'
            ) from error
        if not isinstance(values, dict) or not isinstance(line, str | None) or bool(values) == bool(line):
            raise UserError(f'{path}, line {number}: give either "set", an object, or "line", a text')
        corrections[key] = Correction(values, line)
    return corrections


def header_of(root: Path, file: str) -> list[str]:
    """Return the columns of a CSV file, in order; raises NotMended if the file has expired."""
    try:
        with (root / file).open("rb") as stream:
            first = stream.readline()
    except OSError as error:
        raise NotMended("its file is not in the landing zone any more: ask the source") from error
    return [name.strip().lower() for name in first.decode("utf-8-sig", errors="replace").split(",")]


def ensure_known_columns(entity: Entity, correction: Correction) -> None:
    """Raise UserError if a correction names a column that the contract does not have."""
    known = {column.name for column in (*entity.columns, *entity.change_columns)}
    strange = sorted(set(correction.values) - known)
    if strange:
        raise UserError(
            f"{entity.path} has no column {strange[0]}: its columns are {', '.join(sorted(known))}"
        )


def mend(root: Path, reject: Reject, entity: Entity, correction: Correction | None) -> Mended:
    """Return a rejected record with its correction, or as it is (a rule may have changed since).

    Raises NotMended if it cannot be taken apart.
    """
    correction = correction or Correction()
    is_exact = not any(words in reject.reason for words in INEXACT)
    if not is_exact and correction == Correction():
        raise NotMended(f"{reject.reason}: say what it should be (--set, --line)")
    is_blanked = "the line holds a null character" in reject.reason and "\\u0000" not in (reject.raw or "")
    if is_blanked and correction.line is None:
        raise NotMended(f"{reject.reason}: of it only a blank is known, say the whole line (--line)")
    values = values_of(root, reject, entity, correction)
    values |= correction.values if entity.file_format == "json" else _texts(correction.values)
    if entity.file_format == "csv":
        _require_csv_values(values)
    if (
        not is_exact
        and correction.line is None
        and ESCAPED_BYTE.search(json.dumps(values).replace("\\\\", "\\"))
    ):
        raise NotMended(f"{reject.reason}: it still holds such a byte (--set the column, or --line)")
    changed = ["line"] if correction.line is not None else sorted(correction.values)
    return Mended(reject, values, changed)


def values_of(
    root: Path, reject: Reject, entity: Entity, correction: Correction | None = None
) -> dict[str, Any]:
    """Return the values of a rejected record by column, before its correction; that may be another line.

    Raises NotMended if it cannot be taken apart.
    """
    correction = correction or Correction()
    text = correction.line if correction.line is not None else reject.raw or ""
    if entity.file_format == "csv":
        return _csv_values(text, header_of(root, reject.file), bool(correction.values))
    if entity.file_format == "json":
        return _json_values(text, bool(correction.values))
    return _parquet_values(text)


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    return {name: text_of(value) for name, value in values.items()}


def text_of(value: Any) -> str | None:
    """Return a value as a text file or a Parquet file of texts has it."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)


def _csv_values(text: str, header: list[str], has_values: bool) -> dict[str, Any]:
    fields = text.split(",")
    if len(fields) == len(header):
        return dict(zip(header, fields, strict=True))
    if has_values:
        # Which field is which is not known: what is not said stays empty.
        return {}
    raise NotMended(
        f"{len(header)} fields expected, found {len(fields)}: say what it should be (--set, --line)"
    )


def _require_csv_values(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None and NOT_IN_CSV.search(value):
            reason = f"{name}: a CSV value holds no comma, quote or line break"
            raise NotMended(f"{reason}: say what it should be (--set, --line)")


def _json_values(text: str, has_values: bool) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        if has_values:
            return {}
        raise NotMended("the line is no JSON object: say what it should be (--set, --line)") from error
    if not isinstance(record, dict):
        raise NotMended("the line is no JSON object: say what it should be (--line)")
    if "rawData" in record and "errorCode" in record:
        return _undelivered(record)
    return record


def _undelivered(failure: dict[str, Any]) -> dict[str, Any]:
    """Return the event within a failure record of the stream, which holds it whole, in base64."""
    try:
        record = json.loads(base64.b64decode(str(failure["rawData"]), validate=True).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotMended("rawData of the failure record holds no JSON object") from error
    if not isinstance(record, dict):
        raise NotMended("rawData of the failure record holds no JSON object")
    return record


def _parquet_values(text: str) -> dict[str, Any]:
    try:
        # Numbers as they are written: 0.10 is no double.
        record, plain = json.loads(text, parse_float=str, parse_int=str), json.loads(text)
    except ValueError as error:
        raise NotMended("the record is too long to be kept whole: ask the source") from error
    return _texts(
        {name: plain[name] if isinstance(value, list | dict) else value for name, value in record.items()}
    )
