"""The dumps of the CRM: whole lists, in which contacts change, vanish and come back."""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest


@pytest.fixture(scope="module")
def dumps(landing: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Contacts by file and identifier."""
    found = {}
    for path in sorted((landing.root / "crm" / "contacts").rglob("*.json")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found[str(path.relative_to(landing.root))] = {row["contact_id"]: row for row in rows}
    return found


def test_a_dump_comes_every_week(dumps: Any) -> None:
    days = [file.split("dt=")[1][:10] for file in dumps]
    assert days == ["2023-12-30", "2024-01-06", "2024-01-13", "2024-01-20", "2024-01-27"]


def test_contacts_vanish_and_come_back_as_noted(landing: Any, dumps: Any) -> None:
    files = list(dumps)
    vanished, returned = set(), set()
    for before, after in pairwise(files):
        vanished |= {(before, key) for key in dumps[before].keys() - dumps[after].keys()}
        seen_earlier = {key for file in files[: files.index(before)] for key in dumps[file]}
        returned |= {(after, key) for key in (dumps[after].keys() - dumps[before].keys()) & seen_earlier}
    assert vanished == {(f["file"], f["record_key"]) for f in landing.faults_of("contact_vanished")}
    assert returned == {(f["file"], f["record_key"]) for f in landing.faults_of("contact_returned")}


def test_a_contact_that_differs_says_when_it_was_changed(dumps: Any) -> None:
    versions = defaultdict(set)
    for contacts in dumps.values():
        for key, row in contacts.items():
            content = json.dumps({name: value for name, value in row.items() if name != "updated_at"})
            versions[key].add((row["updated_at"], content))
            assert row["created_at"] <= row["updated_at"]
    assert sum(len(contents) > 1 for contents in versions.values()) > 10
    for key, contents in versions.items():
        assert len({updated_at for updated_at, _ in contents}) == len(contents), key


def test_interactions_are_of_contacts_but_for_the_noted_ones(landing: Any, dumps: Any) -> None:
    known = {key for contacts in dumps.values() for key in contacts}
    unknown = set()
    for path in sorted((landing.root / "crm" / "interactions").rglob("*.json")):
        file = str(path.relative_to(landing.root))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            if row["contact_id"] not in known:
                unknown.add((file, number))
    noted = {(fault["file"], int(fault["line"])) for fault in landing.faults_of("unknown_contact")}
    assert unknown == noted
