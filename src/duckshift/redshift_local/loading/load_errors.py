"""Records that COPY could not load.

Redshift keeps them also when the transaction is rolled back. So they are kept in memory, and written to the
table behind STL_LOAD_ERRORS and SYS_LOAD_ERROR_DETAIL whenever a statement reads those.
"""

import itertools
import json
import re
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.commands.tokens import quote_text

_READS_THEM = re.compile(r"\b(stl_load_errors|stl_loaderror_detail|sys_load_error_detail)\b", re.IGNORECASE)
_KEPT = 10_000
_SHOWN = 1024

_lock = threading.Lock()
_numbers = itertools.count(1)
_errors: dict[Path, list[str]] = {}


@dataclass(frozen=True)
class LoadError:
    """One value or record that could not be loaded, and where it stands."""

    file_name: str
    line_number: int
    column_name: str
    column_type: str
    column_length: str
    position: int
    raw_line: str
    raw_value: str
    code: int
    reason: str


def keep(table_oid: int, errors: list[LoadError], backend: Backend) -> None:
    """Remember errors of a load."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    with _lock:
        kept = _errors.setdefault(backend.bucket_root, [])
        for error in errors:
            values = asdict(error) | {"id": next(_numbers), "table_oid": table_oid, "run_at": now}
            for name in ("raw_line", "raw_value"):
                values[name] = values[name][:_SHOWN].replace("\0", "")
            kept.append(json.dumps(values))
        del kept[:-_KEPT]


async def handle(statement: str, backend: Backend) -> Translation | None:
    """Write what was remembered before a query reads it; the query itself is translated by others."""
    if _READS_THEM.search(statement):
        with _lock:
            rows = list(_errors.get(backend.bucket_root, ()))
        await backend.run(
            "insert into rs_catalog.load_error_log select * from pg_catalog.json_populate_recordset("
            f"null::rs_catalog.load_error_log, {quote_text('[' + ','.join(rows) + ']')}) on conflict do"
            " nothing"
        )
    return None
