"""Names of up to 127 bytes, as Redshift has them, in a PostgreSQL that keeps 63."""

import hashlib
import re

from duckshift.redshift_local.errors import RedshiftError

LONGEST = 127
_KEPT = 63
_DIGITS = 12
# "Reserved words": names only in quotes, after a dot, and after AS in a select list.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup
        between binary blanksasnull both bytedict bzip2 case cast check collate column constraint create
        credentials cross current_date current_time current_timestamp current_user current_user_id default
        deferrable deflate defrag delta delta32k desc disable distinct do else emptyasnull enable encode
        encrypt encryption end except explicit false for foreign freeze from full globaldict256 globaldict64k
        grant group gzip having identity ignore ilike in initially inner intersect interval into is isnull
        join language leading left like limit localtime localtimestamp lun luns lzo lzop minus mostly16
        mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or order
        outer overlaps parallel partition percent permissions pivot placing primary raw readratio recover
        references rejectlog resort respect restore right select session_user similar snapshot some sysdate
        system table tag tdes text255 text32k then timestamp to top trailing true truncatecolumns union
        unique unnest unpivot user using verbose wallet when where with without
        """,
    )
)
_OWN_SCHEMAS = ("rs_catalog", "rs_functions")
_QUOTED_NAME = re.compile(r"'([\w$ ]{64,127})'")


def check_bare(word: str) -> None:
    """Refuse a reserved word as a name that is defined without quotes."""
    if word.lower() in _RESERVED:
        raise RedshiftError(f'syntax error at or near "{word}": it is a reserved word')


def check_schema(schema: str | None) -> None:
    """Refuse to change what the server itself needs."""
    if schema in _OWN_SCHEMAS:
        raise RedshiftError(f"schema {schema} belongs to the local server", "42501")


def stored(name: str) -> str:
    """Return the name under which PostgreSQL keeps a folded name: itself, or its beginning and a hash."""
    encoded = name.encode()
    if len(encoded) <= _KEPT:
        return name
    beginning = encoded[: _KEPT - _DIGITS - 1].decode(errors="ignore")
    return f"{beginning}_{hashlib.md5(encoded, usedforsecurity=False).hexdigest()[:_DIGITS]}"


def stored_in_texts(sql: str) -> str:
    """Return a query on the catalog with the long names in its literals as they are stored."""
    return _QUOTED_NAME.sub(lambda found: f"'{stored(found[1].lower())}'", sql)
