"""The public data sets that tests may use, and where to find them."""

import os
from pathlib import Path

import pytest

from duckshift.settings import TEST_DATA_VARIABLE


def public_data_folder(name: str) -> Path:
    """Return the folder of a public data set; skips only where nobody said where the data sets are."""
    given = os.environ.get(TEST_DATA_VARIABLE)
    if not given:
        pytest.skip(f"{TEST_DATA_VARIABLE} is not set: it names the folder with the public data sets")
    folder = Path(given) / name
    if not folder.is_dir():
        pytest.fail(f"{TEST_DATA_VARIABLE} is {given}, but there is no folder {name} in it")
    return folder
