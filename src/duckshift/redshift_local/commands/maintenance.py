"""VACUUM, ANALYZE and TRUNCATE."""

import re

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.calls import perform
from duckshift.redshift_local.commands.tokens import Reader, quote_text
from duckshift.redshift_local.commands.transactions import is_in_transaction, refuse_in_transaction
from duckshift.redshift_local.errors import LocalLimit, RedshiftError

_DEFAULT_THRESHOLD = 95


async def vacuum(statement: str, backend: Backend) -> Translation | None:
    """Translate VACUUM: nothing moves, but what svv_table_info says of the rows changes as it would."""
    if not re.match(r"vacuum\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("vacuum")
    kind = "full"
    for words in (("full",), ("sort", "only"), ("delete", "only"), ("reindex",), ("recluster",)):
        if reader.take(*words):
            kind = words[0]
    name = None
    if not reader.done and not reader.peek("to") and not reader.peek("boost"):
        name = reader.name()
    threshold = None
    if reader.take("to"):
        threshold = reader.integer()
        reader.want("percent")
    boost = reader.take("boost")
    reader.finish()
    if threshold is not None:
        if name is None:
            raise RedshiftError("VACUUM TO threshold PERCENT needs the name of a table")
        if kind == "reindex":
            raise RedshiftError("VACUUM REINDEX does not take TO threshold PERCENT", "0A000")
        if not 0 <= threshold <= 100:
            raise RedshiftError("the threshold of VACUUM is 0 to 100 percent", "22023")
    if kind == "recluster" and name is None:
        raise RedshiftError("VACUUM RECLUSTER needs the name of a table")
    if boost and name is None:
        raise RedshiftError("VACUUM BOOST needs the name of a table")
    await refuse_in_transaction("VACUUM", backend)
    relation = name.regclass if name else "null"
    return perform(
        f"rs_catalog.vacuum({relation}, {quote_text(kind)},"
        f" {_DEFAULT_THRESHOLD if threshold is None else threshold})",
        "VACUUM",
    )


async def analyze(statement: str, _: Backend) -> Translation | None:
    """Translate ANALYZE: PostgreSQL's own, and the bookkeeping of what it has seen."""
    if not re.match(r"analyze\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("analyze")
    if reader.take("compression"):
        raise LocalLimit("ANALYZE COMPRESSION")
    reader.take("verbose")
    name = None
    if not reader.done and not reader.peek("predicate") and not reader.peek("all", "columns"):
        name = reader.name()
    columns = reader.names() if name and reader.peek("(") else []
    if not reader.take("predicate", "columns"):
        reader.take("all", "columns")
    reader.finish()
    listed = f"array[{', '.join(map(quote_text, columns))}]::text[]"
    return perform(f"rs_catalog.analyze({name.regclass if name else 'null'}, {listed})", "ANALYZE")


async def truncate(statement: str, backend: Backend) -> Translation | None:
    """Translate TRUNCATE, which ends the transaction that it runs in: rolling back brings nothing back."""
    if not re.match(r"truncate\b", statement, re.IGNORECASE):
        return None
    reader = Reader(statement)
    reader.want("truncate")
    reader.take("table")
    name = reader.name()
    reader.finish()
    if await is_in_transaction(backend):
        await backend.rows("commit")
    return perform(f"rs_catalog.truncate({name.regclass})", "TRUNCATE TABLE")
