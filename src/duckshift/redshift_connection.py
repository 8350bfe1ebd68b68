"""A connection to the Redshift of a dbt target, logged in as dbt itself logs in: by password or by IAM."""

import os
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from duckshift import settings
from duckshift.errors import UserError


@contextmanager
def connect(target: str, environment: Mapping[str, str] | None = None) -> Iterator[tuple[Any, str]]:
    """Yield a connection of redshift_connector, in autocommit, and the target's schema in dbt's profile.

    The profile is read as dbt reads it: from DBT_PROFILES_DIR, else from profiles/ of the project, with
    `environment` over the environment of the process. Raises UserError if there is no such target, or nobody
    answers; the message holds no credentials.
    """
    # Heavy modules, which only those need who connect.
    from dbt.adapters.redshift.connections import get_connection_method  # noqa: PLC0415
    from redshift_connector.error import Error as RedshiftError  # noqa: PLC0415

    credentials = _credentials(target, environment or {})
    place = f"{credentials.host}:{credentials.port}"
    try:
        connection = get_connection_method(credentials)()
    except (RedshiftError, OSError) as error:
        hint = " (is it running? `duckshift redshift-local start`)" if target == "redshift_local" else ""
        raise UserError(f"target {target}: cannot connect to {place}{hint}: {_first_line(error)}") from error
    connection.autocommit = True
    try:
        yield connection, str(credentials.schema)
    finally:
        connection.close()


def schema_of(schema: str, layer: str) -> str:
    """Return the name of a layer's schema, as the macro layer_schema gives it."""
    return layer if schema == "main" else f"{schema}_{layer}"


def _credentials(target: str, environment: Mapping[str, str]) -> Any:
    from dbt.adapters.redshift.connections import RedshiftCredentials  # noqa: PLC0415
    from dbt.config.runtime import load_profile  # noqa: PLC0415
    from dbt.exceptions import DbtProfileError, DbtProjectError  # noqa: PLC0415
    from dbt.flags import set_from_args  # noqa: PLC0415
    from dbt_common.context import set_invocation_context  # noqa: PLC0415
    from dbt_common.exceptions import DbtRuntimeError  # noqa: PLC0415

    root = settings.project_root()
    given = {**os.environ, **environment}
    profiles = Path(given.get("DBT_PROFILES_DIR") or root / "profiles")
    set_from_args(Namespace(PROFILES_DIR=str(profiles), PROJECT_DIR=str(root)), None)
    # dbt renders env_var() from this context where there is one, else from os.environ.
    set_invocation_context(given)
    try:
        credentials = load_profile(str(root), {}, target_override=target).credentials
    except (DbtProfileError, DbtProjectError, DbtRuntimeError) as error:
        raise UserError(f"target {target} in {profiles}: {_first_line(error)}") from error
    if not isinstance(credentials, RedshiftCredentials):
        raise UserError(f"target {target} is no Redshift: name redshift_local or redshift")
    return credentials


def _first_line(error: Exception) -> str:
    # dbt's errors have the whole message there, and only its subject in `args`.
    message = getattr(error, "msg", None) or (error.args[0] if error.args else error)
    words = str(message).split("\n")
    return next((line.strip() for line in words if line.strip()), type(error).__name__)
