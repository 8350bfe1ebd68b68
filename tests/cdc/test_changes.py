"""State and history of small adversarial change logs (macros/cdc), against an oracle in plain Python.

The logs have few keys, sequences and seconds, so that what is rare elsewhere meets in one key: same seconds,
clocks that go back, deletes of unknown keys, re-inserts, reloads, changes of nothing that is tracked.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from random import Random

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.cdc.logs import (
    COLUMNS,
    FIRST,
    KEYS,
    OPEN_END,
    START,
    Change,
    Version,
    claim,
    history,
    latest,
    logs,
)
from tests.cdc.rendering import Row, macros_of_changes

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with duckdb.connect() as opened:
        opened.execute("set threads = 1")
        yield opened


def put(connection: Connection, log: list[Change]) -> None:
    columns = ", ".join(f"{name} {data_type}" for name, data_type in COLUMNS.items())
    connection.execute(f"create or replace table changes ({columns})")
    if log:
        marks = "(" + ", ".join("?" * len(COLUMNS)) + ")"
        values = [value for change in log for value in change.row()]
        connection.execute(f"insert into changes values {', '.join([marks] * len(log))}", values)


@cache
def history_sql(changes: str = "changes", reloads: str | None = None) -> str:
    return str(macros_of_changes()["change_history"](changes, "k", ["tracked"], reloads=reloads))


@cache
def latest_sql(before_delete: bool = False, changes: str = "changes", reloads: str | None = None) -> str:
    latest_change = macros_of_changes()["latest_change"]
    columns = ", ".join(COLUMNS)
    query = latest_change(changes, "k", before_delete=before_delete, reloads=reloads)
    return f"select {columns} from ({query}) as latest"


def versions(connection: Connection, log: list[Change]) -> list[Version]:
    put(connection, log)
    return connection.execute(history_sql()).fetchall()


@claim()
@given(log=logs())
def test_the_latest_change_is_what_the_source_said_last(connection: Connection, log: list[Change]) -> None:
    put(connection, log)
    for before_delete in (False, True):
        found = connection.execute(latest_sql(before_delete)).fetchall()
        assert sorted(found, key=repr) == sorted(
            (change.row() for change in latest(log, before_delete)), key=repr
        )


@claim()
@given(log=logs())
@example(
    # Inserted and deleted within one second: a key that was there, not one that never was.
    log=[
        Change("a", "x", None, "I", "01", False, START),
        Change("a", None, None, "D", "02", False, START),
    ]
)
def test_the_history_is_the_state_at_every_second(connection: Connection, log: list[Change]) -> None:
    found = versions(connection, log)
    assert len(found) == len(set(found))
    assert set(found) == history(log)


@claim()
@given(log=logs())
def test_a_history_has_no_gaps_and_its_end_is_the_current_state(
    connection: Connection, log: list[Change]
) -> None:
    by_key: dict[str, list[Version]] = {}
    for version in sorted(versions(connection, log), key=lambda version: version[3]):
        by_key.setdefault(version[0], []).append(version)
    for own in by_key.values():
        assert own[0][3] == FIRST
        assert own[-1][4] == OPEN_END
        assert all(version[3] < version[4] for version in own)
        assert [version[5] for version in own] == [False] * (len(own) - 1) + [True]
        for former, following in pairwise(own):
            assert former[4] == following[3]
            assert former[1:3] != following[1:3]
    put(connection, log)
    ends = {(key, own[-1][1]) for key, own in by_key.items() if not own[-1][2]}
    assert ends == {row[:2] for row in connection.execute(latest_sql()).fetchall()}
    assert by_key.keys() == {row[0] for row in connection.execute(latest_sql(before_delete=True)).fetchall()}


@claim()
@given(log=logs(), source=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    connection: Connection, log: list[Change], source: Random
) -> None:
    found = []
    for _ in range(2):
        put(connection, log)
        queries = (history_sql(), latest_sql(), latest_sql(before_delete=True))
        found.append([sorted(connection.execute(query).fetchall(), key=repr) for query in queries])
        log = source.sample(log, len(log))
    assert found[0] == found[1]


@claim()
@given(log=logs(), seed=st.integers(0, 5))
def test_other_columns_make_no_version(connection: Connection, log: list[Change], seed: int) -> None:
    """A type 1 change: the history is the same whatever the untracked column says, in whichever version."""
    changed = [
        Change(
            change.key,
            change.tracked,
            f"{seed}{change.seq}",
            change.op,
            change.seq,
            change.is_reload,
            change.at,
        )
        for change in log
    ]
    assert set(versions(connection, log)) == set(versions(connection, changed))


@claim()
@given(log=logs(reloads=False), key=st.sampled_from(KEYS), gone=st.sampled_from(["01", "03", "05"]))
def test_a_delete_of_an_unknown_key_says_nothing(
    connection: Connection, log: list[Change], key: str, gone: str
) -> None:
    """Also not when the key comes later: its first version begins where any first version begins."""
    log = [change for change in log if change.key != key or change.seq > gone]
    delete = Change(key, None, None, "D", gone, False, FIRST)
    assert set(versions(connection, log)) == set(versions(connection, [*log, delete]))


@claim()
@given(log=logs(), wanted=st.sets(st.sampled_from(KEYS)))
def test_some_keys_are_worked_out_from_their_own_changes_and_the_reloads(
    connection: Connection, log: list[Change], wanted: set[str]
) -> None:
    """What the incremental models do: `reloads` comes from every key, the changes from the affected ones."""
    put(connection, log)
    keys = ", ".join(f"'{key}'" for key in [*wanted, "none"])
    imports = f"""
        with
        part as (select * from changes where k in ({keys})),
        reloads as ({macros_of_changes()["reload_checkpoints"]("changes")})
    """
    pairs: list[tuple[str, str]] = [
        (history_sql(), history_sql("part", "reloads")),
        (latest_sql(), latest_sql(False, "part", "reloads")),
        (latest_sql(True), latest_sql(True, "part", "reloads")),
    ]
    for whole, part in pairs:
        expected: set[Row] = {row for row in connection.execute(whole).fetchall() if row[0] in wanted}
        assert (
            set(connection.execute(f"{imports} select * from ({part}) as part_of_it").fetchall()) == expected
        )


def test_the_logs_have_what_they_are_made_for() -> None:
    """Counts over drawn logs: without these events the claims above would prove little."""
    counts = dict.fromkeys(("deleted", "inserted again", "many versions", "clock back", "reloads"), 0)

    @claim(40)
    @given(log=logs())
    def count(log: list[Change]) -> None:
        found = sorted(history(log), key=lambda version: (version[0], version[3]))
        pairs = [(one, two) for one, two in pairwise(found) if one[0] == two[0]]
        counts["deleted"] += any(two[2] for _, two in pairs)
        counts["inserted again"] += any(one[2] and not two[2] for one, two in pairs)
        counts["many versions"] += len(pairs) > 1
        own = sorted(log, key=lambda change: (change.key, change.seq))
        counts["clock back"] += any(one.key == two.key and one.at > two.at for one, two in pairwise(own))
        without = [change for change in log if not change.is_reload]
        counts["reloads"] += without != log and history(log) != history(without)

    count()
    assert min(counts.values()) >= 10, counts
