"""GRANT and REVOKE."""

import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.tokens import Reader, Token, quote_name
from duckshift.redshift_local.errors import LocalLimit

_REDSHIFT_ONLY = ("drop", "alter", "rolename", "assumerole", "explain", "unmask")


async def handle(statement: str, _: Backend) -> Translation | None:
    """Translate GRANT and REVOKE: PostgreSQL wants names without a database, and roles without the word."""
    if not re.match(r"(grant|revoke)\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    words: list[str] = []
    on = False
    object_type = ""
    while not reader.done:
        token = reader.next()
        word = token.word
        if not on and word in _REDSHIFT_ONLY:
            raise LocalLimit(f"the privilege {word.upper()}")
        if word == "on":
            on = True
            object_type = (
                reader.take_any("table", "schema", "database", "function", "procedure", "language") or ""
            )
            words.append(f"on {object_type}".rstrip())
            continue
        if word == "role" and words and words[-1] in ("to", "from", ","):
            continue
        words.append(_name(token, reader, object_type) if token.kind in ("word", "quoted") else token.text)
    return Translation(" ".join(words), statement.split(maxsplit=1)[0].upper())


def _name(token: Token, reader: Reader, object_type: str) -> str:
    """Return a word as it is, and a qualified name without its database."""
    parts = [token]
    while reader.take("."):
        parts.append(reader.next())
    if len(parts) == 1 and token.kind == "word":
        return token.word
    kept = parts[-1:] if object_type == "schema" else parts[-2:]
    return ".".join(quote_name(part.text.strip('"').lower()) for part in kept)
