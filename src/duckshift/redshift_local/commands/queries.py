"""Queries and expressions inside of commands."""

import re

from duckshift.redshift_local.backend import Backend
from duckshift.redshift_local.commands.tokens import Reader
from duckshift.redshift_local.rewriting import rewrite_query


def query_text(text: str) -> str:
    """Return a query without the brackets around the whole of it."""
    text = text.strip()
    while text.startswith("("):
        reader = Reader(text)
        inside = reader.inside()
        if not reader.done:
            return text
        text = inside
    return text


async def default_expression(text: str, backend: Backend) -> str:
    """Translate the default of a column."""
    rewritten = await rewrite_query(f"select {text} as d", backend)
    found = re.fullmatch(r'\s*select\s+(.*?)\s+as\s+"?d"?\s*', rewritten, re.IGNORECASE | re.DOTALL)
    return found[1] if found else text
