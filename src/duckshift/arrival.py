"""When the files of a landing zone arrived, as far as they tell."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

from duckshift.errors import UserError
from duckshift.landing_places import NAME_THE_ROOT

DAY = re.compile(r"year=(\d{4})/month=(\d\d)/day=(\d\d)/|dt=(\d{4})-(\d\d)-(\d\d)/|/(\d{4})/(\d\d)/(\d\d)/")

NO_DATA = ("_truth/", "_replays/")
"""Folders for people: ground truth, and receipts of replays."""


def days_of_arrival(source: Path) -> dict[str, str]:
    """Return the day of each file as YYYYMMDD: of its folder, or when its manifest says that it was produced.

    What has no day, the full load of a table, has ''. Raises UserError if there is no file.
    """
    days = {}
    for path in sorted(source.rglob("*")):
        file = path.relative_to(source).as_posix()
        if path.is_file() and not file.startswith(NO_DATA):
            match = DAY.search(f"/{file}")
            days[file] = _day("".join(part for part in match.groups() if part)) if match else ""
    for file in [file for file in days if Path(file).name.startswith("_manifest")]:
        try:
            manifest = json.loads((source / file).read_text(encoding="utf-8"))
            produced, described = _day(manifest["produced_at"][:10].replace("-", "")), manifest["file"]
            described_file = (Path(file).parent / described).as_posix()
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            continue  # a broken manifest comes with its folder
        for arrived in (file, described_file):
            if arrived in days and produced:
                days[arrived] = produced
    if not days:
        raise UserError(f"{source} holds no landing files: {NAME_THE_ROOT}")
    return days


def _day(text: str) -> str:
    """Return a day written YYYYMMDD; '' for one that is in no calendar, or so late that '9' is before it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return ""
    return text if text < "9" else ""


def deliver(source: Path, root: Path, until: date | None = None) -> int:
    """Copy the files of a landing zone that had arrived by a day into another, with their times.

    What lies there stays as it is. Returns how many came. Raises UserError if `source` holds no file.
    """
    last = f"{until:%Y%m%d}" if until else "9"
    arrived = [file for file, day in days_of_arrival(source).items() if day <= last]
    new = [file for file in arrived if not (root / file).exists()]
    for file in new:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / file, root / file)
    return len(new)
