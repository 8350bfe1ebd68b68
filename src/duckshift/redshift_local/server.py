"""The process of the local Redshift server: `python -m duckshift.redshift_local.server --help`."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from duckshift.errors import UserError
from duckshift.redshift_local import postgres
from duckshift.redshift_local.client import Client
from duckshift.redshift_local.place import Place, State
from duckshift.redshift_local.session import Session, Shared
from duckshift.redshift_local.statement_log import StatementLog

HOST = "127.0.0.1"
_logger = logging.getLogger(__name__)


class Acceptor:
    """Begins a session for each client that connects."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._sessions: set[asyncio.Task[None]] = set()

    def client(self) -> Client:
        """Return what takes the next connection."""
        return Client(self._begin)

    def _begin(self, client: Client) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(Session(client, self._shared)))
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _serve(self, session: Session) -> None:
        try:
            await session.run()
        except Exception:
            _logger.exception("session %s ended by an internal error", session.number)

    async def end_sessions(self) -> None:
        """Cut off all clients."""
        for task in self._sessions:
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)


def listen(port: int) -> socket.socket:
    """Take the port, or a free one for 0; loopback only."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise UserError(f"cannot listen on {HOST}:{port}: {reason}; name another --port", 1) from error


async def serve(place: Place, listener: socket.socket, s3_root: Path, *, until_stdin_closes: bool) -> None:
    """Start PostgreSQL, serve clients until told to stop, and clear away."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopping.set)
    if until_stdin_closes:
        _watch_stdin(loop, stopping)
    log = StatementLog(place.statement_log)
    host, port = listener.getsockname()[:2]
    state = State(os.getpid(), host, port, s3_root, place.statement_log, postgres.make_home())
    place.write_state(state, is_ready=False)
    try:
        database = postgres.start(state.postgres_home)
        try:
            await postgres.prepare(database)
            acceptor = Acceptor(Shared(database.socket_path, s3_root, place.scratch, log))
            listening = await loop.create_server(acceptor.client, sock=listener)
            place.write_state(state, is_ready=True)
            _logger.info("listening on %s:%s", host, port)
            await _wait(stopping, database)
            listening.close()
            await acceptor.end_sessions()
        finally:
            database.stop()
    finally:
        place.clear()
        log.close()
    _logger.info("stopped")


async def _wait(stopping: asyncio.Event, database: postgres.Postgres) -> None:
    while not stopping.is_set():
        if not database.is_running:
            raise UserError("PostgreSQL has ended", 1)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 0.5)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    def read() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin.fileno())
            stopping.set()

    loop.add_reader(sys.stdin.fileno(), read)


def main() -> None:
    """Run the server in the foreground."""
    parser = argparse.ArgumentParser(prog="python -m duckshift.redshift_local.server", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where log and process id are kept")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--s3-root", type=Path, required=True, help="folder that stands for s3://")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="stop when standard input ends: with a test's process",
    )
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    # Translating is work for the processor; the event loop must get its turn soon all the same.
    sys.setswitchinterval(0.001)
    try:
        place = Place(arguments.folder)
        with place.lock():
            place.clear()
            place.prepare(arguments.s3_root)
            with listen(arguments.port) as listener:
                asyncio.run(
                    serve(
                        place,
                        listener,
                        arguments.s3_root,
                        until_stdin_closes=arguments.until_stdin_closes,
                    )
                )
    except UserError as error:
        _logger.error("%s", error)
        status = error.exit_status
    else:
        status = 0
    logging.shutdown()
    # Threads that still read files for a client that was cut off are not waited for.
    os._exit(status)


if __name__ == "__main__":
    main()
