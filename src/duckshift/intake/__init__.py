"""The door to Redshift: what landed becomes Parquet that COPY loads, each file once.

Redshift cannot list S3 in SQL, cannot survive a damaged file, and takes the columns of a file by position. So
landing files are read here by the very code with which a build on DuckDB reads them: listed, probed, split
into lines or typed and judged. Their records go to S3, with a COPY manifest per entity, and only then is
Redshift told (ops.landed_objects, ops.landed_manifests), in one transaction. Nothing is kept anywhere else:
after a crash the same command is run again, and what it left behind on S3 belongs to no manifest.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from duckshift.intake.export import Export, export_records
from duckshift.intake.object_store import ObjectStore, join
from duckshift.intake.registry import read_known, register
from duckshift.intake.scratch import Scratch
from duckshift.intake.zones import LandingZone

Progress = Callable[[str], None]


@dataclass(frozen=True)
class IntakeReport:
    """What one intake found and handed over."""

    landing: str
    s3_root: str
    files: int  # taken in now
    records: int
    manifests: int
    waiting: int  # files of the whole landing zone that wait for a manifest
    held: int  # and those that cannot be loaded as they are
    seconds: float

    def line(self) -> str:
        """Return the report as a sentence."""
        taken = (
            f"{self.files:,} files with {self.records:,} records taken in from {self.landing}, "
            f"{self.manifests} manifests below {join(self.s3_root, 'intake')}"
            if self.files
            else f"nothing new to take in from {self.landing}"
        )
        return f"{taken}; {self.waiting:,} files wait, {self.held:,} are held ({self.seconds:.1f} s)"


def take_in(
    zone: LandingZone, store: ObjectStore, s3_root: str, target: str, progress: Progress
) -> IntakeReport:
    """Take in what is new in a landing zone, for the Redshift of a dbt target.

    `zone` is where the files come from, `store` takes what is written below `s3_root`. Raises UserError if
    any of the three cannot be reached, or another intake was quicker.
    """
    started = time.monotonic()
    batch = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"
    with (
        tempfile.TemporaryDirectory(prefix="duckshift-intake-") as folder,
        closing(Scratch(Path(folder), zone)) as scratch,
    ):
        progress("reading what is known")
        read_known(target, scratch)
        progress("looking for new files")
        scratch.refresh()
        exports: list[Export] = []
        for export in export_records(scratch, join(s3_root, "intake"), batch, progress):
            store.put_all(export.objects)
            store.put_text(export.manifest_text(), export.manifest)
            exports.append(export)
        changes = scratch.export_changes(exports, join(s3_root, "intake", "_objects", f"{batch}.parquet"))
        if changes is not None:
            progress("telling Redshift")
            store.put_all([changes])
            register(target, changes.url, exports)
        waiting, held = scratch.count_of_waiting_and_held()
    return IntakeReport(
        landing=zone.name,
        s3_root=s3_root,
        files=sum(len(export.files) for export in exports),
        records=sum(export.records for export in exports),
        manifests=len(exports),
        waiting=waiting,
        held=held,
        seconds=time.monotonic() - started,
    )
