"""Takes a statement of a client, finds what kind it is, and has it translated."""

import re
from typing import Final

from duckshift.redshift_local import names
from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.rewriting import rewrite_statement
from duckshift.redshift_local.rewriting.catalog_queries import looks_like_catalog_query

_LEADING: Final = re.compile(r"^(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.DOTALL)
_TRAILING: Final = re.compile(r"[\s;]+$")
_WORDS: Final = re.compile(r"[a-z_]+", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUERIES: Final = _words("select with insert update delete merge")
# What PostgreSQL does as Redshift does, in the same words.
_SAME: Final = _words("begin start commit end rollback abort show deallocate")
_SAME_OBJECTS: Final = _words("user group role")
# What Redshift has and this server does not.
_NOT_BUILT: Final = _words("call cancel close declare desc execute fetch prepare use")
_NOT_BUILT_OBJECTS: Final = _words("""
    database datashare default function group identity library masking model procedure rls role schema
    template user
""")
_OF_OBJECTS: Final = ("create", "alter", "drop", "attach", "detach")
# Parameters of PostgreSQL that Redshift has, too, or that drivers set.
_PARAMETERS: Final = _words("""
    application_name client_encoding client_min_messages datestyle extra_float_digits intervalstyle
    lock_timeout session standard_conforming_strings statement_timeout time timezone
""")


def core_of(sql: str) -> str:
    """Return a statement without the comments before it and the semicolons after it."""
    return _TRAILING.sub("", _LEADING.sub("", sql))


async def translate(sql: str, backend: Backend) -> Translation:
    """Translate one statement; RedshiftError for what Redshift or this server does not run."""
    from duckshift.redshift_local.commands import HANDLERS  # noqa: PLC0415 - handlers rewrite queries

    core = core_of(sql)
    if not core:
        return Translation("")
    if looks_like_catalog_query(core):
        core = names.stored_in_texts(core)
    for handle in HANDLERS:
        translation = await handle(core, backend)
        if translation is not None:
            return translation
    return await _without_handler(core, backend)


async def _without_handler(core: str, backend: Backend) -> Translation:
    first, second = ([word.lower() for word in _WORDS.findall(core[:200])] + ["", ""])[:2]
    if first in _QUERIES or core.startswith("("):
        return Translation(await rewrite_statement(core, backend))
    if first == "explain":
        return await _explain(core, backend)
    if first in ("set", "reset"):
        return _parameter(core)
    if first == "lock":
        return Translation(_without_database(core))
    return _other(core, first, second)


def _other(core: str, first: str, second: str) -> Translation:
    """Pass a statement on, or refuse it by its name."""
    is_of_object = first in _OF_OBJECTS
    if first in _SAME or (first in ("create", "drop") and second in _SAME_OBJECTS):
        return Translation(core)
    name = f"{first} {second}".upper().strip() if is_of_object else first.upper()
    if first in _NOT_BUILT or (is_of_object and second in _NOT_BUILT_OBJECTS):
        raise LocalLimit(f"the statement {name} is not emulated")
    raise RedshiftError(f"syntax error: the statement {name or core[:20]} is not supported by Redshift")


async def _explain(core: str, backend: Backend) -> Translation:
    query = re.sub(r"^explain\s+(verbose\b\s*)?", "", core, flags=re.IGNORECASE)
    if re.match(r"\(|analyze\b", query, re.IGNORECASE):
        raise RedshiftError("syntax error: EXPLAIN [VERBOSE] takes no further options in Redshift")
    first = (_WORDS.findall(query[:200]) or [""])[0].lower()
    if first not in _QUERIES:
        raise LocalLimit("EXPLAIN of a statement that is no query")
    return Translation(f"explain {await rewrite_statement(query, backend)}", "EXPLAIN")


def _parameter(core: str) -> Translation:
    words = [word.lower() for word in _WORDS.findall(core)]
    name = next((word for word in words[1:] if word not in ("session", "local")), "session")
    if name not in _PARAMETERS:
        raise LocalLimit(f"the parameter {name} is not emulated")
    return Translation(core)


def _without_database(core: str) -> str:
    """Drop the database before schema and table."""
    part = r'(?:"[^"]+"|\w+)'
    return re.sub(rf"{part}\s*\.\s*({part}\s*\.\s*{part})", r"\1", core)
