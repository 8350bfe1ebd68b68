"""Redshift's data types: their names, their limits, and what stands for them in PostgreSQL.

"Data types" in the Database Developer Guide. Lengths of varchar and char are bytes; the server makes
PostgreSQL's own length check count bytes (sql/functions/10_character_types.sql), so that a column of
varchar(n) needs nothing more than its type.
"""

import re
from dataclasses import dataclass
from typing import Final

from duckshift.redshift_local.errors import LocalLimit, RedshiftError

MAX_VARCHAR: Final = 65535
MAX_CHAR: Final = 4096
MAX_PRECISION: Final = 38
MAX_SCALE: Final = 37
DEFAULT_VARCHAR: Final = 256

INTEGERS: Final = ("smallint", "integer", "bigint")
FLOATS: Final = ("real", "double precision")
CHARACTERS: Final = ("character varying", "character")
DATETIMES: Final = ("date", "timestamp without time zone", "timestamp with time zone")

_INTEGER_DIGITS: Final = {"smallint": 5, "integer": 10, "bigint": 19}

# Every spelling that the documentation has, and the name by which the catalog shows the type.
_NAMES: Final = {
    "smallint": "smallint",
    "int2": "smallint",
    "integer": "integer",
    "int": "integer",
    "int4": "integer",
    "bigint": "bigint",
    "int8": "bigint",
    "decimal": "numeric",
    "numeric": "numeric",
    "real": "real",
    "float4": "real",
    "double precision": "double precision",
    "float8": "double precision",
    "float": "double precision",
    "boolean": "boolean",
    "bool": "boolean",
    "char": "character",
    "character": "character",
    "nchar": "character",
    "bpchar": "character",
    "varchar": "character varying",
    "character varying": "character varying",
    "nvarchar": "character varying",
    "text": "character varying",
    "date": "date",
    "time": "time without time zone",
    "time without time zone": "time without time zone",
    "timetz": "time with time zone",
    "time with time zone": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamp without time zone": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timestamp with time zone": "timestamp with time zone",
    "super": "super",
    "varbyte": "varbyte",
    "varbinary": "varbyte",
    "binary varying": "varbyte",
    "interval year to month": "interval year to month",
    "interval day to second": "interval day to second",
    "geometry": "geometry",
    "geography": "geography",
    "hllsketch": "hllsketch",
}

# Types of Redshift that no model here needs.
_NOT_BUILT: Final = ("geometry", "geography", "hllsketch")

_POSTGRES_NAMES: Final = {"super": "rs_functions.super", "varbyte": "bytea"}

