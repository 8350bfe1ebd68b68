"""Where intake writes: S3, or the folder that stands for it beside the local Redshift server."""

import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duckshift.errors import UserError

UPLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class StoredObject:
    """A file on this machine and the s3:// address it is to have."""

    path: Path
    url: str
    bytes: int


def join(url: str, *names: str) -> str:
    """Return the address of something below an s3:// prefix."""
    return "/".join([url.rstrip("/"), *names])


def bucket_and_key(url: str) -> tuple[str, str]:
    """Return bucket and key of an s3:// address; the key is '' for a bucket alone."""
    match = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]+)(?:/(.*))?", url)
    if not match:
        raise UserError(f"{url} is no address on S3: write it as s3://bucket/prefix")
    return match.group(1), (match.group(2) or "").rstrip("/")


class ObjectStore(ABC):
    """Takes objects under s3:// addresses."""

    def put_all(self, objects: Sequence[StoredObject]) -> None:
        """Store files; when this returns, all of them can be read."""
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            for _ in pool.map(self._put, objects):
                pass

    @abstractmethod
    def put_text(self, text: str, url: str) -> None:
        """Store a text."""

    @abstractmethod
    def _put(self, item: StoredObject) -> None: ...


class FolderStore(ObjectStore):
    """A folder that stands for S3: s3://bucket/key is <folder>/bucket/key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_text(self, text: str, url: str) -> None:
        """Store a text."""
        self._place(url).write_text(text, encoding="utf-8")

    def _put(self, item: StoredObject) -> None:
        place = self._place(item.url)
        partial = place.with_name(f".{place.name}.partial")
        shutil.copyfile(item.path, partial)
        partial.replace(place)

    def _place(self, url: str) -> Path:
        place = self._folder.joinpath(*bucket_and_key(url))
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


class S3Store(ObjectStore):
    """Amazon S3, with the credentials of the machine (environment, profile or role)."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put_text(self, text: str, url: str) -> None:
        """Store a text."""
        from duckshift.intake.s3 import as_user_error  # noqa: PLC0415

        bucket, key = bucket_and_key(url)
        with as_user_error(f"write {url}"):
            self._client.put_object(Bucket=bucket, Key=key, Body=text.encode())

    def _put(self, item: StoredObject) -> None:
        from duckshift.intake.s3 import as_user_error  # noqa: PLC0415

        bucket, key = bucket_and_key(item.url)
        with as_user_error(f"write {item.url}"):
            self._client.upload_file(str(item.path), bucket, key)
