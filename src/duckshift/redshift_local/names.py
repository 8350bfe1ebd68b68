"""Names of up to 127 bytes, as Redshift has them, in a PostgreSQL that keeps 63."""

import hashlib
import re

LONGEST = 127
_KEPT = 63
_DIGITS = 12
_QUOTED_NAME = re.compile(r"'([\w$ ]{64,127})'")


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
