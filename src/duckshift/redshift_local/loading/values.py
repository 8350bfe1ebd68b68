"""Texts of files as values of Redshift's types: what COPY converts, and what it reports."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from duckshift.redshift_local.errors import LocalLimit
from duckshift.redshift_local.loading.options import CopyOptions
from duckshift.redshift_local.rewriting.types import RedshiftType

_LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_TRUE = ("t", "true", "y", "yes", "1")
_FALSE = ("f", "false", "n", "no", "0")
_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d{2})",
    "MON": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>\d{1,2})",
    "DDD": r"(?P<day_of_year>\d{1,3})",
    "DD": r"(?P<day>\d{1,2})",
    "HH24": r"(?P<hour>\d{1,2})",
    "HH12": r"(?P<hour>\d{1,2})",
    "HH": r"(?P<hour>\d{1,2})",
    "MI": r"(?P<minute>\d{1,2})",
    "SS": r"(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,6})\d*)?",
    "AM": r"(?P<half>[AaPp])[Mm]",
    "PM": r"(?P<half>[AaPp])[Mm]",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONE = r"(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
_AUTO_DATES = (
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "MM/DD/YYYY",
    "MM-DD-YYYY",
    "DD.MM.YYYY",
    "MON-DD-YYYY",
    "DD-MON-YYYY",
    "YYYYMMDD",
)
_AUTO_TIME = r"[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6})\d*)?)?"


class ValueProblemError(Exception):
    """A text that is no value of its column's type."""

    def __init__(self, code: int, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.position = position


@dataclass(frozen=True)
class Column:
    """A column to be loaded."""

    name: str
    type: RedshiftType
    not_null: bool
    has_default: bool


Converter = Callable[[str], str | None]


def converter(column: Column, options: CopyOptions) -> Converter:
    """Return the function that turns a field into PostgreSQL's text of the value, or None for null."""
    kind = column.type
    if kind.is_text:
        return lambda text: _text(text, kind, options)
    plain = _plain_converter(kind, options)

    def convert(text: str) -> str | None:
        stripped = text.strip()
        return plain(stripped) if stripped else None

    return convert


def _plain_converter(kind: RedshiftType, options: CopyOptions) -> Callable[[str], str | None]:
    converters: dict[str, Callable[[str], str | None]] = {
        **dict.fromkeys(_LIMITS, lambda text: _integer(text, kind)),
        "numeric": lambda text: _decimal(text, kind, options),
        "real": _float,
        "double precision": _float,
        "boolean": _boolean,
        "date": lambda text: _date(text, options),
        "timestamp without time zone": lambda text: _timestamp(text, kind, options),
        "timestamp with time zone": lambda text: _timestamp(text, kind, options),
        "super": str,
    }
    if kind.name not in converters:
        raise LocalLimit(f"COPY of text into a column of type {kind}")
    return converters[kind.name]


def _text(text: str, kind: RedshiftType, options: CopyOptions) -> str | None:
    if options.has("emptyasnull") and not text:
        return None
    if options.has("blanksasnull") and text and not text.strip():
        return None
    if kind.name == "character":
        text = text.rstrip(" ")
        if not text.isascii():
            raise ValueProblemError(
                1215, "Multibyte character not supported for CHAR (Hint: try using VARCHAR)"
            )
    elif options.has("trimblanks"):
        text = text.rstrip()
    size = kind.size or 0
    if len(text.encode()) > size:
        if not options.has("truncatecolumns"):
            raise ValueProblemError(1204, "String length exceeds DDL length")
        text = truncate(text, size)
    return text


def truncate(text: str, size: int) -> str:
    """Cut a text to a number of bytes, between characters."""
    return text.encode()[:size].decode(errors="ignore")


def _integer(text: str, kind: RedshiftType) -> str:
    match = re.match(r"[+-]?\d*", text)
    end = match.end() if match else 0
    if end < len(text) or not text.strip("+-"):
        name = {"smallint": "Short", "integer": "Integer", "bigint": "Long"}[kind.name]
        shown = text[end : end + 1]
        raise ValueProblemError(1207, f"Invalid digit, Value '{shown}', Pos {end}, Type: {name}", end)
    value = int(text)
    if not -_LIMITS[kind.name] <= value < _LIMITS[kind.name]:
        raise ValueProblemError(1207, f"Overflow for {kind} (value '{text}')")
    return str(value)


def _decimal(text: str, kind: RedshiftType, options: CopyOptions) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueProblemError(1207, f"Invalid digit, Value '{text[:1]}', Pos 0, Type: Decimal") from error
    if not value.is_finite():
        raise ValueProblemError(1209, "Invalid value for a DECIMAL column")
    scale = kind.scale or 0
    # COPY cuts digits off unless it is told to round.
    sign, numbers, exponent = value.as_tuple()
    if -int(exponent) > scale:
        scaled = Decimal((sign, numbers, int(exponent) + scale)).to_integral_value(
            ROUND_HALF_UP if options.has("roundec") else ROUND_DOWN
        )
        value = Decimal((sign, scaled.as_tuple().digits, -scale))
    if value and value.adjusted() >= (kind.size or 0) - scale:
        raise ValueProblemError(1209, f"Overflow for {str(kind).upper()} (value '{text}')")
    return format(value, "f")


def _float(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError as error:
        raise ValueProblemError(1208, "Invalid value for a floating point column") from error


def _boolean(text: str) -> str:
    lowered = text.lower()
    if lowered in _TRUE:
        return "t"
    if lowered in _FALSE:
        return "f"
    raise ValueProblemError(1210, "Unknown boolean format")


def _date(text: str, options: CopyOptions) -> str | None:
    layout = options.date_format
    found = _auto_timestamp(text) if layout == "auto" else _by_format(text, layout)
    if found is None:
        if options.has("acceptanydate"):
            return None
        raise ValueProblemError(1205, "Invalid Date Format - length must be 10 or more")
    return found.date().isoformat()


def _timestamp(text: str, kind: RedshiftType, options: CopyOptions) -> str | None:
    found = None
    with_zone = kind.name == "timestamp with time zone"
    layout = options.time_format
    if layout in ("epochsecs", "epochmillisecs"):
        try:
            seconds = Decimal(text) / (1000 if layout == "epochmillisecs" else 1)
            found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(seconds * 1_000_000))
        except (InvalidOperation, OverflowError):
            found = None
    elif layout == "auto":
        found = _auto_timestamp(text)
    elif layout is not None:
        found = _by_format(text, layout)
    else:
        pattern = (
            rf"{_pattern('YYYY-MM-DD')}(?: +(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::{_PARTS['SS']})?)?"
        )
        found = _build(re.fullmatch(rf"{pattern}(?: ?{_ZONE})?" if with_zone else pattern, text))
    if found is None:
        if options.has("acceptanydate"):
            return None
        raise ValueProblemError(1206, "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]")
    utc = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return utc.replace(tzinfo=None).isoformat(sep=" ") + ("+00" if with_zone else "")


def _pattern(layout: str) -> str:
    parts = re.split(rf"({'|'.join(sorted(_PARTS, key=len, reverse=True))})", layout, flags=re.IGNORECASE)
    return "".join(_PARTS.get(part.upper(), re.escape(part)) for part in parts)


def _by_format(text: str, layout: str) -> datetime | None:
    return _build(re.fullmatch(rf"{_pattern(layout)}(?:[ T].*)?", text))


def _auto_timestamp(text: str) -> datetime | None:
    for layout in _AUTO_DATES:
        pattern = rf"{_pattern(layout)}(?:{_AUTO_TIME}(?: ?{_ZONE})?)?"
        if (found := _build(re.fullmatch(pattern, text))) is not None:
            return found
    return None


def _build(match: re.Match[str] | None) -> datetime | None:
    if match is None:
        return None
    part = match.groupdict()
    try:
        day = _day(part)
        hour = int(part.get("hour") or 0)
        if part.get("half"):
            hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
        fraction = int((part.get("fraction") or "").ljust(6, "0") or 0)
        found = datetime(
            day.year,
            day.month,
            day.day,
            hour,
            int(part.get("minute") or 0),
            int(part.get("second") or 0),
            fraction,
        )
    except ValueError:
        return None
    return found.replace(tzinfo=_zone(part["zone"])) if part.get("zone") else found


def _day(part: dict[str, str]) -> date:
    year = int(part.get("year") or 0)
    if part.get("short_year"):
        short = int(part["short_year"])
        year = short + (2000 if short < 70 else 1900)
    if part.get("day_of_year"):
        return date(year, 1, 1) + timedelta(days=int(part["day_of_year"]) - 1)
    month = _MONTHS.index(part["name"].lower()) + 1 if part.get("name") else int(part.get("month") or 1)
    return date(year, month, int(part.get("day") or 1))


def _zone(text: str) -> timezone:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
