"""The local Redshift server as a process and as a peer of drivers: what runs, who gets in, what is logged."""

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from redshift_connector.core import Connection
from redshift_connector.error import Error as RedshiftConnectorError
from tests.redshift_servers import RedshiftServer, running_server
from tests.runs.conftest import copied_project

from duckshift.errors import UserError
from duckshift.redshift_local import postgres, process, protocol
from duckshift.redshift_local.place import Place
from duckshift.redshift_local.statement_log import mask
from duckshift.settings import project_root

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LONG_QUERY = "select count(*) from numbers as a cross join numbers as b cross join numbers as c"
"""Over 10,000 numbers: longer than any test waits."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a server that a test starts by command; whatever runs there ends with the test."""
    yield tmp_path / "server"
    process.stop(tmp_path / "server")


@pytest.fixture
def command(folder: Path) -> Run:
    """`duckshift redshift-local ... --folder <folder>` as a process of its own."""

    def run(name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "duckshift", "redshift-local", name, *options, "--folder", str(folder)]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    return run


def create_numbers(connection: Connection) -> None:
    """Create the table that LONG_QUERY reads."""
    digits = " union all ".join(f"select {digit} as digit" for digit in range(10))
    connection.run(f"create table digits as {digits}")
    connection.run(
        "create table numbers as select a.digit from digits as a"
        " cross join digits as b cross join digits as c cross join digits as d"
    )


@pytest.fixture(scope="session")
def numbers(redshift_server: RedshiftServer) -> None:
    """The table of LONG_QUERY."""
    create_numbers(redshift_server.connect())


