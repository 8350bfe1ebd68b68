"""Files of an event stream: what a record is, what is counted, and which files are held.

Plain Python says what lies in each file; the probe of the landing plugin, which counts, and the warehouse's
SQL, which reads, must both agree with it.
"""

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from duckshift.contract import landing_contract
from duckshift.warehouse_code import entity_mapping, give_unzipping, landing_plugin, record_sql

FILE = "web/events/2024/01/15/09/events-1.json.gz"
ENTITY = landing_contract()["web", "events"]


def event(number: int, url: str = "https://shop/") -> bytes:
    """Return one sound record."""
    fields = {"event_id": f"E{number}", "event_name": "page_view", "event_at": "2024-01-15 08:00:00"}
    return json.dumps(
        fields | {"visitor_id": "V", "page_url": url, "context": {"device": {"os": "iOS"}}},
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


def deliver(root: Path, content: bytes, file: str = FILE) -> str:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_bytes(content)
    return file


def probe(root: Path, file: str = FILE) -> dict[str, Any]:
    answer = json.loads(landing_plugin().landing_probe(str(root), file, json.dumps(entity_mapping(ENTITY))))
    assert isinstance(answer, dict)
    return answer


def records(root: Path, *files: str) -> list[tuple[Any, ...]]:
    """Return file, line, id, status, reason and raw text of each record."""
    listed = [{"file": file, "columns": []} for file in files or [FILE]]
    with duckdb.connect() as connection:
        give_unzipping(connection)
        return connection.execute(
            "select _file, _line, event_id, _status, _reason, _raw"
            f" from ({record_sql(root, ENTITY, listed)}) order by _file, _line, event_id"
        ).fetchall()


def ids(root: Path) -> list[tuple[int, str | None]]:
    return [row[1:3] for row in records(root)]


def test_records_without_a_line_end_between_them_are_records_of_their_own(tmp_path: Path) -> None:
    deliver(
        tmp_path,
        gzip.compress(event(1) + b"\n" + event(2) + event(3) + event(4) + b"\n\n" + event(5) + b"\n"),
    )
    assert ids(tmp_path) == [(1, "E1"), (2, "E2"), (2, "E3"), (2, "E4"), (4, "E5")]
    assert probe(tmp_path)["records"] == 5


def test_what_parts_records_may_stand_in_a_text(tmp_path: Path) -> None:
    texts = ["a}{b", '"}{"', "\\", '\\"}{', "}{", "é}{é"]
    deliver(tmp_path, gzip.compress(b"".join(event(n, text) for n, text in enumerate(texts))))
    assert ids(tmp_path) == [(1, f"E{n}") for n in range(len(texts))]
    assert probe(tmp_path)["records"] == len(texts)


def test_a_record_with_bytes_that_are_no_utf8_spoils_none_beside_it(tmp_path: Path) -> None:
    bad = event(2, 'x}{"y\\').replace(b"x", b"\xff")
    deliver(tmp_path, gzip.compress(event(1, "}{") + bad + event(3) + b"\n" + event(4, "é")))
    found = records(tmp_path)
    assert [row[1:4] for row in found] == [
        (1, "E1", "loaded"),
        (1, "E3", "loaded"),
        (1, None, "rejected"),
        (2, "E4", "loaded"),
    ]
    assert found[2][4] == "the line holds bytes that are no UTF-8"
    assert r"\xFF}{" in found[2][5]
    assert probe(tmp_path)["records"] == 4


def test_nothing_of_a_broken_record_is_lost(tmp_path: Path) -> None:
    """However a stream is cut: every byte is in a record, and both who counts and who reads see as many."""
    source = Random(7)
    sound = [event(1), event(2, '"}{"')]
    pieces = [b"}{", b'"', b"\\", b"{", b"}", b"\n", b"a", "é".encode(), b"\xff", *sound]
    contents = {
        deliver(tmp_path, gzip.compress(content), FILE.replace("events-1", f"events-{number}")): content
        for number in range(200)
        for content in [b"".join(source.choices(pieces, k=source.randint(1, 12)))]
    }
    found: dict[str, list[tuple[Any, ...]]] = {file: [] for file in contents}
    for file, *record in records(tmp_path, *contents):
        found[file].append(tuple(record))
    assert {status for rows in found.values() for _, _, status, *_ in rows} == {"loaded", "rejected"}
    for file, content in contents.items():
        assert len(found[file]) == probe(tmp_path, file)["records"], content
        # Bytes that are no UTF-8 are shown escaped, and others of the record with them: not compared.
        if b"\xff" not in content:
            kept = [raw for *_, raw in found[file] if raw]
            kept += [
                sound[int(key[1:]) - 1].decode() for _, key, status, *_ in found[file] if status == "loaded"
            ]
            assert sorted("".join(kept)) == sorted(content.decode().replace("\n", "")), content


def test_what_could_not_be_delivered_is_rejected(tmp_path: Path) -> None:
    file = FILE.replace("events/", "events/processing-failed/")
    failure = {"attemptsMade": 4, "errorCode": "Lambda.FunctionError", "rawData": "e30="}
    deliver(tmp_path, gzip.compress(json.dumps(failure).encode() + b"\n"), file)
    assert probe(tmp_path, file)["state"] == "ready"
    [(_, line, key, status, reason, raw)] = records(tmp_path, file)
    assert (line, key, status, reason) == (1, None, "rejected", "event_id: a value is required")
    assert json.loads(raw) == failure


def test_a_file_arrives_in_the_hour_of_its_folder(tmp_path: Path) -> None:
    deliver(tmp_path, gzip.compress(event(1)))
    assert probe(tmp_path)["landed_at"] == "2024-01-15 09:00:00"


@pytest.mark.parametrize(
    ("file", "content", "state", "reason"),
    [
        (FILE, gzip.compress(event(1) * 50)[:-20], "unreadable", "is no whole gzip file"),
        (FILE, event(1), "unreadable", "is no whole gzip file"),
        (FILE, b"", "unreadable", "is empty"),
        (FILE.removesuffix(".gz"), event(1), "contract_break", "is no json.gz file by its name"),
        (FILE.replace("/09/", "/"), gzip.compress(event(1)), "contract_break", "lies or is called otherwise"),
        (FILE.replace("/09/", "/24/"), gzip.compress(event(1)), "contract_break", "lies or is called"),
        (FILE.replace("01/15", "02/31"), gzip.compress(event(1)), "contract_break", "does not exist"),
        (FILE.replace("events/2024", "events/other/2024"), gzip.compress(event(1)), "contract_break", "lies"),
    ],
)
def test_a_file_that_cannot_be_read_or_placed_is_held(
    tmp_path: Path, file: str, content: bytes, state: str, reason: str
) -> None:
    deliver(tmp_path, content, file)
    found = probe(tmp_path, file)
    assert found["state"] == state
    assert reason in found["reason"]


def test_a_file_without_records_is_loaded(tmp_path: Path) -> None:
    deliver(tmp_path, gzip.compress(b"\n\n"))
    assert probe(tmp_path)["state"] == "ready"
    assert probe(tmp_path)["records"] == 0
    assert records(tmp_path) == []
