"""Which columns of Parquet files fit which types: neither COPY nor Spectrum converts."""

from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.files import INTERNAL, ParquetColumn, S3Object
from duckshift.redshift_local.rewriting.types import RedshiftType

_INT_32 = ("", "INT_8", "INT_16", "INT_32")

# Physical type and annotations that a column of each type is read from.
_READ_FROM = {
    "smallint": (("INT32", _INT_32),),
    "integer": (("INT32", _INT_32),),
    "bigint": (("INT64", ("", "INT_64")),),
    "boolean": (("BOOLEAN", ("",)),),
    "real": (("FLOAT", ("",)),),
    "double precision": (("DOUBLE", ("",)),),
    "date": (("INT32", ("DATE",)),),
    "timestamp without time zone": (("INT96", ("",)), ("INT64", ("TIMESTAMP_MILLIS", "TIMESTAMP_MICROS"))),
    "character varying": (("BYTE_ARRAY", ("", "UTF8", "ENUM", "JSON")),),
    "character": (("BYTE_ARRAY", ("", "UTF8", "ENUM", "JSON")),),
    "varbyte": (("BYTE_ARRAY", ("",)),),
}


def is_compatible(column: ParquetColumn, wanted: RedshiftType) -> bool:
    """Whether a Parquet column can be read as a type of Redshift."""
    if wanted.name == "super":
        raise LocalLimit("loading SUPER from Parquet; load a VARCHAR and use JSON_PARSE")
    if column.is_nested:
        return False
    annotation = _annotation(column)
    if wanted.is_decimal:
        fits = column.scale == wanted.scale and (column.precision or 0) <= (wanted.size or 0)
        return annotation == "DECIMAL" and fits
    return any(
        column.physical == physical and annotation in annotations
        for physical, annotations in _READ_FROM.get(wanted.name, ())
    )


def _annotation(column: ParquetColumn) -> str:
    """Return the older name of the column's logical type."""
    if column.converted:
        return column.converted
    logical = column.logical.upper()
    if "TIMESTAMP" in logical:
        return "TIMESTAMP_NANOS" if "NANO" in logical else "TIMESTAMP_MICROS"
    for name in ("DECIMAL", "DATE", "ENUM", "JSON"):
        if name in logical:
            return name
    return "UTF8" if "STRING" in logical else ""


def check_column(file: S3Object, column: ParquetColumn, number: int, name: str, wanted: RedshiftType) -> None:
    """Refuse a column that cannot be read as the type that the table has."""
    if is_compatible(column, wanted):
        return
    shown = str(wanted).upper().replace("CHARACTER VARYING", "VARCHAR").replace("NUMERIC", "DECIMAL")
    raise RedshiftError(
        f"Spectrum Scan Error: File '{file.uri}' has an incompatible Parquet schema for column"
        f" '{file.uri}.{name}'. "
        f"Column type: {shown}, Parquet schema: {column.text} [i:{number} d:{int(column.is_optional)} r:0]",
        INTERNAL,
    )


def csv_value(expression: str, wanted: RedshiftType) -> str:
    """Return the DuckDB expression of a value as PostgreSQL reads it in CSV."""
    if wanted.name == "varbyte":
        return f"'\\x' || hex({expression})"
    if wanted.name == "timestamp without time zone":
        # Whatever the file says of time zones, the value is UTC.
        return f"cast({expression} as timestamp)"
    return expression