_SIZES: Final = re.compile(r"\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class RedshiftType:
    """A data type: the catalog's name of it, length in bytes or digits, and digits after the point."""

    name: str
    size: int | None = None
    scale: int | None = None

    def __str__(self) -> str:
        """Return the type as Redshift's catalog writes it, such as character varying(256)."""
        if self.size is None:
            return self.name
        return (
            f"{self.name}({self.size},{self.scale})"
            if self.scale is not None
            else f"{self.name}({self.size})"
        )

    @property
    def postgres(self) -> str:
        """The type in PostgreSQL."""
        if self.name.startswith("interval "):
            return self.name
        if self.size is not None and self.name == "varbyte":
            return "bytea"
        return str(self) if self.name not in _POSTGRES_NAMES else _POSTGRES_NAMES[self.name]

    @property
    def is_integer(self) -> bool:
        """Whether it is smallint, integer or bigint."""
        return self.name in INTEGERS

    @property
    def is_decimal(self) -> bool:
        """Whether it is a decimal, sized or not."""
        return self.name == "numeric"

    @property
    def is_text(self) -> bool:
        """Whether it is varchar or char."""
        return self.name in CHARACTERS

    @property
    def is_float(self) -> bool:
        """Whether it is real or double precision."""
        return self.name in FLOATS

    @property
    def is_number(self) -> bool:
        """Whether it can be computed with."""
        return self.is_integer or self.is_decimal or self.is_float

    def as_decimal(self) -> "RedshiftType | None":
        """Return the decimal type that an integer or decimal takes part in a computation with."""
        if self.is_integer:
            return RedshiftType("numeric", _INTEGER_DIGITS[self.name], 0)
        return self if self.is_decimal and self.size is not None else None


NULL: Final = RedshiftType("null")
"""The type of a bare NULL, which takes that of its neighbours."""

SMALLINT: Final = RedshiftType("smallint")
INTEGER: Final = RedshiftType("integer")
BIGINT: Final = RedshiftType("bigint")
NUMERIC: Final = RedshiftType("numeric")
REAL: Final = RedshiftType("real")
DOUBLE: Final = RedshiftType("double precision")
BOOLEAN: Final = RedshiftType("boolean")
VARCHAR: Final = RedshiftType("character varying")
DATE: Final = RedshiftType("date")
TIMESTAMP: Final = RedshiftType("timestamp without time zone")
TIMESTAMPTZ: Final = RedshiftType("timestamp with time zone")
TIME: Final = RedshiftType("time without time zone")
SUPER: Final = RedshiftType("super")
VARBYTE: Final = RedshiftType("varbyte")


def parse_type(text: str) -> RedshiftType:
    """Read a data type as Redshift's SQL writes it; a missing length becomes Redshift's default.

    Raises RedshiftError for a type that Redshift does not have.
    """
    wanted = re.sub(r"\s+", " ", text.strip().strip('"').lower())
    sizes = _SIZES.search(wanted)
    name = _SIZES.sub("", wanted, count=1).strip()
    if name.startswith("interval ") and re.fullmatch(
        r"interval (year|month|day|hour|minute|second)( to \w+)?", name
    ):
        name = "interval year to month" if re.search(r"year|month", name) else "interval day to second"
    if name not in _NAMES:
        raise RedshiftError(f'type "{wanted}" is not a data type of Redshift', "42704")
    known = _NAMES[name]
    if known in _NOT_BUILT:
        raise LocalLimit(f"the data type {known.upper()}")
    return _sized(known, name, sizes[1].strip() if sizes else None)


def _sized(known: str, written: str, sizes: str | None) -> RedshiftType:
    numbers = [part.strip() for part in sizes.split(",")] if sizes else []
    if numbers == ["max"] and known in (*CHARACTERS, "varbyte"):
        numbers = [str({"character": MAX_CHAR, "character varying": MAX_VARCHAR}.get(known, 1024000))]
    if not all(number.isdigit() for number in numbers):
        raise RedshiftError(f'invalid length of type {written}: "{sizes}"', "42601")
    values = [int(number) for number in numbers]
    if known == "numeric":
        precision, scale = (*values, 0, 0)[:2] if values else (18, 0)
        if (
            not 1 <= precision <= MAX_PRECISION
            or not 0 <= scale <= min(MAX_SCALE, precision)
            or len(values) > 2
        ):
            raise RedshiftError(
                f"{written}({sizes}): precision is 1 to 38, scale 0 to 37 and not above it", "22023"
            )
        return RedshiftType("numeric", precision, scale)
    if known in CHARACTERS:
        default = 1 if known == "character" and written != "bpchar" else DEFAULT_VARCHAR
        size = values[0] if values else default
        limit = MAX_CHAR if known == "character" else MAX_VARCHAR
        if not 1 <= size <= limit or len(values) > 1:
            raise RedshiftError(f"length for type {written} cannot exceed {limit}", "22023")
        return RedshiftType(known, size)
    if known == "varbyte":
        return RedshiftType(known, values[0] if values else 64000)
    if written == "float" and values:
        return REAL if values[0] <= 24 else DOUBLE
    if values and not known.startswith(("timestamp", "time ", "interval")):
        raise RedshiftError(f"type {written} takes no length", "42601")
    return RedshiftType(known)


def column_type(text: str) -> str:
    """Return the PostgreSQL type of a column that Redshift's SQL declares with this type."""
    return parse_type(text).postgres


def column_definition(
    name: str, type_text: str, *, not_null: bool = False, default: str | None = None
) -> str:
    """Return one line of a PostgreSQL column list.

    `name` without quotes, already folded to lower case; `default` a PostgreSQL expression. Other constraints
    are only information for Redshift's planner and stay out of PostgreSQL.
    """
    quoted = name.replace('"', '""')
    parts = [f'"{quoted}"', column_type(type_text)]
    if default is not None:
        parts.append(f"default {default}")
    if not_null:
        parts.append("not null")
    return " ".join(parts)
