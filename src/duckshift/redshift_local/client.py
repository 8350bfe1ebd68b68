"""The connection to a client: cuts what it sends into messages, and notices when it goes away."""

import asyncio
import socket
from collections.abc import Callable

from duckshift.redshift_local import protocol


class ClientGoneError(Exception):
    """The client has ended the session, or sends what is no message."""


class Client(asyncio.Protocol):
    """Takes messages from a client. `connected` is called with the new connection."""

    def __init__(self, connected: Callable[["Client"], None]) -> None:
        self.on_gone: Callable[[], None] = lambda: None
        self.on_slow: Callable[[], None] = lambda: None
        self.on_fast: Callable[[], None] = lambda: None
        self._connected = connected
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._is_gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the session."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # asyncio does this only for sockets that say they are TCP; without it, answers wait up to 40 ms.
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connected(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came. A client waits for answers, so that no more than a few statements lie here."""
        self._buffer += data
        self._arrived.set()

    def connection_lost(self, _: Exception | None) -> None:
        """End the session, whatever runs."""
        self._is_gone = True
        self._arrived.set()
        self.on_gone()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is sent rows."""
        self.on_slow()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.on_fast()

    def write(self, data: bytes) -> None:
        """Send messages; what a client that has gone is sent is dropped."""
        if self._transport is not None and not self._is_gone:
            self._transport.write(data)

    def close(self) -> None:
        """End the connection when everything is sent."""
        if self._transport is not None:
            self._transport.close()

    async def start_up(self) -> bytes:
        """Return the body of the first message, the only one without a byte for its kind."""
        await self._wait_for(4)
        length = protocol.integer(self._buffer)
        if not 8 <= length <= protocol.LONGEST_START_UP:
            raise ClientGoneError
        await self._wait_for(length)
        body = bytes(self._buffer[4:length])
        del self._buffer[:length]
        return body

    @property
    def has_more(self) -> bool:
        """Whether something has come that is not taken yet."""
        return bool(self._buffer)

    async def next_message(self) -> tuple[bytes, bytes]:
        """Return kind and body of the next message."""
        while (message := protocol.take(self._buffer)) is None:
            await self._wait_for(len(self._buffer) + 1)
        return message

    async def _wait_for(self, size: int) -> None:
        while len(self._buffer) < size:
            if self._is_gone:
                raise ClientGoneError
            self._arrived.clear()
            await self._arrived.wait()
