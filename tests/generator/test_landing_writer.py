"""What `duckshift.landing` promises to everyone who writes landing files."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from duckshift.contract import landing_contract
from duckshift.errors import UserError
from duckshift.landing import (
    UNDECODABLE,
    FileShape,
    write_file_manifest,
    write_parquet_files,
    write_reload_manifest,
    write_text_files,
)

CATEGORIES = landing_contract()["shop", "categories"]
OLD, NEW = "shop/categories/2024/01/01/030000-1.parquet", "shop/categories/2024/01/02/030000-1.parquet"
QUERY = f"""
    select 'C' || n as category_id, 'Name ' || n as category_name, null as parent_category_id, 'I' as "Op",
        timestamp '2024-01-01' as _commit_ts, n::varchar as _change_seq, 'not written' as extra,
        (case when n < 5 then '{OLD}' else '{NEW}' end) as _path, -n as _position,
    from range(10) as r (n)
"""


def read(path: Path) -> list[str]:
    query = f"select category_id from read_parquet('{path}', hive_partitioning = false)"
    return [row[0] for row in duckdb.execute(query).fetchall()]


def columns(path: Path) -> dict[str, str]:
    query = f"describe select * from read_parquet('{path}', hive_partitioning = false)"
    return {row[0]: row[1] for row in duckdb.execute(query).fetchall()}


def test_each_path_becomes_one_file_in_order_of_position(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        files = write_parquet_files(connection, QUERY, CATEGORIES, tmp_path)
    assert files == [tmp_path / OLD, tmp_path / NEW]
    assert read(tmp_path / OLD) == ["C4", "C3", "C2", "C1", "C0"]
    assert read(tmp_path / NEW) == ["C9", "C8", "C7", "C6", "C5"]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == files


def test_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write_parquet_files(connection, QUERY, CATEGORIES, tmp_path)
    assert columns(tmp_path / OLD) == {
        "category_id": "VARCHAR",
        "category_name": "VARCHAR",
        "parent_category_id": "VARCHAR",
        "Op": "VARCHAR",
        "_commit_ts": "TIMESTAMP",
        "_change_seq": "VARCHAR",
    }


def test_older_files_can_lack_a_column_or_have_another_type(tmp_path: Path) -> None:
    older = FileShape(without=frozenset({"parent_category_id"}), types={"_change_seq": "integer"})
    with duckdb.connect() as connection:
        write_parquet_files(
            connection,
            QUERY,
            CATEGORIES,
            tmp_path,
            shape_of=lambda path: older if path == OLD else FileShape(),
        )
    assert "parent_category_id" not in columns(tmp_path / OLD)
    assert columns(tmp_path / OLD)["_change_seq"] == "INTEGER"
    assert "parent_category_id" in columns(tmp_path / NEW)
    assert columns(tmp_path / NEW)["_change_seq"] == "VARCHAR"


def test_a_file_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / OLD).parent.mkdir(parents=True)
    (tmp_path / OLD).write_bytes(b"landed before")
    with duckdb.connect() as connection:
        write_parquet_files(connection, QUERY, CATEGORIES, tmp_path)
        write_text_files(connection, f"select '{NEW}' as _path, 1 as _position, 'x' as line", tmp_path)
    assert (tmp_path / OLD).read_bytes() == b"landed before"
    assert read(tmp_path / NEW)


def test_the_number_of_threads_is_as_before(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        write_parquet_files(connection, QUERY, CATEGORIES, tmp_path)
        assert connection.execute("select current_setting('threads')").fetchall() == [(2,)]


def test_text_lines_end_in_lf_and_stand_in_order(tmp_path: Path) -> None:
    query = f"""
        select * from (values
            ('a/one.csv', 2, 'søn'), ('a/one.csv', 1, 'header'), ('b/two.csv', 1, 'bad {UNDECODABLE} byte'),
            ('b/empty.csv', 1, null)
        ) as v (_path, _position, line)
    """
    with duckdb.connect() as connection:
        files = write_text_files(connection, query, tmp_path)
    assert [str(file.relative_to(tmp_path)) for file in files] == ["a/one.csv", "b/empty.csv", "b/two.csv"]
    assert (tmp_path / "a/one.csv").read_bytes() == "header\nsøn\n".encode()
    assert (tmp_path / "b/two.csv").read_bytes() == b"bad \xff byte\n"
    assert (tmp_path / "b/empty.csv").read_bytes() == b""


@pytest.mark.parametrize("path", ["/etc/landing.csv", "../landing.csv", "pos/../../landing.csv"])
def test_a_path_outside_the_root_is_refused(tmp_path: Path, path: str) -> None:
    with duckdb.connect() as connection, pytest.raises(UserError, match="no path below"):
        write_text_files(connection, f"select '{path}' as _path, 1 as _position, 'x' as line", tmp_path)


def test_a_file_manifest_describes_the_file_as_it_lies_there(tmp_path: Path) -> None:
    file = tmp_path / "sales.r2.csv"
    file.write_bytes(b"header\n\xff\n")
    written = write_file_manifest(file, records=1, produced_at=datetime(2024, 1, 5, 23, 10), revision=2)
    assert written.name == "_manifest.r2.json"
    assert json.loads(written.read_text()) == {
        "file": "sales.r2.csv",
        "records": 1,
        "sha256": hashlib.sha256(b"header\n\xff\n").hexdigest(),
        "produced_at": "2024-01-05T23:10:00Z",
        "revision": 2,
    }


def test_a_reload_manifest_says_whether_the_reload_is_whole(tmp_path: Path) -> None:
    written = write_reload_manifest(tmp_path, complete=False, files=2, records=7, checkpoint="42")
    assert written.name == "_manifest.json"
    assert json.loads(written.read_text()) == {
        "complete": False,
        "files": 2,
        "records": 7,
        "checkpoint": "42",
    }
