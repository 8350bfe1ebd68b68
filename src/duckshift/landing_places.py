"""Where the files of an entity lie and how they are called, by the way in which it is delivered."""

import difflib

from duckshift.contract import Entity

# The patterns by which the warehouse judges are in plugins/landing.py; these are for people.
REPLAY_COLUMN = "_replay_of"
"""The additional column in which a record that was replayed names what it replaces (docs/quarantine.md)."""

NAME_THE_ROOT = "name the folder that holds <source>/<entity>/ folders"
"""The remedy for a landing root that is none, or is empty."""

DUMP = "dt=YYYY-MM-DD/<name>.YYYYMMDDTHHMMSSZ.SUFFIX"
PLACES = {
    "change_log": (
        "LOAD00000001.SUFFIX, YYYY/MM/DD/<time>-<n>.SUFFIX or YYYY/MM/DD/reload-<checkpoint>/LOAD<n>.SUFFIX"
    ),
    "latest_revision": (
        "year=YYYY/month=MM/day=DD/store=<store_id>/ENTITY.SUFFIX (a correction: ENTITY.r<revision>.SUFFIX)"
    ),
    "latest_version": DUMP,
    "full_dump": DUMP,
    "event_stream": "[processing-failed/]YYYY/MM/DD/HH/<name>.SUFFIX",
}


def place_in_words(entity: Entity) -> str:
    """Return the pattern of an entity's files as a person reads it, relative to the landing root."""
    words = PLACES[entity.delivery].replace("ENTITY", entity.name).replace("SUFFIX", entity.suffix)
    return f"{entity.path}/{words}"


def nearest(word: str, candidates: list[str], cutoff: float) -> str | None:
    """Return the candidate most like a word, in any case of letters; None if none is like it."""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(word.lower(), lowered, 1, cutoff)
    return lowered[matches[0]] if matches else None
