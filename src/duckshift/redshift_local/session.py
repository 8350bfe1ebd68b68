"""One client's session: its statements are translated, run on a PostgreSQL session of its own, and logged.

Replies come in the order of what was sent, so a queue of operations tells what a reply belongs to.
"""

import asyncio
import hashlib
import hmac
import itertools
import logging
import os
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from duckshift.redshift_local import protocol, statement_text
from duckshift.redshift_local.backend import Translation
from duckshift.redshift_local.client import Client, ClientGoneError
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.link import Link
from duckshift.redshift_local.operations import Kind, Operation, Statement
from duckshift.redshift_local.statement_log import StatementLog
from duckshift.redshift_local.translation import Cache, Translator

USER = PASSWORD = DATABASE = "duckshift"
"""The only user and the only database. The password guards nothing: the server listens on loopback only."""

SERVER_VERSION = "8.0.2"
"""What Redshift reports; drivers choose features by it."""

_REFUSED = '"refused by the local Redshift server"'
"""Sent instead of a refused statement: a syntax error, which aborts the transaction as a refusal does."""

_MD5_PASSWORD = 5
_SECONDS_TO_CANCEL = 5
_logger = logging.getLogger(__name__)


@dataclass
class Shared:
    """What the sessions of a server have in common."""

    socket_path: Path
    bucket_root: Path
    scratch: Path
    log: StatementLog
    cache: Cache = field(default_factory=Cache)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))


