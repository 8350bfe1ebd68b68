"""The PostgreSQL session of one client: passes replies on, or collects those to queries of our own."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from duckshift.redshift_local import protocol
from duckshift.redshift_local.errors import RedshiftError

_LENGTH = Struct("!I")
_ROWS = frozenset(b"Dd")
"""DataRow and CopyData: passed on unread."""

_COPY_CHUNK = 256 * 1024
_LOST = ("the connection to the local server's PostgreSQL is lost", "08006")


class _Collector:
    """What PostgreSQL answers to one query of the simple protocol that is not the client's."""

    def __init__(self, sink: BinaryIO | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.rows: list[tuple[str | None, ...]] = []
        self.tag = ""
        self.error: RedshiftError | None = None
        self.sink = sink
        self.wants_data: asyncio.Future[bool] = loop.create_future()
        self.is_done: asyncio.Future[None] = loop.create_future()

    def take(self, kind: bytes, body: bytes) -> None:
        """Take a reply."""
        if kind == b"D":
            self.rows.append(protocol.text_row(body))
        elif kind == b"d" and self.sink is not None:
            self.sink.write(body)
        elif kind == b"C":
            self.tag = protocol.string(body)[0]
        elif kind == b"E":
            fields = protocol.error_fields(body)
            self.fail(RedshiftError(fields.get("M", ""), fields.get("C", "XX000")))
        elif kind == b"G":
            self.wants_data.set_result(True)
        elif kind == b"Z":
            if not self.wants_data.done():
                self.wants_data.set_result(False)
            if not self.is_done.done():
                self.is_done.set_result(None)

    def fail(self, error: RedshiftError) -> None:
        """Keep the first error; PostgreSQL still says when it is ready."""
        self.error = self.error or error
        if not self.wants_data.done():
            self.wants_data.set_result(False)

    @property
    def count(self) -> int:
        """The number of rows that the command tag ends in."""
        last = self.tag.rpartition(" ")[2]
        return int(last) if last.isdigit() else 0


class Link(asyncio.Protocol):
    """One session of PostgreSQL.

    `forward` takes bytes for the client; `reply` sees every message but rows and returns what the client is
    sent in its place; `lost` is called when PostgreSQL ends the session.
    """

    def __init__(
        self,
        forward: Callable[[bytes], None],
        reply: Callable[[bytes, bytes], bytes | None],
        lost: Callable[[], None],
    ) -> None:
        self.status = "I"
        self._forward = forward
        self._reply = reply
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._collector: _Collector | None = None
        self._can_write = asyncio.Event()
        self._can_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        """End what waits for a reply."""
        self._transport = None
        self._can_write.set()
        if self._collector is not None:
            self._collector.fail(RedshiftError(*_LOST))
            if not self._collector.is_done.done():
                self._collector.is_done.set_result(None)
        self._lost()

    def pause_writing(self) -> None:
        """PostgreSQL takes data more slowly than it is sent."""
        self._can_write.clear()

    def resume_writing(self) -> None:
        """PostgreSQL takes data again."""
        self._can_write.set()

    def pause_reading(self) -> None:
        """Read no more, because the client is slower than PostgreSQL."""
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_reading():
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Send messages to PostgreSQL."""
        if self._transport is None:
            raise RedshiftError(*_LOST)
        self._transport.write(data)

    def close(self) -> None:
        """End the session; PostgreSQL rolls back what is open."""
        if self._transport is not None:
            self._transport.write(protocol.message(b"X"))
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Pass replies on: rows as they lie in the chunk, other messages one by one."""
        if self._rest:
            data = self._rest + data
        size = len(data)
        parts: list[bytes] = []
        start = position = 0
        while position + 5 <= size:
            kind = data[position]
            end = position + 1 + _LENGTH.unpack_from(data, position + 1)[0]
            if end > size:
                break
            if kind in _ROWS and self._collector is None:
                position = end
                continue
            if position > start:
                parts.append(data[start:position])
            start = end
            part = self._message(data[position : position + 1], data[position + 5 : end])
            if part:
                parts.append(part)
            position = end
        if position > start:
            parts.append(data[start:position])
        self._rest = data[position:]
        if parts:
            self._forward(b"".join(parts))

    def _message(self, kind: bytes, body: bytes) -> bytes | None:
        if kind == b"Z":
            self.status = body.decode()
        # A changed setting is the client's to know, whoever changed it.
        if self._collector is None or kind == b"S":
            return self._reply(kind, body)
        self._collector.take(kind, body)
        return None

    @property
    def is_busy(self) -> bool:
        """Whether a query of our own is running."""
        return self._collector is not None

    async def query(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run statements of our own between two of the client's; return all rows, as texts."""
        return (await self._collect(sql)).rows

    async def copy_in(self, sql: str, source: Path) -> int:
        """Run `copy ... from stdin` with the content of a file; return the number of rows."""
        with source.open("rb") as content:
            return (await self._collect(sql, content=content)).count

    async def copy_out(self, sql: str, target: Path) -> int:
        """Run `copy ... to stdout` into a file; return the number of rows."""
        with target.open("wb") as sink:
            return (await self._collect(sql, sink=sink)).count

    async def _collect(
        self, sql: str, content: BinaryIO | None = None, sink: BinaryIO | None = None
    ) -> _Collector:
        collector = _Collector(sink)
        self._collector = collector
        try:
            self.write(protocol.query(sql))
            if await collector.wants_data:
                await self._send_file(content, collector)
            await collector.is_done
        finally:
            self._collector = None
        if collector.error is not None:
            raise collector.error
        return collector

    async def _send_file(self, content: BinaryIO | None, collector: _Collector) -> None:
        while content is not None and collector.error is None and (chunk := content.read(_COPY_CHUNK)):
            self.write(protocol.message(b"d", chunk))
            await self._can_write.wait()
        if collector.error is None:
            self.write(protocol.message(b"c"))
