"""Has `duckshift parity` and `duckshift replay` build by forks of dbt: they build dozens of times."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.dbt_forks import DbtFork, start_dbt

from duckshift import settings
from duckshift.workshop import Workshop


@contextmanager
def forked_workshops() -> Iterator[None]:
    """Let workshops of this process start dbt as a fork."""
    start_process = Workshop.start

    def start(
        workshop: Workshop, target: str, module: str, *arguments: str
    ) -> "subprocess.Popen[str] | DbtFork":
        if module != "dbt.cli.main":
            return start_process(workshop, target, module, *arguments)
        folder = workshop.project or settings.project_root()
        # The log file of a build is a tenth of its time.
        environment = workshop.variables(target) | {"DBT_LOG_LEVEL_FILE": "none"}
        return start_dbt(*arguments, folder=folder, environment=environment)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workshop, "start", start)
        yield
