"""Landing zones: a folder of this machine, or a prefix on S3."""

import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from duckshift.errors import UserError
from duckshift.intake.object_store import bucket_and_key
from duckshift.intake.s3 import as_user_error
from duckshift.warehouse_code import landing_plugin

DOWNLOADS_AT_ONCE = 16


class LandingZone(ABC):
    """Where landing files come from."""

    name: str
    """What a user calls it: a path or an address."""

    root: Path
    """The folder below which files are once they have been fetched."""

    @abstractmethod
    def listing(self) -> str:
        """List data files as `landing_listing` of the landing plugin does."""

    @abstractmethod
    def fetch(self, files: Iterable[str]) -> None:
        """Bring files below the root, with what is needed to judge them: manifests, parts of a reload."""


class FolderZone(LandingZone):
    """A folder; there is nothing to fetch."""

    def __init__(self, root: Path) -> None:
        self.name = str(root)
        self.root = root

    def listing(self) -> str:
        """List data files."""
        return str(landing_plugin().landing_listing(str(self.root)))

    def fetch(self, files: Iterable[str]) -> None:
        """Do nothing: the files are there."""


class S3Zone(LandingZone):
    """A prefix on S3. What is fetched goes into a folder, which needs room for all new files of an intake."""

    def __init__(self, url: str, client: Any, folder: Path) -> None:
        self.name = url
        self.root = folder
        self._client = client
        self._bucket, prefix = bucket_and_key(url)
        self._prefix = f"{prefix}/" if prefix else ""
        self._neighbours: dict[str, list[str]] = defaultdict(list)
        """By folder, the files that are needed to judge others of it."""

    def listing(self) -> str:
        """List data files; names that begin with `_` or `.` are none."""
        found = []
        with as_user_error(f"list {self.name}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for item in (item for page in pages for item in page.get("Contents", [])):
                file = str(item["Key"]).removeprefix(self._prefix)
                path = PurePosixPath(file)
                if path.name.startswith("_manifest") or "/reload-" in file:
                    self._neighbours[str(path.parent)].append(file)
                if file.endswith("/") or any(part.startswith(("_", ".")) for part in path.parts):
                    continue
                modified_at: datetime = item["LastModified"].astimezone(UTC)
                found.append(
                    {
                        "file": file,
                        "bytes": int(item["Size"]),
                        "modified_at": f"{modified_at:%Y-%m-%d %H:%M:%S.%f}",
                    }
                )
        if not found:
            raise UserError(f"{self.name} holds no landing files: name the prefix of the landing zone")
        return json.dumps({"files": sorted(found, key=lambda item: str(item["file"]))})

    def fetch(self, files: Iterable[str]) -> None:
        """Download files, the manifests beside them, and the other parts of a reload."""
        wanted = set(files)
        for file in list(wanted):
            wanted.update(self._neighbours[str(PurePosixPath(file).parent)])
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            for _ in pool.map(self._download, sorted(wanted)):
                pass

    def _download(self, file: str) -> None:
        place = self.root / file
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with as_user_error(f"read {self.name}/{file}"):
                self._client.download_file(self._bucket, self._prefix + file, str(place))
