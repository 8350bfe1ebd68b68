"""Has commands of the package that build dozens of times (parity, replay, checks) run dbt as forks."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.dbt_forks import DbtFork, start_dbt

from duckshift import processes

AS_USERS_DO = processes.start
"""What forks take the place of."""


@contextmanager
def forked_dbt(**variables: str) -> Iterator[None]:
    """Let the package start dbt as a fork, with more variables; anything else is a process as ever."""

    def start(
        module: str, *arguments: str, folder: Path, environment: dict[str, str]
    ) -> "subprocess.Popen[str] | DbtFork":
        if module != processes.DBT:
            return AS_USERS_DO(module, *arguments, folder=folder, environment=environment)
        # The log file of a build is a tenth of its time.
        return start_dbt(
            *arguments, folder=folder, environment=environment | {"DBT_LOG_LEVEL_FILE": "none"} | variables
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "start", start)
        yield
