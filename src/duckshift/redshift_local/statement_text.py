"""What is known of a statement by its text alone, before it is translated."""

import re

from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

_SPACE = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_BEGINS = re.compile(rf"{_SPACE}(?:begin|start)\b", re.IGNORECASE | re.DOTALL)
_ENDS = re.compile(rf"{_SPACE}(?:commit|end|rollback|abort)\b", re.IGNORECASE | re.DOTALL)


def begins_transaction(statement: str) -> bool:
    """Whether it is BEGIN or START TRANSACTION."""
    return _BEGINS.match(statement) is not None


def ends_transaction(statement: str) -> bool:
    """Whether it is COMMIT, END, ROLLBACK or ABORT, which a failed transaction takes."""
    return _ENDS.match(statement) is not None


def split(text: str) -> list[str]:
    """Return the statements of a text; one that cannot be read is taken as one statement."""
    if ";" not in text.rstrip().rstrip(";"):
        return [text]
    try:
        tokens = Redshift().tokenize(text)
    except SqlglotError:
        return [text]
    statements = []
    start = 0
    has_content = False
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            has_content = True
            continue
        if has_content:
            statements.append(text[start : token.start])
        start = token.end + 1
        has_content = False
    if has_content:
        statements.append(text[start:])
    return statements or [text]
