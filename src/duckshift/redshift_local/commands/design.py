"""The physical design that CREATE TABLE, CREATE TABLE AS and CREATE MATERIALIZED VIEW state."""

import json
from dataclasses import dataclass, field

from duckshift.redshift_local.commands.tokens import Reader
from duckshift.redshift_local.errors import RedshiftError

MAX_COMPOUND = 400
MAX_INTERLEAVED = 8


@dataclass
class Design:
    """Distribution, sort order, encodings and backup as the statement has them; None is not said."""

    diststyle: str | None = None
    distkey: str | None = None
    sort_style: str | None = None
    sortkey: list[str] = field(default_factory=list)
    encode_auto: bool | None = None
    encodings: dict[str, str] = field(default_factory=dict)
    backup: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the statement says nothing of distribution, sort order and backup."""
        return self.diststyle is None and self.sort_style is None and self.backup is None

    def read(self, reader: Reader, *, encode: bool = True) -> None:
        """Read the table attributes that come next, in any order."""
        while (
            self._read_backup(reader)
            or self._read_dist(reader)
            or self._read_sort(reader)
            or (encode and self._read_encode(reader))
        ):
            pass

    def _read_backup(self, reader: Reader) -> bool:
        if not reader.take("backup"):
            return False
        answer = reader.take_any("yes", "no")
        if answer is None:
            reader.fail()
        self.backup = answer == "yes"
        return True

    def _read_dist(self, reader: Reader) -> bool:
        if reader.take("diststyle"):
            style = reader.take_any("auto", "even", "key", "all")
            if style is None:
                reader.fail()
            if self.diststyle is not None and self.distkey is None:
                raise RedshiftError("DISTSTYLE is specified more than once")
            if self.distkey is not None and style != "key":
                self._refuse_distkey(style)
            self.diststyle = style
            return True
        if reader.take("distkey"):
            columns = reader.names()
            if len(columns) > 1:
                raise RedshiftError("DISTKEY takes one column only")
            self.set_distkey(columns[0])
            return True
        return False

    def set_distkey(self, column: str) -> None:
        """Distribute by a column."""
        if self.distkey is not None:
            raise RedshiftError("multiple DISTKEY columns are not allowed: a table has one distribution key")
        if self.diststyle not in (None, "key"):
            self._refuse_distkey(self.diststyle)
        self.diststyle, self.distkey = "key", column

    @staticmethod
    def _refuse_distkey(style: str | None) -> None:
        raise RedshiftError(f"cannot specify DISTKEY for a table with DISTSTYLE {str(style).upper()}")

    def _read_sort(self, reader: Reader) -> bool:
        style = "compound"
        if reader.peek("compound", "sortkey") or reader.peek("interleaved", "sortkey"):
            style = reader.word()
        if not reader.take("sortkey"):
            return False
        if style == "compound" and reader.take("auto"):
            self._set_sort("auto", [])
        else:
            self._set_sort(style, reader.names())
        return True

    def _set_sort(self, style: str, columns: list[str]) -> None:
        if self.sort_style is not None:
            raise RedshiftError("SORTKEY is specified more than once")
        check_sort_columns(style, columns)
        self.sort_style, self.sortkey = style, columns

    def set_sort_column(self, column: str) -> None:
        """Sort by a column that carries the word SORTKEY itself."""
        self._set_sort("compound", [column])

    def _read_encode(self, reader: Reader) -> bool:
        if not reader.take("encode"):
            return False
        reader.want("auto")
        self.encode_auto = True
        return True

    def check(self) -> None:
        """Refuse what is incomplete."""
        if self.diststyle == "key" and self.distkey is None:
            raise RedshiftError("DISTSTYLE KEY needs a DISTKEY column")

    def json(self) -> str:
        """The design as rs_catalog.record_table takes it."""
        self.check()
        values = {
            "diststyle": self.diststyle,
            "distkey": self.distkey,
            "sort_style": self.sort_style,
            "sortkey": self.sortkey,
            "encode_auto": self.encode_auto,
            "encodings": self.encodings,
            "backup": self.backup,
        }
        return json.dumps({key: value for key, value in values.items() if value is not None})


def check_sort_columns(style: str, columns: list[str]) -> None:
    """Refuse more sort columns than Redshift takes."""
    limit = MAX_INTERLEAVED if style == "interleaved" else MAX_COMPOUND
    if len(columns) > limit:
        raise RedshiftError(
            f"a table can have at most {limit} {style.upper()} SORTKEY columns, not {len(columns)}", "54011"
        )
