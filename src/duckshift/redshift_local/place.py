"""The folder of a local Redshift server: its lock, its state, its logs."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from duckshift.errors import UserError

_SECONDS_FOR_LOCK = 0.5
_SECONDS_FOR_SUPERVISOR = 10


@dataclass(frozen=True)
class State:
    """Where a running server is reached."""

    pid: int
    host: str
    port: int
    s3_root: Path
    log: Path
    postgres_home: Path


class Place:
    """A folder that one server at a time uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.statement_log = self.folder / "statements.jsonl"
        self.server_log = self.folder / "server.log"
        self.scratch = self.folder / "scratch"
        self.default_s3_root = self.folder / "s3"
        self._state = self.folder / "server.json"
        self._lock = self.folder / "lock"

    def make(self) -> None:
        """Make the folder; nobody else may have made it, because its logs hold what statements hold."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UserError(f"cannot make the folder {self.folder}: {error.strerror}") from error
        if self.folder.lstat().st_uid != os.geteuid():
            raise UserError(f"{self.folder} belongs to another user: name another --folder")

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for the life of a server. The lock goes with the process, however it ends."""
        self.make()
        # `is_locked` holds the lock for an instant, so one refusal says nothing.
        deadline = time.monotonic() + _SECONDS_FOR_LOCK
        with self._lock.open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise UserError(f"a server is running in {self.folder}", 1) from None
                    time.sleep(0.01)
            yield

    def is_locked(self) -> bool:
        """Whether a server is running or starting here."""
        try:
            with self._lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def prepare(self, s3_root: Path) -> None:
        """Make what a server needs; the log begins anew."""
        self.statement_log.unlink(missing_ok=True)
        self.scratch.mkdir()
        s3_root.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove what a server leaves, also one that was killed: everything but its logs."""
        home = self._read().get("postgres_home")
        if isinstance(home, str):
            _remove_postgres(Path(home))
        self._state.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.rmtree(self.default_s3_root, ignore_errors=True)

    def write_state(self, state: State, *, is_ready: bool) -> None:
        """Say where the server is reached, or only what must be removed if it is killed now."""
        entry = asdict(state) | {"is_ready": is_ready}
        partial = self._state.with_suffix(".partial")
        partial.write_text(json.dumps(entry, default=str), encoding="utf-8")
        partial.replace(self._state)

    def state(self) -> State | None:
        """Return where the running server is reached; None if there is none that is ready."""
        entry = self._read()
        if not self.is_locked() or not entry.pop("is_ready", False):
            return None
        for name in ("s3_root", "log", "postgres_home"):
            entry[name] = Path(str(entry[name]))
        return State(**entry)  # type: ignore[arg-type]

    def _read(self) -> dict[str, object]:
        try:
            entry = json.loads(self._state.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return entry if isinstance(entry, dict) else {}


def _remove_postgres(home: Path) -> None:
    """Remove what PostgreSQL leaves, once it has ended; it ends by itself when its server is killed."""
    deadline = time.monotonic() + _SECONDS_FOR_SUPERVISOR
    while (home / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(home, ignore_errors=True)
