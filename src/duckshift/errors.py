"""The one kind of error that a user is shown as a single line, and what may be shown of an engine's own."""

import re

MASKED = "***"
"""What stands for a value that is not shown."""
QUOTING = re.compile(r"(Conversion|Constraint|Invalid Input|Out of Range) Error(?:[^'\"\d]|(?<=[A-Z])\d+)*")
"""Errors of DuckDB that quote values, up to the first quote or number (but INT32): where a value ends, which
may hold quotes itself, cannot be told."""


class UserError(Exception):
    """Something the user can mend: the command prints the message and exits with `exit_status`.

    The message names what is wrong and what to do about it, in one line.
    """

    def __init__(self, message: str, exit_status: int = 2) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def without_values(message: str) -> str:
    """Return an error of the engine without the value of a row that it quotes, which may be personal."""
    found = QUOTING.search(message)
    return message[: found.end()] + MASKED if found and found.end() < len(message) else message


def first_line(error: Exception) -> str:
    """Return what an error of an engine or a library says first, without values of rows."""
    return without_values((str(error).splitlines() or [type(error).__name__])[0])
