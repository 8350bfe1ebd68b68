"""A model that only DuckDB can run is refused by the local Redshift server, which names the construct."""

import os
import re
from pathlib import Path

import pytest
from tests.dbt_forks import run_dbt
from tests.redshift_servers import RedshiftServer

PROJECT = Path(__file__).parent / "project"
PROFILES = """
duckdb_only:
  target: redshift_local
  outputs:
    duckdb: {{type: duckdb, path: "{folder}/portability.duckdb", schema: main, threads: 1}}
    redshift_local:
      {{type: redshift, host: 127.0.0.1, port: {port}, user: duckshift, password: duckshift,
        dbname: duckshift, schema: duckdb_only, sslmode: disable, retries: 0, threads: 1}}
"""


def refused_construct(model: Path) -> str:
    """Return what the first line of a model says that is refused."""
    match = re.match(r"-- refused: (.+)", model.read_text(encoding="utf-8"))
    assert match, f"{model.name} does not say what is refused"
    return match.group(1)


MODELS = {path.stem: refused_construct(path) for path in sorted((PROJECT / "models").glob("*.sql"))}


def run_models(folder: Path, port: int, target: str, *selected: str) -> tuple[int, dict[str, str]]:
    """Run models of the project; return dbt's exit status and its message on each model that failed."""
    (folder / "profiles.yml").write_text(PROFILES.format(folder=folder, port=port), encoding="utf-8")
    command = ["--no-use-colors", "run", "--target", target]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(folder)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    command += ["--select", *selected]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    status, output = run_dbt(*command, folder=folder, environment=environment)
    found = re.findall(r"Database Error in model (\w+) .*?\n(.*?)\n\s*compiled code", output, re.S)
    return status, dict(found)


@pytest.fixture(scope="module")
def refusals(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("portability")
    status, messages = run_models(folder, redshift_server.port, "redshift_local", *MODELS)
    assert status == 1
    return messages


@pytest.mark.parametrize("model", MODELS)
def test_a_model_that_only_duckdb_runs_fails_with_the_name_of_the_construct(
    refusals: dict[str, str], model: str
) -> None:
    assert model in refusals, f"{model} was not refused"
    assert MODELS[model].lower() in refusals[model].lower()


def test_duckdb_runs_what_redshift_refuses(tmp_path: Path) -> None:
    """Otherwise a refusal would say nothing: the model could be wrong on every engine."""
    status, messages = run_models(tmp_path, 1, "duckdb", *MODELS.keys() - {"file_reader"})
    assert (status, messages) == (0, {})
