"""Landing files that come once more under another name, where the landing contract lets them.

A copy is told by its name, so that copies already in a landing zone are not copied again.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from duckshift.warehouse_code import landing_plugin

COPY = re.compile(
    r"/(0again-[^/]+|[^/]+-again(\.\d{8}T\d{6}Z)?|LOAD9\d{7}|sales\.r9\d\d(-replay-[0-9a-f]+)?)(\.\w+){1,2}$"
)
REPLAY = re.compile(r"-replay-[0-9a-f]+(?=(\.\w+){1,2}$)")
FIRST_REVISION = 900
"""What is added to a revision that comes again."""
STORE_DAYS = 3
"""One in so many exports of a store is sent again: as a correction, which hides what it corrects."""


def is_copy(file: str) -> bool:
    """Whether a landing file is the copy of another one, by its name."""
    return COPY.search(f"/{file}") is not None


def add_copies(zone: Path, files: Iterable[str], seed: int) -> list[str]:
    """Write a copy of each file that may have one into the landing zone; return the new files.

    Reloads have none (their manifest counts their files); an export of a store comes again as a later
    revision with its own manifest.
    """
    choice = random.Random(seed)
    known = sorted(files)
    if any(is_copy(file) for file in known):
        return []
    added = []
    for file in known:
        source, path = file.partition("/")[0], PurePosixPath(file)
        if path.name.startswith("_") or "/reload-" in file:
            continue
        is_first = choice.random() < 0.5
        if source == "pos":
            # What was replayed of an export is a part of it, and comes with it.
            if choice.randrange(STORE_DAYS) == 0 and not REPLAY.search(file):
                added += _add_revision(zone, path, known)
        elif path.name.startswith("LOAD"):
            added.append(_add(zone, path, f"LOAD9{path.stem[5:]}{path.suffix}"))
        elif is_first:
            added.append(_add(zone, path, f"0again-{path.name}"))
        else:
            # What stands before the dot; behind it may be <produced_at>, which belongs to the content.
            stem, _, rest = path.name.partition(".")
            added.append(_add(zone, path, f"{stem}-again.{rest}"))
    return added


def _add(zone: Path, original: PurePosixPath, name: str) -> str:
    copy = original.with_name(name)
    (zone / copy).write_bytes((zone / original).read_bytes())
    return copy.as_posix()


def _add_revision(zone: Path, original: PurePosixPath, known: list[str]) -> list[str]:
    """Send the newest export of a store and day again, with its replays, as a revision without a change."""
    folder = f"{original.parent}/"
    exports = [file for file in known if file.startswith(folder) and file.endswith(".csv")]
    newest = max(map(_revision, exports))
    if _revision(original.as_posix()) != newest:
        return []
    added = []
    for export in (PurePosixPath(file) for file in exports if _revision(file) == newest):
        added += _add_export(zone, export, newest)
    return added


def _add_export(zone: Path, original: PurePosixPath, newest: int) -> list[str]:
    content = (zone / original).read_bytes()
    try:
        manifest = json.loads((zone / _manifest(original)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if manifest.get("sha256") != hashlib.sha256(content).hexdigest():
        return []  # held until its manifest fits
    revision = FIRST_REVISION + newest
    replay = REPLAY.search(original.name)
    copy = _add(zone, original, f"sales.r{revision}{replay.group() if replay else ''}.csv")
    manifest |= {"file": PurePosixPath(copy).name, "revision": revision}
    described = _manifest(PurePosixPath(copy)).as_posix()
    (zone / described).write_text(json.dumps(manifest), encoding="utf-8")
    return [copy, described]


def _manifest(export: PurePosixPath) -> PurePosixPath:
    return export.with_name(landing_plugin().manifest_name(export))


def _revision(file: str) -> int:
    found = re.search(r"\.r(\d+)(?:-replay-[0-9a-f]+)?\.csv$", file)
    return int(found.group(1)) if found else 1
