"""Starts the local Redshift server in the background, and stops it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from duckshift.errors import UserError
from duckshift.redshift_local.place import Place, State

FOLDER_VARIABLE = "DUCKSHIFT_REDSHIFT_LOCAL_FOLDER"
PORT_VARIABLE = "DUCKSHIFT_REDSHIFT_LOCAL_PORT"
DEFAULT_PORT = 5439

_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 30


def default_folder() -> Path:
    """Return the folder of the environment, else the user's own below the system's temporary folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(tempfile.gettempdir()) / f"duckshift-redshift-local-{os.getuid()}"


def default_port() -> int:
    """Return the port of the environment, else Redshift's."""
    named = os.environ.get(PORT_VARIABLE)
    if not named:
        return DEFAULT_PORT
    if not named.isdigit():
        raise UserError(f"{PORT_VARIABLE} is not a port: {named}")
    return int(named)


@dataclass
class Started:
    """A server and the process that was started for it."""

    state: State
    process: "subprocess.Popen[bytes]"


def start(
    folder: Path, port: int, s3_root: Path | None = None, *, with_this_process: bool = False
) -> Started:
    """Start a server and wait until it takes connections.

    It goes on when this process ends, unless `with_this_process`.
    """
    place = Place(folder)
    place.make()
    if (running := place.state()) is not None:
        raise UserError(f"a server is running in {place.folder}, on port {running.port}", 1)
    command = [sys.executable, "-m", "duckshift.redshift_local.server", "--folder", str(place.folder)]
    command += ["--port", str(port), "--s3-root", str((s3_root or place.default_s3_root).absolute())]
    if with_this_process:
        command.append("--until-stdin-closes")
    with place.server_log.open("ab") as log:
        beginning = log.tell()
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if with_this_process else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        return Started(_wait_until_ready(place, process, beginning), process)
    except BaseException:
        process.terminate()
        raise


def _wait_until_ready(place: Place, process: "subprocess.Popen[bytes]", log_start: int) -> State:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        state = place.state()
        if state is not None and state.pid == process.pid:
            return state
        if process.poll() is not None:
            raise UserError(_reason(place.server_log, log_start), 1)
        time.sleep(0.02)
    raise UserError(f"the server does not start within {_SECONDS_TO_START} s, see {place.server_log}", 1)


def _reason(log: Path, beginning: int) -> str:
    """Return what a server said last before it ended."""
    with log.open("rb") as file:
        file.seek(beginning)
        lines = file.read().decode(errors="replace").strip().splitlines()
    last = lines[-1] if lines else ""
    return last.partition(" ERROR ")[2] or f"the server ended at once, see {log}"


def stop(folder: Path) -> bool:
    """Stop the server of a folder and remove its data; False if none is running."""
    place = Place(folder)
    state = place.state()
    if state is None:
        if place.folder.is_dir():
            with place.lock():
                place.clear()
        return False
    _end(place, state.pid)
    return True


def _end(place: Place, pid: int) -> None:
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while time.monotonic() < deadline:
            if not place.is_locked():
                with place.lock():
                    place.clear()
                return
            time.sleep(0.02)
    raise UserError(f"the server, process {pid}, does not end", 1)
