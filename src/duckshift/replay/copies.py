"""Landing files that come once more under another name, where the landing contract lets them.

A copy is told by its name, so that copies already in a landing zone are not copied again.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

COPY = re.compile(r"/(0again-[^/]+|[^/]+-again(\.\d{8}T\d{6}Z)?|LOAD9\d{7}|sales\.r9\d\d)(\.\w+){1,2}$")
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
            if choice.randrange(STORE_DAYS) == 0:
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
    """Send the newest export of a store and day again, as a revision that differs in nothing."""
    folder = f"{original.parent}/"
    revisions = {_revision(file): file for file in known if file.startswith(folder) and file.endswith(".csv")}
    newest = max(revisions)
    if revisions[newest] != original.as_posix():
        return []
    content = (zone / original).read_bytes()
    name = "_manifest.json" if newest == 1 else f"_manifest.r{newest}.json"
    try:
        manifest = json.loads((zone / original.with_name(name)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if manifest.get("sha256") != hashlib.sha256(content).hexdigest():
        return []  # held until its manifest fits
    revision = FIRST_REVISION + newest
    copy = _add(zone, original, f"sales.r{revision}.csv")
    manifest |= {"file": PurePosixPath(copy).name, "revision": revision}
    described = original.with_name(f"_manifest.r{revision}.json").as_posix()
    (zone / described).write_text(json.dumps(manifest), encoding="utf-8")
    return [copy, described]


def _revision(file: str) -> int:
    found = re.search(r"\.r(\d+)\.csv$", file)
    return int(found.group(1)) if found else 1
