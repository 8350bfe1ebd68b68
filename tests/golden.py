"""Golden files: what the code gives, reviewed by a person and kept; and the statements that go into them."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

CHANGES = re.compile(
    r"(alter|analyze|begin|call|comment|commit|copy|create|delete|drop|grant|insert|lock|merge|refresh|reset|revoke"
    r"|rollback|set|truncate|unload|update|vacuum)\b",
    re.IGNORECASE,
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LEADING = re.compile(r"\A(\s*--[^\n]*\n)+")
VARYING = {
    r"__dbt_tmp\d{6,}": "__dbt_tmp<time>",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "<invocation>",
    r"/\d{8}T\d{6}[^/'\s]*": "/<batch>",
    r"\b\d{10}\b": "<run>",
    r"'[0-9a-f]{32}'": "'<checksum>'",
}
"""What differs from run to run, or with the code of a model, and says nothing about the statement."""


class Golden:
    """A folder of reviewed files."""

    def __init__(self, folder: Path, is_updating: bool) -> None:
        self.folder = folder
        self.is_updating = is_updating

    def check(self, name: str, text: str) -> None:
        """Compare a text with a golden file, or write the file anew under --update-golden."""
        assert text, f"nothing to compare with {name}"
        path = self.folder / name
        if self.is_updating:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"{path} is missing: pytest --update-golden writes it, review it"
        reviewed = path.read_text(encoding="utf-8")
        changes = difflib.unified_diff(
            reviewed.splitlines(), text.splitlines(), "reviewed", "now", lineterm=""
        )
        assert reviewed == text, (
            f"{path} is not what is sent now (pytest --update-golden writes it anew):\n" + "\n".join(changes)
        )


def statements_of(log: Iterable[Mapping[str, Any]], node: str) -> str:
    """Return what dbt sent for a node to change the database, as text that is equal from run to run.

    dbt says the node in a comment before what it sends; of several statements sent at once only the first has
    it, the others follow in the same session.
    """
    mark = f'"node_id": "{node}"'
    current: dict[int, bool] = {}
    kept = []
    for entry in log:
        text = entry["original"].strip()
        if text.startswith("/*"):
            current[entry["session"]] = mark in text
        statement = LEADING.sub("", COMMENT.sub("", text)).strip().rstrip(";").strip()
        if not current.get(entry["session"]) or not CHANGES.match(statement):
            continue
        for pattern, word in VARYING.items():
            statement = re.sub(pattern, word, statement)
        lines = [line.rstrip() for line in statement.splitlines()]
        kept.append("\n".join(line for line in lines if line) + ";\n")
    return "\n".join(kept)
