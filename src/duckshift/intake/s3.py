"""Amazon S3 by boto3, which redshift_connector brings along."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3  # type: ignore[import-untyped]
from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from duckshift.errors import UserError


def client() -> Any:
    """Return a client of S3 with the credentials of the machine."""
    with as_user_error("reach S3"):
        return boto3.client("s3")


@contextmanager
def as_user_error(doing: str) -> Iterator[None]:
    """Turn what S3 refuses into one line."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise UserError(f"cannot {doing}: {str(error).splitlines()[0]}") from error
