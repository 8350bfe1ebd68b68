"""Local Redshift servers for tests; they end with the test's process, however it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redshift_connector
from redshift_connector.core import Connection

from duckshift.redshift_local import process
from duckshift.redshift_local.session import DATABASE, PASSWORD, USER


@dataclass(frozen=True)
class RedshiftServer:
    """A running server."""

    folder: Path
    host: str
    port: int
    s3_root: Path
    log_path: Path
    pid: int

    def connect(self, **options: Any) -> Connection:
        """Open a connection on which every statement is a transaction of its own."""
        defaults: dict[str, Any] = {"user": USER, "password": PASSWORD, "database": DATABASE, "ssl": False}
        # Else the driver reads the source of the whole stack, to find a name.
        defaults["application_name"] = "tests"
        place = {"host": self.host, "port": self.port}
        connection: Connection = redshift_connector.connect(**(defaults | place | options))
        connection.autocommit = True
        return connection

    def statements(self) -> list[dict[str, Any]]:
        """Return the log: time, session, original, rewritten, milliseconds and error of each statement."""
        return [json.loads(line) for line in self.log_path.read_text(encoding="utf-8").splitlines()]

    @property
    def environment(self) -> dict[str, str]:
        """What the target redshift_local of profiles.yml reads."""
        return {process.PORT_VARIABLE: str(self.port)}


@contextmanager
def running_server(folder: Path, s3_root: Path | None = None) -> Iterator[RedshiftServer]:
    """Start a server on a free port; stop it at the end."""
    started = process.start(folder, 0, s3_root, with_this_process=True)
    state = started.state
    try:
        yield RedshiftServer(folder, state.host, state.port, state.s3_root, state.log, state.pid)
    finally:
        process.stop(folder)
        started.process.wait(10)


@pytest.fixture(scope="session")
def redshift_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedshiftServer]:
    """A server for the tests of a process, empty at first. Suites import it in their conftest.py."""
    with running_server(tmp_path_factory.mktemp("redshift")) as server:
        yield server
