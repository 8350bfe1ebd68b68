"""Folders for files in between."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckshift.redshift_local.backend import Backend


@contextmanager
def scratch_folder(backend: Backend) -> Iterator[Path]:
    """A folder for files in between, removed at the end."""
    folder = Path(tempfile.mkdtemp(dir=backend.scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