def family(pid: int) -> set[int]:
    """Return a process and all that descend from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(what: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait until something holds; return whether it does."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def ask_postgres(server: RedshiftServer, sql: str) -> list[tuple[str | None, ...]]:
    """Ask the PostgreSQL behind a server, past the server."""

    async def ask() -> list[tuple[str | None, ...]]:
        state = Place(server.folder).state()
        assert state is not None
        link = await postgres.connect(state.postgres_home / postgres.SOCKET, postgres.DATABASE)
        rows = await link.query(sql)
        link.close()
        return rows

    return asyncio.run(ask())


def running_queries(server: RedshiftServer) -> list[str | None]:
    """Return the PostgreSQL processes that run a query over the table `numbers`."""
    rows = ask_postgres(
        server,
        "select pid from pg_catalog.pg_stat_activity where state = 'active'"
        " and query ilike '%numbers%cross join%' and pid != pg_catalog.pg_backend_pid()",
    )
    return [pid for (pid,) in rows]


def has_session(server: RedshiftServer, pid: str | None) -> bool:
    """Whether a PostgreSQL process still serves a client."""
    return bool(ask_postgres(server, f"select 1 from pg_catalog.pg_stat_activity where pid = {pid}"))


def dsn(server: RedshiftServer) -> str:
    """Return what psycopg2 connects by, which sends a statement in one message, as psql does."""
    return f"host={server.host} port={server.port} user=duckshift password=duckshift dbname=duckshift"


# The process


def test_commands_start_show_and_stop_a_server(command: Run, folder: Path) -> None:
    started = command("start", "--port", "0")
    assert started.returncode == 0, started.stderr
    state = Place(folder).state()
    assert state is not None
    expected = (
        f"Redshift on 127.0.0.1:{state.port}, s3:// is {folder / 's3'}, log {folder / 'statements.jsonl'}\n"
    )
    advice = f"for dbt and intake: export DUCKSHIFT_REDSHIFT_LOCAL_PORT={state.port}\n"
    assert started.stdout == expected + advice
    assert state.s3_root.is_dir()
    running = family(state.pid)
    assert len(running) > 2

    shown = command("status")
    assert (shown.returncode, shown.stdout) == (0, expected)

    again = command("start", "--port", "0")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"duckshift: a server is running in {folder}, on port {state.port}\n"

    server = RedshiftServer(folder, state.host, state.port, state.s3_root, state.log, state.pid)
    server.connect().run("select 41 + 1 as answer")
    logged = json.loads(command("logs").stdout)
    assert sorted(logged) == ["error", "milliseconds", "original", "rewritten", "session", "time"]
    assert (logged["session"], logged["original"], logged["error"]) == (1, "select 41 + 1 as answer", None)
    assert logged["rewritten"].lower().startswith("select 41 + 1 as")
    assert command("logs", "--original").stdout == "select 41 + 1 as answer;\n"

    stopped = command("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "stopped\n")
    assert [pid for pid in running if is_alive(pid)] == []
    assert not state.postgres_home.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "server.log", "statements.jsonl"]
    gone = command("status")
    assert (gone.returncode, gone.stdout) == (3, f"no server is running in {folder}\n")
    assert command("stop").stdout == f"no server is running in {folder}\n"


def test_a_given_s3_root_is_kept(command: Run, tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "file").touch()
    assert (
        f"s3:// is {tmp_path / 'bucket'}"
        in command("start", "--port", "0", "--s3-root", f"{tmp_path}/bucket").stdout
    )
    command("stop")
    assert (tmp_path / "bucket" / "file").exists()


def test_logs_follow_until_the_server_stops(command: Run, folder: Path) -> None:
    command("start", "--port", "0")
    state = Place(folder).state()
    assert state is not None
    words = [sys.executable, "-m", "duckshift", "redshift-local", "logs", "--follow", "--original"]
    with subprocess.Popen([*words, "--folder", str(folder)], stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        server = RedshiftServer(folder, state.host, state.port, state.s3_root, state.log, state.pid)
        server.connect().run("select 'followed' as word")
        assert following.stdout.readline() == "select 'followed' as word;\n"
        command("stop")
        assert following.wait(10) == 0


def test_a_taken_port_ends_in_one_line(command: Run, redshift_server: RedshiftServer) -> None:
    done = command("start", "--port", str(redshift_server.port))
    assert done.returncode == 1
    assert done.stderr == (
        f"duckshift: cannot listen on 127.0.0.1:{redshift_server.port}: Address already in use;"
        " name another --port\n"
    )


def test_only_loopback_is_listened_on(redshift_server: RedshiftServer) -> None:
    sockets = {
        str(link.readlink()).removeprefix("socket:[").removesuffix("]")
        for pid in family(redshift_server.pid)
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if str(link.readlink()).startswith("socket:")
    }
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and inode in sockets:
                address, port = local.split(":")
                listening.append((address, int(port, 16)))
    loopback = int.from_bytes(socket.inet_aton("127.0.0.1"), sys.byteorder)
    assert listening == [(f"{loopback:08X}", redshift_server.port)]


def test_postgres_ends_with_a_killed_server_and_the_next_start_works(command: Run, folder: Path) -> None:
    command("start", "--port", "0")
    state = Place(folder).state()
    assert state is not None
    running = family(state.pid)
    os.kill(state.pid, signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_alive, running)))
    assert wait_until(lambda: not state.postgres_home.exists())
    assert command("status").returncode == 3
    assert command("start", "--port", "0").returncode == 0


def test_the_server_ends_when_postgres_does(tmp_path: Path) -> None:
    started = process.start(tmp_path, 0)
    running = family(started.state.pid)
    postmaster = int((started.state.postgres_home / "data" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    assert started.process.wait(10) == 1
    assert wait_until(lambda: not any(map(is_alive, running)))
    assert Place(tmp_path).server_log.read_text().splitlines()[-1].endswith("ERROR PostgreSQL has ended")


def test_a_server_ends_with_the_test_process_even_if_that_is_killed(tmp_path: Path) -> None:
    script = f"""
        import time
        from pathlib import Path
        from duckshift.redshift_local import process
        print(process.start(Path({str(tmp_path)!r}), 0, with_this_process=True).state.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        running = family(int(tests.stdout.readline()))
        tests.kill()
    assert wait_until(lambda: not any(map(is_alive, running)))


def test_a_terminated_server_ends_well_while_a_query_runs(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        connection = server.connect()
        create_numbers(connection)
        failures: list[Exception] = []

        def ask() -> None:
            try:
                connection.run(LONG_QUERY)
            except RedshiftConnectorError as error:
                failures.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        assert wait_until(lambda: len(running_queries(server)) == 1)
        running = family(server.pid)
        os.kill(server.pid, signal.SIGTERM)
        assert wait_until(lambda: not any(map(is_alive, running)))
        asking.join(10)
    assert len(failures) == 1
    assert Place(tmp_path).server_log.read_text().splitlines()[-1].endswith("INFO stopped")


def test_programs_that_only_their_owner_can_read_are_run(tmp_path: Path) -> None:
    package = importlib.util.find_spec(postgres.PACKAGE)
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    for name in (f"{installed.name}/{postgres.VERSION}", f"{installed.name}.libs"):
        if (installed.parent / name).exists():  # there are no .libs on macOS
            shutil.copytree(installed.parent / name, tmp_path / "packages" / name)
    shutil.copy2(installed / "__init__.py", tmp_path / "packages" / installed.name)
    (tmp_path / "packages").chmod(0o700)
    words = [sys.executable, "-m", "duckshift", "redshift-local"]
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "packages"),
        process.FOLDER_VARIABLE: str(tmp_path / "server"),
        process.PORT_VARIABLE: "0",
    }
    try:
        started = subprocess.run(
            [*words, "start"], env=environment, capture_output=True, text=True, check=False
        )
        assert (started.returncode, started.stderr) == (0, "")
    finally:
        process.stop(tmp_path / "server")


