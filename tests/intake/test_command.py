"""What a user gets wrong about `duckshift intake` ends in one line that says what to do."""

from pathlib import Path

import pytest
from tests.intake.conftest import changed_environment

from duckshift.errors import UserError
from duckshift.intake import take_in
from duckshift.intake.places import places
from duckshift.redshift_local import process


def test_nowhere_to_write_is_said() -> None:
    with (
        changed_environment({}),
        pytest.raises(UserError, match=r"--s3-root or DUCKSHIFT_REDSHIFT_S3_ROOT"),
        places("redshift", None, None),
    ):
        pass


def test_a_local_server_that_does_not_run_is_said(tmp_path: Path) -> None:
    with (
        changed_environment({process.FOLDER_VARIABLE: str(tmp_path)}),
        pytest.raises(UserError, match=r"`duckshift redshift-local start`"),
        places("redshift_local", None, None),
    ):
        pass


def test_a_closed_port_is_said_without_credentials(tmp_path: Path) -> None:
    variables = {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "DUCKSHIFT_REDSHIFT_HOST": "127.0.0.1",
        "DUCKSHIFT_REDSHIFT_PORT": "1",
        "DUCKSHIFT_REDSHIFT_USER": "somebody",
        "DUCKSHIFT_REDSHIFT_PASSWORD": "a-secret-of-theirs",
    }
    with (
        changed_environment(variables),
        places("redshift", str(tmp_path), "s3://lake") as (zone, store, url),
        pytest.raises(UserError, match=r"^target redshift: cannot connect to 127\.0\.0\.1:1") as error,
    ):
        take_in(zone, store, url, "redshift", lambda _: None)
    assert "secret" not in str(error.value) and "\n" not in str(error.value)
