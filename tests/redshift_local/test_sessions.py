"""What a session makes of handlers and refusals: transactions, command tags, prepared statements.

Sessions run in this process, before the PostgreSQL of the suite's server, with translations of their own.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redshift_connector
from redshift_connector.error import Error as RedshiftConnectorError
from tests.redshift_servers import RedshiftServer

from duckshift.redshift_local import postgres, translation
from duckshift.redshift_local.backend import Backend, Translation
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.place import Place
from duckshift.redshift_local.server import Acceptor, listen
from duckshift.redshift_local.session import Shared
from duckshift.redshift_local.statement_log import StatementLog

Handler = Callable[[Backend], Awaitable[Translation]]


@dataclass
class Failure:
    """An error as either driver reports it."""

    sqlstate: str
    message: str


class Client:
    """A driver, in autocommit."""

    def __init__(self, connection: Any) -> None:
        connection.autocommit = True
        self._cursor = connection.cursor()
        self.connection = connection

    def run(self, sql: str) -> Any:
        """Run a statement; return its rows, or the number of rows that it changed."""
        self._cursor.execute(sql)
        if self._cursor.description:
            return [tuple(row) for row in self._cursor.fetchall()]
        return self._cursor.rowcount

    def fail(self, sql: str) -> Failure:
        """Run a statement that must fail."""
        with pytest.raises((RedshiftConnectorError, psycopg2.Error)) as failed:
            self.run(sql)
        error = failed.value
        if isinstance(error, psycopg2.Error):
            return Failure(error.pgcode or "", error.diag.message_primary or "")
        return Failure(error.args[0]["C"], error.args[0]["M"])


@dataclass
class Scripted:
    """A server whose translations are written here; what is not is passed on."""

    port: int = 0
    root: Path = Path()
    handlers: dict[str, Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def handle(self, sql: str) -> Callable[[Handler], Handler]:
        """Use a function as the handler of a statement."""

        def add(handler: Handler) -> Handler:
            self.handlers[sql] = handler
            return handler

        return add

    async def translate(self, sql: str, backend: Backend) -> Translation:
        """Stand for statements.translate."""
        self.asked.append(sql)
        if sql in self.handlers:
            return await self.handlers[sql](backend)
        return Translation(sql)

    def client(self, driver: str) -> Client:
        """Connect with a driver."""
        options: dict[str, Any] = {"user": "duckshift", "password": "duckshift", "host": "127.0.0.1"}
        if driver == "redshift_connector":
            return Client(
                redshift_connector.connect(database="duckshift", port=self.port, ssl=False, **options)
            )
        return Client(psycopg2.connect(dbname="duckshift", port=self.port, **options))


@pytest.fixture
def server(
    redshift_server: RedshiftServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scripted]:
    scripted = Scripted(root=tmp_path)
    monkeypatch.setattr(translation, "translate", scripted.translate)
    state = Place(redshift_server.folder).state()
    assert state is not None
    socket_path = state.postgres_home / postgres.SOCKET
    loop = asyncio.new_event_loop()
    acceptor = Acceptor(Shared(socket_path, tmp_path / "s3", tmp_path, StatementLog(tmp_path / "log.jsonl")))
    listener = listen(0)
    scripted.port = listener.getsockname()[1]

    async def begin() -> asyncio.Server:
        return await loop.create_server(acceptor.client, sock=listener)

    async def end() -> None:
        listening.close()
        await acceptor.end_sessions()

    listening = loop.run_until_complete(begin())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield scripted
    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(params=["redshift_connector", "psycopg2"])
def client(server: Scripted, request: pytest.FixtureRequest) -> Client:
    """The extended protocol with prepared statements, and the simple one."""
    client = server.client(request.param)
    client.run("create temporary table things (id integer)")
    return client


def test_a_refusal_is_an_error_of_its_statement_only(server: Scripted, client: Client) -> None:
    @server.handle("refuse me")
    async def refuse(_: Backend) -> Translation:
        raise RedshiftError("Redshift has no REFUSE", "0A001")

    assert client.fail("refuse me") == Failure("0A001", "Redshift has no REFUSE")
    assert client.run("select 1") == [(1,)]


def test_a_refusal_aborts_the_transaction(server: Scripted, client: Client) -> None:
    @server.handle("refuse me")
    async def refuse(_: Backend) -> Translation:
        raise LocalLimit("REFUSE is not built")

    client.run("begin")
    client.run("insert into things values (1)")
    assert client.fail("refuse me") == Failure(
        "0A000", "limit of the local Redshift server: REFUSE is not built"
    )
    aborted = Failure(
        "25P02", "current transaction is aborted, commands ignored until end of transaction block"
    )
    assert client.fail("select 1") == aborted
    assert client.fail("what only Redshift = can parse") == aborted
    assert "select 1" not in server.asked
    client.run("rollback")
    assert client.run("select count(*) from things") == [(0,)]


def test_a_failing_query_of_a_handler_is_the_statements_error(server: Scripted, client: Client) -> None:
    @server.handle("look up")
    async def look_up(backend: Backend) -> Translation:
        await backend.rows("select 1 / 0")
        return Translation("select 'not reached'")

    assert client.fail("look up") == Failure("22012", "division by zero")
    client.run("begin")
    client.run("insert into things values (1)")
    assert client.fail("look up") == Failure("22012", "division by zero")
    assert client.fail("select 1").sqlstate == "25P02"
    client.run("commit")
    assert client.run("select count(*) from things") == [(0,)]


def test_what_a_handler_changes_stays_only_with_its_statement(server: Scripted, client: Client) -> None:
    @server.handle("fail after")
    async def fail_after(backend: Backend) -> Translation:
        await backend.run("insert into things values (1)")
        return Translation("select 1 / 0")

    @server.handle("refuse after")
    async def refuse_after(backend: Backend) -> Translation:
        await backend.run("insert into things values (1)")
        raise RedshiftError("refused after all")

    @server.handle("succeed")
    async def succeed(backend: Backend) -> Translation:
        await backend.run("insert into things values (2)")
        return Translation("insert into things values (3)")

    assert client.fail("fail after") == Failure("22012", "division by zero")
    assert client.fail("refuse after") == Failure("42601", "refused after all")
    assert client.run("succeed") == 1
    assert client.fail("select 1 / 0").sqlstate == "22012"  # no transaction is left that this would undo
    assert client.run("select id from things order by id") == [(2,), (3,)]
    client.run("begin")
    client.run("succeed")
    client.run("rollback")
    assert client.run("select id from things order by id") == [(2,), (3,)]


def test_handlers_see_what_the_transaction_has_not_committed(server: Scripted, client: Client) -> None:
    @server.handle("count things")
    async def count(backend: Backend) -> Translation:
        rows = await backend.rows("select count(*), null, 'é' from things")
        return Translation(f"select {rows[0][0]} as counted, {rows[0] == ('2', None, 'é')} as is_text")

    client.run("begin")
    client.run("insert into things values (1), (2)")
    assert client.run("count things") == [(2, True)]
    client.run("rollback")


def test_the_command_tag_is_the_handlers(server: Scripted, client: Client) -> None:
    @server.handle("update things")
    async def update(_: Backend) -> Translation:
        return Translation("insert into things values (1)", "UPDATE 42")

    assert client.run("update things") == 42


def test_files_are_copied_in_and_out(server: Scripted, client: Client) -> None:
    source, target = server.root / "source.csv", server.root / "target.csv"
    source.write_text("".join(f"{number}\n" for number in range(200_000)))

    @server.handle("load")
    async def load(backend: Backend) -> Translation:
        count = await backend.copy_in("copy things from stdin (format csv)", source)
        return Translation(f"select {count} as loaded")

    @server.handle("unload")
    async def unload(backend: Backend) -> Translation:
        count = await backend.copy_out(
            "copy (select id from things order by id) to stdout (format csv)", target
        )
        return Translation(f"select {count} as unloaded")

    @server.handle("load rubbish")
    async def load_rubbish(backend: Backend) -> Translation:
        (server.root / "rubbish.csv").write_text("1\nrubbish\n" + "1\n" * 1_000_000)
        await backend.copy_in("copy things from stdin (format csv)", server.root / "rubbish.csv")
        return Translation("select 'not reached'")

    assert client.run("load") == [(200_000,)]
    assert client.run("unload") == [(200_000,)]
    assert target.read_bytes() == source.read_bytes()
    assert client.fail("load rubbish") == Failure("22P02", 'invalid input syntax for type integer: "rubbish"')
    assert client.run("select count(*) from things") == [(200_000,)]


def test_an_unexpected_exception_is_logged_and_the_session_lives_on(
    server: Scripted, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    @server.handle("credentials 'hidden'")
    async def break_down(_: Backend) -> Translation:
        raise KeyError("no such\nthing")

    assert client.fail("credentials 'hidden'") == Failure(
        "XX000", "internal error of the local Redshift server: KeyError: 'no such\\nthing'"
    )
    assert client.run("select 1") == [(1,)]
    assert "Traceback" in caplog.text
    assert "in break_down" in caplog.text
    assert "hidden" not in caplog.text


def test_a_prepared_statement_is_translated_again_if_it_depends_on_more_than_its_text(
    server: Scripted,
) -> None:
    client = server.client("redshift_connector")
    client.run("create temporary table things (id integer)")

    @server.handle("add")
    async def add(backend: Backend) -> Translation:
        await backend.run("insert into things values (1)")
        rows = await backend.rows("select count(*) from things")
        return Translation(f"select {rows[0][0]} as counted")

    assert [client.run("add") for _ in range(3)] == [[(1,)], [(2,)], [(3,)]]
    assert client.run("select count(*) from things") == [(3,)]

    @server.handle("fail now and then")
    async def fail(backend: Backend) -> Translation:
        rows = await backend.rows("select count(*) from things")
        if rows[0][0] == "4":
            raise RedshiftError("four are too many")
        return Translation(f"select {rows[0][0]} as counted")

    assert client.run("fail now and then") == [(3,)]
    client.run("insert into things values (4)")
    assert client.fail("fail now and then") == Failure("42601", "four are too many")
    client.run("insert into things values (5)")
    assert client.run("fail now and then") == [(5,)]


def test_a_statement_that_depends_on_its_text_only_is_translated_once(
    server: Scripted, client: Client
) -> None:
    assert [client.run("select 7 as seven") for _ in range(3)] == [[(7,)]] * 3
    assert server.client("psycopg2").run("select 7 as seven") == [(7,)]
    assert server.asked.count("select 7 as seven") == 1


def test_slow_translations_hold_up_no_other_session(server: Scripted, client: Client) -> None:
    began = threading.Event()

    @server.handle("think")
    async def think(_: Backend) -> Translation:
        began.set()
        time.sleep(2)  # blocks, as sqlglot and DuckDB do
        return Translation("select 'thought'")

    thinker = threading.Thread(target=client.run, args=("think",))
    thinker.start()
    assert began.wait(5)
    other = server.client("redshift_connector")
    assert other.run("select 1") == [(1,)]
    assert thinker.is_alive()
    thinker.join()


def test_several_statements_of_one_message_stay_or_go_together(server: Scripted) -> None:
    client = server.client("psycopg2")
    client.run(
        "create temporary table things (id integer); insert into things values (1); select ';' as mark"
    )
    assert client.run("select count(*) from things") == [(1,)]
    assert client.fail(
        "insert into things values (2); select 1 / 0; insert into things values (3)"
    ) == Failure("22012", "division by zero")
    assert client.run("select count(*) from things;") == [(1,)]
    client.run("begin; insert into things values (4)")
    client.run("rollback; insert into things values (5)")
    assert client.run("select id from things order by id") == [(1,), (5,)]
    assert "select 1 / 0" in [text.strip() for text in server.asked]


def test_several_statements_cannot_be_prepared(server: Scripted) -> None:
    client = server.client("redshift_connector")
    assert client.fail("select 1; select 2") == Failure(
        "42601", "cannot insert multiple commands into a prepared statement"
    )


def test_drivers_may_go_on_before_a_handlers_changes_are_committed(server: Scripted) -> None:
    # redshift_connector closes its prepared statements as soon as it reads the command tag of DDL.
    client = server.client("redshift_connector")
    client.run("create temporary table things (id integer)")

    @server.handle("create one")
    async def create(backend: Backend) -> Translation:
        await backend.run("insert into things values (1)")
        return Translation("create temporary table one (id integer)")

    for _ in range(20):
        client.run("select 1")
        client.run("create one")
        client.run("drop table one")
    assert client.run("select count(*) from things") == [(20,)]
