"""dbt commands of a bench, run as forks in a copy of the project that is parsed already."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from tests.dbt_forks import run_dbt

from duckshift.bench.measuring import DBT, Measure
from duckshift.settings import DATABASE_VARIABLE, project_root


def measure_in_copy(
    project: Path, command: Sequence[str], environment: dict[str, str], *options: str
) -> Measure:
    """Run a dbt command of a bench, with more options; of what it took only the wall time is told.

    The folder of the bench's database becomes a copy of the parsed project, and the database is named as it
    was when that was parsed: else dbt would parse all files anew, which takes half a minute. A command that
    names a project of its own runs as it is.
    """
    folder, own = project_root(), dict(environment)
    if "--project-dir" not in command:
        folder = Path(environment[DATABASE_VARIABLE]).parent
        own[DATABASE_VARIABLE] = Path(environment[DATABASE_VARIABLE]).name
        del own["DUCKSHIFT_PROJECT_ROOT"]
    if not (folder / "dbt_project.yml").exists():
        shutil.copytree(project, folder, dirs_exist_ok=True)
    began = time.perf_counter()
    status, output = run_dbt(*command[len(DBT) :], *options, folder=folder, environment=own)
    assert status == 0, output
    return Measure(time.perf_counter() - began, 1, 0)
