"""Where an intake reads and writes, from options and environment."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckshift import settings
from duckshift.errors import UserError
from duckshift.intake.object_store import FolderStore, ObjectStore, S3Store, bucket_and_key
from duckshift.intake.zones import FolderZone, LandingZone, S3Zone

LOCAL_TARGET = "redshift_local"
LOCAL_S3_ROOT = "s3://duckshift-landing"


@contextmanager
def places(
    target: str, source: str | None, s3_root: str | None
) -> Iterator[tuple[LandingZone, ObjectStore, str]]:
    """Yield the landing zone, the store and the s3:// prefix to write below.

    Raises UserError if one of them is not named, or the local server is not running.
    """
    is_local = target == LOCAL_TARGET
    url = s3_root or os.environ.get(settings.S3_ROOT_VARIABLE) or (LOCAL_S3_ROOT if is_local else "")
    if not url:
        raise UserError(f"name where to write with --s3-root or {settings.S3_ROOT_VARIABLE}")
    bucket_and_key(url)
    landing = source or os.environ.get(settings.LANDING_ROOT_VARIABLE) or str(settings.landing_root())
    store = FolderStore(_local_s3()) if is_local else S3Store(_client())
    with tempfile.TemporaryDirectory(prefix="duckshift-landing-") as folder:
        if landing.startswith("s3://"):
            yield S3Zone(landing, _client(), Path(folder)), store, url
        else:
            yield FolderZone(Path(landing)), store, url


def _client() -> object:
    from duckshift.intake.s3 import client  # noqa: PLC0415 - boto3 takes a while to import

    return client()


def _local_s3() -> Path:
    """Return the folder that stands for S3 beside the local Redshift server."""
    from duckshift.redshift_local.place import Place  # noqa: PLC0415
    from duckshift.redshift_local.process import default_folder  # noqa: PLC0415

    state = Place(default_folder()).state()
    if state is None:
        raise UserError("no local Redshift server is running: `duckshift redshift-local start`")
    return state.s3_root