class Session:
    """A client and its PostgreSQL session."""

    def __init__(self, client: Client, shared: Shared) -> None:
        self.number = next(shared.numbers)
        self.bucket_root = shared.bucket_root
        self.scratch = shared.scratch
        self._client = client
        self._shared = shared
        self._link: Link | None = None
        self._key = b""
        self._translator = Translator(self, shared.cache)
        self._operations: deque[Operation] = deque()
        self._syncs = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._statements: dict[str, Statement] = {}
        self._portals: dict[str, Statement] = {}
        # A handler that changes something outside a transaction gets one, so that it happens together with
        # the statement that is sent in its place or not at all.
        self._owns_transaction = False
        self._has_executed = False
        self._finishing: asyncio.Task[None] | None = None

    # Life of a session

    async def run(self) -> None:
        """Serve the client until it goes away."""
        task = asyncio.current_task()
        assert task is not None
        self._client.on_gone = lambda: _end(task)
        try:
            if await self._start():
                while True:
                    kind, body = await self._client.next_message()
                    if self._finishing is not None:
                        await self._finishing
                    await self._take(kind, body)
        except ClientGoneError:
            pass
        except RedshiftError as error:
            self._client.write(protocol.error(error.message, error.sqlstate, "FATAL"))
        finally:
            self._client.on_gone = lambda: None
            self._client.close()
            self._translator.close()
            if self._link is not None:
                if self._key and (self._operations or self._link.is_busy or self._owns_transaction):
                    await asyncio.shield(cancel(self._shared.socket_path, self._key))
                self._link.close()

    async def _start(self) -> bool:
        """Let the client in; False if it only came to cancel a query."""
        body = await self._client.start_up()
        while protocol.integer(body) in protocol.ENCRYPTION_REQUESTS:
            self._client.write(b"N")
            body = await self._client.start_up()
        version = protocol.integer(body)
        if version == protocol.CANCEL_REQUEST:
            await cancel(self._shared.socket_path, body[4:])
            return False
        if version >> 16 != protocol.VERSION_3_0 >> 16:
            raise RedshiftError(f"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}", "0A000")
        if version != protocol.VERSION_3_0:
            self._client.write(protocol.lower_protocol_version())
        parameters = protocol.start_up_parameters(body)
        await self._authenticate(parameters.get("user", ""))
        database = parameters.get("database") or parameters.get("user", "")
        if database != DATABASE:
            raise RedshiftError(f'database "{database}" does not exist', "3D000")
        await self._open_link(parameters.get("application_name", ""))
        return True

    async def _authenticate(self, user: str) -> None:
        salt = os.urandom(4)
        self._client.write(protocol.authentication(_MD5_PASSWORD, salt))
        kind, body = await self._client.next_message()
        given = protocol.string(body)[0] if kind == b"p" else ""
        inner = hashlib.md5((PASSWORD + USER).encode(), usedforsecurity=False).hexdigest()
        outer = hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()
        if user != USER or not hmac.compare_digest(given.encode(), f"md5{outer}".encode()):
            raise RedshiftError(f'password authentication failed for user "{user}"', "28000")

    async def _open_link(self, application: str) -> None:
        # The other start-up parameters are Redshift's own, or settings that are the same for everybody here.
        parameters = {"user": USER, "database": DATABASE, "application_name": application}
        loop = asyncio.get_running_loop()
        try:
            _, self._link = await loop.create_unix_connection(
                lambda: Link(self._client.write, self._reply, self._client.close),
                str(self._shared.socket_path),
            )
        except OSError as error:
            raise RedshiftError("the local server's PostgreSQL does not answer", "57P03") from error
        self._client.on_slow = self._link.pause_reading
        self._client.on_fast = self._link.resume_reading
        self._link.write(protocol.start_up(parameters))
        self._expect(Operation(Kind.SYNC))

    # From the client

    async def _take(self, kind: bytes, body: bytes) -> None:
        if kind == b"Q":
            await self._simple_query(protocol.string(body)[0])
        elif kind == b"P":
            await self._parse(body)
        elif kind == b"B":
            await self._bind(body)
        elif kind == b"X":
            raise ClientGoneError
        else:
            if kind == b"E":
                statement = self._portals.get(protocol.string(body)[0])
                if statement is not None:
                    statement.started = time.perf_counter()
                self._expect(Operation(Kind.EXECUTE, statement))
            elif kind == b"C":
                if body[:1] == b"S":
                    self._statements.pop(protocol.string(body, 1)[0], None)
                self._expect(Operation(Kind.CLOSE))
            elif kind in b"SF":
                self._expect(Operation(Kind.SYNC))
            elif kind == b"H" and self._client.has_more:
                return  # the driver asks to flush after every message, also before Sync
            self._send(protocol.message(kind, body))

    async def _simple_query(self, sql: str) -> None:
        await self._become_idle()
        parts = statement_text.split(sql)
        if len(parts) > 1:
            await self._several(parts)
            return
        statement = Statement(sql)
        await self._translate(statement, is_prepared=False)
        self._expect(Operation(Kind.QUERY, statement))
        self._send(protocol.query(statement.sql))

    async def _several(self, parts: list[str]) -> None:
        """Run the statements of one Query message: in one transaction, as PostgreSQL does."""
        for part in parts:
            if statement_text.begins_transaction(part):
                self._owns_transaction = False
            else:
                await self._own_transaction()
            statement = Statement(part)
            await self._translate(statement, is_prepared=False)
            operation = Operation(Kind.QUERY, statement, has_more=True)
            self._expect(operation)
            self._send(protocol.query(statement.sql))
            await self._is_idle.wait()
            if operation.has_failed:
                break
        await self._finish()

    async def _parse(self, body: bytes) -> None:
        name, position = protocol.string(body)
        sql, position = protocol.string(body, position)
        await self._become_idle()
        await self._prepare(name, Statement(sql, body[position:]))

    async def _prepare(self, name: str, statement: Statement) -> None:
        await self._translate(statement, is_prepared=True)
        self._statements[name] = statement
        self._expect(Operation(Kind.PARSE, statement))
        self._send(protocol.parse(name, statement.sql, statement.parameter_types))

    async def _bind(self, body: bytes) -> None:
        portal, position = protocol.string(body)
        name, position = protocol.string(body, position)
        statement = self._statements.get(name)
        # Drivers keep prepared statements for the next time the same text comes. Files may have changed
        # since, and what a handler did must be done again.
        if statement is not None and statement.must_be_translated_again:
            await self._become_idle()
            if not self._operations:
                statement = Statement(statement.original, statement.parameter_types)
                await self._translate(statement, is_prepared=True)
                self._statements[name] = statement
                self._expect(Operation(Kind.CLOSE, is_hidden=True))
                self._expect(Operation(Kind.PARSE, statement, is_hidden=True))
                self._send(protocol.close_statement(name))
                self._send(protocol.parse(name, statement.sql, statement.parameter_types))
        if statement is not None:
            self._portals[portal] = statement
        self._expect(Operation(Kind.BIND, statement))
        self._send(protocol.message(b"B", body))

    async def _translate(self, statement: Statement, *, is_prepared: bool) -> None:
        if self._status == "E":
            # PostgreSQL says that the transaction is aborted, also of what it could not parse.
            is_end = statement_text.ends_transaction(statement.original)
            statement.sql = statement.original if is_end else "select 1"
            return
        try:
            if is_prepared and len(statement_text.split(statement.original)) > 1:
                raise RedshiftError("cannot insert multiple commands into a prepared statement")
            translation, statement.is_pure = await self._translator.translate(statement.original)
        except RedshiftError as refusal:
            statement.refusal = refusal
            translation = Translation(_REFUSED)
            await self._end_own_transaction(is_kept=False)
        statement.sql = translation.sql
        statement.tag = translation.command_tag
        now = time.perf_counter()
        statement.preparation = now - statement.started
        statement.started = now

    def _expect(self, operation: Operation) -> None:
        if operation.kind in (Kind.SYNC, Kind.QUERY):
            self._syncs += 1
            self._is_idle.clear()
        self._operations.append(operation)

    def _send(self, data: bytes) -> None:
        assert self._link is not None
        self._link.write(data)

    @property
    def _status(self) -> str:
        return "I" if self._link is None else self._link.status

    async def _become_idle(self) -> None:
        """Wait for the answers to what was sent; a statement that was prepared but not run is undone."""
        await self._is_idle.wait()
        if self._owns_transaction and not self._operations:
            await self._end_own_transaction(is_kept=False)

    # From PostgreSQL

    def _reply(self, kind: bytes, body: bytes) -> bytes | None:
        """Return what the client is sent for a message of PostgreSQL."""
        operation = self._operations[0] if self._operations else None
        if kind == b"T":
            body = protocol.with_redshift_types(body)
        elif kind == b"S" and body.startswith(b"server_version\0"):
            return protocol.parameter_status("server_version", SERVER_VERSION)
        elif kind == b"K":
            self._key = body
        elif kind == b"Z":
            return self._ready()
        elif operation is not None:
            if kind in b"123":
                self._operations.popleft()
                if kind == b"1" and operation.statement is not None:
                    operation.statement.is_parsed = True
                if operation.is_hidden:
                    return None
            elif kind in b"CIs":
                return self._complete(operation, kind, body)
            elif kind == b"E":
                return self._error(operation, body)
        return protocol.message(kind, body)

    def _complete(self, operation: Operation, kind: bytes, body: bytes) -> bytes:
        if operation.kind is Kind.EXECUTE:
            self._operations.popleft()
        self._has_executed = True
        if (statement := operation.statement) is not None:
            statement.is_executed = True
            self._log(statement, None)
            if kind == b"C" and statement.tag is not None:
                return protocol.command_complete(statement.tag)
        return protocol.message(kind, body)

    def _error(self, operation: Operation, body: bytes) -> bytes:
        operation.has_failed = True
        fields = protocol.error_fields(body)
        statement = operation.statement
        while self._operations and self._operations[0].kind not in (Kind.SYNC, Kind.QUERY):
            self._operations.popleft()
        reply = protocol.message(b"E", body)
        text = fields.get("M", "")
        if statement is not None:
            if statement.refusal is not None:
                text = statement.refusal.message
                reply = protocol.error(text, statement.refusal.sqlstate)
            self._log(statement, text)
        return reply

    def _ready(self) -> bytes | None:
        operation = self._operations.popleft() if self._operations else None
        self._syncs = max(0, self._syncs - 1)
        if operation is not None and operation.has_more:
            self._is_idle.set()
            return None
        must_finish = self._has_executed or self._status == "E"
        if self._owns_transaction and must_finish and not self._syncs:
            self._finishing = asyncio.create_task(self._finish())
            return None
        if not self._syncs:
            self._is_idle.set()
        return protocol.ready("I" if self._owns_transaction else self._status)

    async def _finish(self) -> None:
        """End a transaction of our own and tell the client that the next statement may come.

        Nothing of the client's is passed on meanwhile: the replies are not the client's.
        """
        self._is_idle.clear()
        try:
            await self._end_own_transaction(is_kept=self._status == "T")
        except RedshiftError as error:
            self._client.write(protocol.error(error.message, error.sqlstate))
        self._client.write(protocol.ready(self._status))
        self._is_idle.set()

    def _log(self, statement: Statement, error: str | None) -> None:
        seconds = statement.preparation + time.perf_counter() - statement.started
        rewritten = None if statement.refusal is not None else statement.sql
        self._shared.log.write(self.number, statement.original, rewritten, seconds * 1000, error)

    # For handlers

    async def handler_rows(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run a query of a handler."""
        return await self._link_for_handler().query(sql)

    async def handler_run(self, sql: str) -> None:
        """Run statements of a handler that change something."""
        link = self._link_for_handler()
        await self._own_transaction()
        await link.query(sql)

    async def handler_copy_in(self, sql: str, source: Path) -> int:
        """Copy from a file for a handler."""
        link = self._link_for_handler()
        await self._own_transaction()
        return await link.copy_in(sql, source)

    async def handler_copy_out(self, sql: str, target: Path) -> int:
        """Copy into a file for a handler."""
        return await self._link_for_handler().copy_out(sql, target)

    def _link_for_handler(self) -> Link:
        if self._link is None or self._operations:
            raise LocalLimit("this statement cannot be sent before the one before it is answered")
        return self._link

    async def _own_transaction(self) -> None:
        if self._link is not None and self._status == "I":
            await self._link.query("begin")
            self._owns_transaction = True
            self._has_executed = False

    async def _end_own_transaction(self, *, is_kept: bool) -> None:
        if self._link is not None and self._owns_transaction:
            self._owns_transaction = False
            if self._status != "I":
                await self._link.query("commit" if is_kept else "rollback")


def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()


async def cancel(socket_path: Path, key: bytes) -> None:
    """Ask PostgreSQL to end the running query of the session that has this key."""
    try:
        async with asyncio.timeout(_SECONDS_TO_CANCEL):
            reader, writer = await asyncio.open_unix_connection(str(socket_path))
            writer.write(protocol.cancel_request(key))
            await reader.read()  # PostgreSQL closes the connection when it has passed the request on.
            writer.close()
    except OSError:  # TimeoutError is one
        _logger.warning("a query could not be cancelled: PostgreSQL does not answer")
