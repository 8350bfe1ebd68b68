"""Statements that Redshift does not run in a transaction block."""

from duckshift.redshift_local.backend import Backend
from duckshift.redshift_local.errors import RedshiftError

_NO_TRANSACTION = "25P01"
IN_TRANSACTION = "25001"


async def is_in_transaction(backend: Backend) -> bool:
    """Whether the client has opened a transaction block.

    PostgreSQL has no function that tells; a savepoint outside of a block is an error that changes nothing.
    `rows`, because `run` opens a transaction.
    """
    try:
        await backend.rows("savepoint rs_probe")
    except RedshiftError as error:
        if error.sqlstate == _NO_TRANSACTION:
            return False
        raise
    await backend.rows("release savepoint rs_probe")
    return True


async def refuse_in_transaction(command: str, backend: Backend) -> None:
    """Refuse a command in a transaction block."""
    if await is_in_transaction(backend):
        raise RedshiftError(f"{command} cannot run inside a transaction block", IN_TRANSACTION)
