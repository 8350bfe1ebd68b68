"""Where things are: read from the same environment variables as the dbt project."""

import os
from pathlib import Path

from duckshift.errors import UserError

LANDING_ROOT_VARIABLE = "DUCKSHIFT_LANDING_ROOT"
DATABASE_VARIABLE = "DUCKSHIFT_DATABASE"
TEST_DATA_VARIABLE = "DUCKSHIFT_TEST_DATA"
STATE_VARIABLE = "DUCKSHIFT_CI_STATE"
S3_ROOT_VARIABLE = "DUCKSHIFT_REDSHIFT_S3_ROOT"


def project_root() -> Path:
    """Return the folder of the dbt project: the nearest one above the current folder, else the checkout."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "dbt_project.yml").is_file():
            return folder
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "dbt_project.yml").is_file():
        return checkout
    raise UserError("no dbt_project.yml here or above: change to the folder of the Duckshift project")


def landing_root() -> Path:
    """Return the landing root (DUCKSHIFT_LANDING_ROOT, default data/landing of the project)."""
    return Path(os.environ.get(LANDING_ROOT_VARIABLE) or project_root() / "data" / "landing")


def database() -> Path:
    """Return the DuckDB file of the warehouse (DUCKSHIFT_DATABASE, default data/warehouse.duckdb)."""
    return Path(os.environ.get(DATABASE_VARIABLE) or project_root() / "data" / "warehouse.duckdb")


def ci_state(named: Path | None = None) -> Path:
    """Return the folder with the state of production (DUCKSHIFT_CI_STATE, default data/state)."""
    return named or Path(os.environ.get(STATE_VARIABLE) or project_root() / "data" / "state")


def target_folder() -> Path:
    """Return the folder of dbt's artifacts (DBT_TARGET_PATH, default target of the project)."""
    return Path(os.environ.get("DBT_TARGET_PATH") or project_root() / "target")
