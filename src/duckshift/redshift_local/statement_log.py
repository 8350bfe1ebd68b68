"""The log of statements: one JSON object per line, with what the client sent and what PostgreSQL was sent."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

_LITERAL = r"(?:'(?:[^'\\]|''|\\.)*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
# What may stand between a keyword and its literal; possessive, so that many comments cost no time.
_BETWEEN = r"(?>\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|=|as\b)*+"
_SECRETS = re.compile(
    r"\b(?P<kept>(?:credentials|iam_role|access_key_id|secret_access_key|session_token"
    rf"|master_symmetric_key|kms_key_id|password)\b{_BETWEEN}){_LITERAL}",
    re.IGNORECASE | re.DOTALL,
)
_KEY_VALUES = re.compile(
    r"\b(aws_iam_role|aws_access_key_id|aws_secret_access_key|token|master_symmetric_key)=[^;'\"\s]+",
    re.IGNORECASE,
)
_KEY_IDS = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")


def mask(text: str) -> str:
    """Return a text without the credentials that COPY, UNLOAD, external schemas and users are given."""
    text = _SECRETS.sub(r"\g<kept>'***'", text)
    return _KEY_IDS.sub("***", _KEY_VALUES.sub(r"\1=***", text))


class StatementLog:
    """Writes the log; every line is on disk before the client has its answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(
        self, session: int, original: str, rewritten: str | None, milliseconds: float, error: str | None
    ) -> None:
        """Add a statement; `rewritten` is None if it was refused."""
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "session": session,
            "original": mask(original),
            "rewritten": None if rewritten is None else mask(rewritten),
            "milliseconds": round(milliseconds, 1),
            "error": None if error is None else mask(error),
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