def test_folder_and_port_are_the_environments_else_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(process.FOLDER_VARIABLE, raising=False)
    monkeypatch.delenv(process.PORT_VARIABLE, raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/temporary")
    assert process.default_folder() == Path(f"/temporary/duckshift-redshift-local-{os.getuid()}")
    assert process.default_port() == 5439
    monkeypatch.setenv(process.FOLDER_VARIABLE, "/elsewhere")
    monkeypatch.setenv(process.PORT_VARIABLE, "15439")
    assert (process.default_folder(), process.default_port()) == (Path("/elsewhere"), 15439)
    monkeypatch.setenv(process.PORT_VARIABLE, "redshift")
    with pytest.raises(UserError, match="DUCKSHIFT_REDSHIFT_LOCAL_PORT is not a port: redshift"):
        process.default_port()


# Clients


@pytest.mark.usefixtures("numbers")
def test_a_client_that_disappears_leaves_the_server_well(redshift_server: RedshiftServer) -> None:
    redshift_server.connect().run("create table unfinished (number integer)")
    script = f"""
        from pathlib import Path
        import redshift_connector
        connection = redshift_connector.connect(
            host={redshift_server.host!r}, port={redshift_server.port}, ssl=False,
            user="duckshift", password="duckshift", database="duckshift",
        )
        connection.run("insert into unfinished values (1)")
        connection.run({LONG_QUERY!r})
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)]) as client:
        assert wait_until(lambda: len(running_queries(redshift_server)) == 1)
        (pid,) = running_queries(redshift_server)
        client.kill()
    assert wait_until(lambda: not has_session(redshift_server, pid))
    assert redshift_server.connect().run("select count(*) from unfinished") == ([0],)


@pytest.mark.usefixtures("numbers")
def test_a_query_can_be_cancelled(redshift_server: RedshiftServer) -> None:
    connection = psycopg2.connect(dsn(redshift_server))
    canceller = threading.Thread(
        target=lambda: wait_until(lambda: len(running_queries(redshift_server)) == 1) and connection.cancel()
    )
    canceller.start()
    with pytest.raises(psycopg2.errors.QueryCanceled):
        connection.cursor().execute(LONG_QUERY)
    canceller.join()
    connection.rollback()
    cursor = connection.cursor()
    cursor.execute("select 1")
    assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("options", "sqlstate", "message"),
    [
        ({"password": "wrong"}, "28000", 'password authentication failed for user "duckshift"'),
        ({"user": "somebody"}, "28000", 'password authentication failed for user "somebody"'),
        ({"database": "dev"}, "3D000", 'database "dev" does not exist'),
    ],
)
def test_whoever_may_not_in_is_told_why(
    redshift_server: RedshiftServer, options: dict[str, str], sqlstate: str, message: str
) -> None:
    with pytest.raises(RedshiftConnectorError) as refused:
        redshift_server.connect(**options)
    fields = refused.value.args[0]
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", sqlstate, message)


def test_drivers_take_the_server_for_redshift(redshift_server: RedshiftServer) -> None:
    connection = redshift_server.connect()
    assert (b"server_version", b"8.0.2") in connection.parameter_statuses
    cursor = connection.cursor()
    cursor.execute("select 'text'::text as word, json_parse('[1]') as document, 1.5::decimal(4, 2) as amount")
    assert [column[:2] for column in cursor.description] == [
        ("word", 1043),
        ("document", 4000),
        ("amount", 1700),
    ]


def test_bind_parameters_keep_their_types(redshift_server: RedshiftServer) -> None:
    cursor = redshift_server.connect().cursor()
    cursor.execute(
        "create table bound (id integer, word varchar(20), amount decimal(18, 2), ratio double precision,"
        " is_good boolean, day date, moment timestamp)"
    )
    first = (1, "héllo", Decimal("12.30"), 0.5, True, date(2024, 2, 29), datetime(2024, 2, 29, 12, 30, 1, 5))
    second = (2, *[None] * 6)
    cursor.execute(
        f"insert into bound values ({', '.join(['%s'] * 7)}), ({', '.join(['%s'] * 7)})", first + second
    )
    assert cursor.rowcount == 2
    cursor.execute("select * from bound order by id")
    assert cursor.fetchall() == ([*first], [*second])
    cursor.execute("select word from bound where id = %s and amount = %s", (1, Decimal("12.3")))
    assert cursor.fetchall() == (["héllo"],)


@pytest.mark.usefixtures("numbers")
def test_sessions_run_side_by_side(redshift_server: RedshiftServer) -> None:
    slow = psycopg2.connect(dsn(redshift_server))
    asking = threading.Thread(target=lambda: _ignore_cancel(slow))
    asking.start()
    assert wait_until(lambda: len(running_queries(redshift_server)) == 1)
    start = time.monotonic()
    assert redshift_server.connect().run("select 1") == ([1],)
    assert time.monotonic() - start < 5
    assert len(running_queries(redshift_server)) == 1
    slow.cancel()
    asking.join(10)


def _ignore_cancel(connection: "psycopg2.extensions.connection") -> None:
    with contextlib.suppress(psycopg2.errors.QueryCanceled):
        connection.cursor().execute(LONG_QUERY)


@pytest.mark.usefixtures("numbers")
def test_a_client_that_does_not_read_fills_no_memory(redshift_server: RedshiftServer) -> None:
    def memory() -> int:
        """The server's resident memory, in kB."""
        status = Path(f"/proc/{redshift_server.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    connection = redshift_server.connect()
    before = memory()
    sql = "select repeat('x', 1000) from numbers as a cross join digits as b"
    connection._usock.sendall(protocol.query(sql))
    assert wait_until(lambda: len(running_queries(redshift_server)) == 1)
    time.sleep(0.5)
    assert len(running_queries(redshift_server)) == 1
    assert memory() - before < 20_000
    # Nothing is lost when it reads after all.
    buffer = bytearray()
    kinds: Counter[bytes] = Counter()
    while not kinds[b"Z"]:
        buffer += connection._usock.recv(1_000_000)
        while message := protocol.take(buffer):
            kinds[message[0]] += 1
    assert kinds == {b"T": 1, b"D": 100_000, b"C": 1, b"Z": 1}


# The log


def test_credentials_are_in_no_log(redshift_server: RedshiftServer) -> None:
    cursor = redshift_server.connect().cursor()
    for secret in (
        "iam_role 'arn:aws:iam::123456789012:role/Hidden1'",
        "credentials 'aws_access_key_id=AKIAHIDDEN0000000002;aws_secret_access_key=Hidden/2'",
        "with credentials as 'aws_access_key_id=Hidden3;aws_secret_access_key=Hidden3;token=Hidden3'",
        "access_key_id 'Hidden4' secret_access_key 'Hidden4' session_token 'Hidden4'",
        "credentials 'aws_iam_role=arn:aws:iam::123456789012:role/Hidden5;master_symmetric_key=Hidden5'",
    ):
        with pytest.raises(RedshiftConnectorError):
            cursor.execute(f"copy missing_table from 's3://bucket/key' {secret} csv")
        with pytest.raises(RedshiftConnectorError):
            cursor.execute(f"unload ('select 1 from missing_table') to 's3://bucket/key' {secret} parquet")
    with pytest.raises(RedshiftConnectorError):
        cursor.execute("create user somebody password 'Hidden6' nonsense")
    logged = redshift_server.log_path.read_text() + Place(redshift_server.folder).server_log.read_text()
    assert "copy missing_table from 's3://bucket/key' iam_role '***' csv" in logged
    assert "create user somebody password '***'" in logged
    assert not re.search(r"hidden/?\d", logged, re.IGNORECASE)
    assert "password" not in re.sub(r"create user \w+ password", "", logged)


@pytest.mark.parametrize(
    ("statement", "masked"),
    [
        (r"create user u password 'it''s \' secret' valid", "create user u password '***' valid"),
        ("iam_role'arn:secret'", "iam_role'***'"),
        ("secret_access_key AS 'secret'", "secret_access_key AS '***'"),
        ("session_token /* 'c' */ -- d\n 'secret'", "session_token /* 'c' */ -- d\n '***'"),
        ("alter user u password = 'secret'", "alter user u password = '***'"),
        ("password $$it's secret$$ valid", "password '***' valid"),
        ("password $a$ $$ secret $a$ valid", "password '***' valid"),
        ("credentials as $$secret$$ csv", "credentials as '***' csv"),
        ("credentials 'secret\nsecret'", "credentials '***'"),
        (
            "Cannot read aws_secret_access_key=secret;token=secret",
            "Cannot read aws_secret_access_key=***;token=***",
        ),
        ("select 'AKIA0123456789SECRET'", "select '***'"),
        ("select password from users where name = 'x'", "select password from users where name = 'x'"),
        ("copy t from 's3://b' iam_role default", "copy t from 's3://b' iam_role default"),
    ],
)
def test_only_secrets_are_masked(statement: str, masked: str) -> None:
    assert mask(statement) == masked


def test_the_log_says_what_became_of_each_statement(redshift_server: RedshiftServer) -> None:
    connection = redshift_server.connect()
    count = len(redshift_server.statements())
    connection.run("select 'logged' as word")
    with pytest.raises(RedshiftConnectorError):
        connection.run("select missing_column")
    done, failed = redshift_server.statements()[count:]
    assert done["session"] == failed["session"]
    assert datetime.fromisoformat(done["time"]) <= datetime.fromisoformat(failed["time"])
    assert 0 < done["milliseconds"] < 60_000
    assert (done["original"], done["error"]) == ("select 'logged' as word", None)
    assert "'logged'" in done["rewritten"]
    assert failed["error"] == 'column "missing_column" does not exist'


# dbt


def run_dbt(folder: Path, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run dbt on the project; logs and artifacts go below the folder."""
    words = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    places = {
        "DBT_PROFILES_DIR": str(project_root() / "profiles"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DUCKSHIFT_LANDING_ROOT": str(folder),
    }
    return subprocess.run(
        words,
        cwd=project_root(),
        env=os.environ | places | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_dbt_connects(redshift_server: RedshiftServer, tmp_path: Path) -> None:
    done = run_dbt(tmp_path, redshift_server.environment, "debug", "--target", "redshift_local")
    assert done.returncode == 0
    assert "Connection test: [OK connection ok]" in done.stdout


def test_dbt_says_in_one_line_that_nobody_answers_and_keeps_the_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    environment = {
        "DUCKSHIFT_REDSHIFT_HOST": "127.0.0.1",
        "DUCKSHIFT_REDSHIFT_PORT": str(port),
        "DUCKSHIFT_REDSHIFT_USER": "analyst",
        "DUCKSHIFT_REDSHIFT_PASSWORD": "Hidden-7",
    }
    # A small project with the profile of the warehouse, which takes half a minute to parse.
    small = copied_project(tmp_path / "project")
    done = run_dbt(tmp_path, environment, "run", "--target", "redshift", "--project-dir", str(small))
    assert done.returncode == 2
    message = done.stdout.partition("Encountered an error:\nDatabase Error\n")[2].splitlines()
    assert message == ["  ('communication error', ConnectionRefusedError(111, 'Connection refused'))"]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"dbt.log", "manifest.json"} <= {path.name for path in written}
    assert [path for path in written if b"Hidden-7" in path.read_bytes()] == []
    assert "Hidden-7" not in done.stdout + done.stderr
