"""Where the files of an entity lie and how they are called, by the way in which it is delivered."""

import difflib
import re

from duckshift.contract import Entity

DUMP = (r"dt=\d{4}-\d{2}-\d{2}/[^/]+\.SUFFIX", "dt=YYYY-MM-DD/<name>.YYYYMMDDTHHMMSSZ.SUFFIX")
PLACES = {
    "change_log": (
        r"(LOAD\d{8}|DAY/(reload-[^/]+/LOAD\d{8}|[^/]+))\.SUFFIX",
        "LOAD00000001.SUFFIX, YYYY/MM/DD/<time>-<n>.SUFFIX or YYYY/MM/DD/reload-<checkpoint>/LOAD<n>.SUFFIX",
    ),
    "latest_revision": (
        r"year=\d{4}/month=\d{2}/day=\d{2}/store=[^/]+/[^/.]+(\.r\d+)?\.SUFFIX",
        "year=YYYY/month=MM/day=DD/store=<store_id>/ENTITY.SUFFIX (a correction: ENTITY.r<revision>.SUFFIX)",
    ),
    "latest_version": DUMP,
    "full_dump": DUMP,
}


def place_in_words(entity: Entity) -> str:
    """Return the pattern of an entity's files as a person reads it, relative to the landing root."""
    words = PLACES[entity.delivery][1].replace("ENTITY", entity.name).replace("SUFFIX", entity.file_format)
    return f"{entity.path}/{words}"


def is_in_place(file: str, entity: Entity) -> bool:
    """Return whether a file's path (relative to the landing root) is one of the entity's."""
    pattern = PLACES[entity.delivery][0].replace("DAY", r"\d{4}/\d{2}/\d{2}")
    below = file.removeprefix(f"{entity.path}/")
    return re.fullmatch(pattern.replace("SUFFIX", entity.file_format), below) is not None


def nearest(word: str, candidates: list[str], cutoff: float) -> str | None:
    """Return the candidate most like a word, in any case of letters; None if none is like it."""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(word.lower(), lowered, 1, cutoff)
    return lowered[matches[0]] if matches else None
