"""Which query group the statements of the log ran under: the queue that workload management would choose."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

DEFAULT = "default"

_SET = re.compile(
    r"\s*set\s+(?:session\s+|local\s+)?query_group\s*(?:to|=)\s*'?([^';]*?)'?\s*;?\s*$", re.IGNORECASE
)
_RESET = re.compile(r"\s*reset\s+query_group\b", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def with_query_groups(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the entries of a statement log with their query groups; SET and RESET are left out."""
    groups: dict[int, str] = {}
    for entry in entries:
        session = entry["session"]
        text = _COMMENT.sub("", entry["original"])
        if (found := _SET.match(text)) is not None:
            groups[session] = found[1]
        elif _RESET.match(text):
            groups.pop(session, None)
        else:
            yield groups.get(session, DEFAULT), entry
