"""Folders of ours: who works in one holds it, and nothing is removed from what is not ours."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from duckshift.errors import UserError

Kind = Literal["state", "work"]


@contextlib.contextmanager
def claimed(folder: Path, kind: Kind) -> Iterator[None]:
    """Hold a folder until the end; a file in it says whose it is, and is the lock.

    Raises UserError if it holds something else, or somebody else holds it.
    """
    mark = folder / f"duckshift-ci-{kind}.txt"
    if folder.is_dir() and any(folder.iterdir()) and not mark.is_file():
        raise UserError(
            f"{folder} is no {kind} folder of `duckshift ci`, and not empty: name another one with --{kind}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with mark.open("a", encoding="utf-8") as file:
        try:
            # The lock goes with the process, however it ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"another `duckshift ci` is at work in {folder}: wait until it has ended"
            ) from None
        if not file.tell():
            file.write("Made by `duckshift ci`, which removes what it no longer needs here.\n")
            file.flush()
        yield
