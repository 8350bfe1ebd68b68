"""The strategy `recompute` over the macros of macros/cdc: any delivery gives what one build gives.

A chain of models in process, as the warehouse has it: changes without copies, their current state, their
history, and totals that group the current state by a value that changes. The change logs between them must
carry every change, or a later model keeps what is not there any more.
"""

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cdc.logs import COLUMNS, EXAMPLES, Change, claim, history, latest, logs
from tests.cdc.rendering import Model, Pipeline, Row

BATCHES = 4
IMPORTS = """
    with
    affected as ({{ affected_keys() }}),
    changes as (select * from {{ ref('changes_once') }} where {{ is_affected('k') }}),
    reloads as ({{ reload_checkpoints(ref('changes_once')) }})
"""
AFTER_CHANGES = {"changes_once": {"key": "k", "all_when": "_is_reload"}}

MODELS = [
    Model(
        "changes_once",
        f"""
            with affected as ({{{{ affected_keys() }}}})
            select {", ".join(COLUMNS)}
            from {{{{ ref('landed') }}}}
            where {{{{ is_affected('k') }}}}
            qualify row_number() over (partition by k, _change_seq, _is_reload order by _file) = 1
        """,
        ["k", "_change_seq", "_is_reload"],
        {"by": "k", "after": {"landed": "k"}, "log": ["_is_reload"]},
        COLUMNS,
    ),
    Model(
        "versions",
        IMPORTS + "select * from ({{ change_history('changes', 'k', ['tracked'], reloads='reloads') }}) as x",
        ["k", "valid_from"],
        {
            "by": "k",
            "after": AFTER_CHANGES,
            "log": ["tracked", "is_deleted", "valid_to", "is_current"],
        },
        {
            "k": "varchar", "tracked": "varchar", "is_deleted": "boolean",
            "valid_from": "timestamp", "valid_to": "timestamp", "is_current": "boolean",
        },
        sort=["valid_from"],
    ),
    Model(
        "state",
        IMPORTS
        + "select k, coalesce(tracked, 'none') as tracked, other"
        + " from ({{ latest_change('changes', 'k', reloads='reloads') }}) as x",
        ["k"],
        {"by": "k", "after": AFTER_CHANGES, "log": ["tracked"]},
        {"k": "varchar", "tracked": "varchar", "other": "varchar"},
    ),
    Model(
        "totals",
        """
            with affected as ({{ affected_keys() }})
            select tracked, count(*) as key_count, count(other) as other_count
            from {{ ref('state') }}
            where {{ is_affected('tracked') }}
            group by tracked
        """,
        ["tracked"],
        {"by": "tracked", "after": {"state": "tracked"}},
        {"tracked": "varchar", "key_count": "bigint", "other_count": "bigint"},
    ),
    # Two dimensions of what is only mentioned: one by value, one whole with members that it knows anyway.
    Model(
        "mentioned",
        """
            with affected as ({{ affected_keys() }})
            select distinct tracked
            from {{ ref('state') }}
            where {{ is_affected('tracked') }}
        """,
        ["tracked"],
        {"by": "tracked", "after": {"state": {"mentions": {"tracked": "tracked"}}}},
        {"tracked": "varchar"},
    ),
    Model(
        "known_or_inferred",
        """
            with affected as ({{ affected_keys() }})
            select tracked, tracked not in ('x', 'none') as is_inferred
            from (
                select tracked from {{ ref('state') }} where {{ is_affected() }}
                union
                select 'x' as tracked where {{ is_affected() }}
                union
                select 'none' as tracked where {{ is_affected() }}
            ) as named
        """,
        ["tracked"],
        {"by": "all", "after": {"state": {"mentions": {"tracked": "tracked"}, "lost": "is_inferred"}}},
        {"tracked": "varchar", "is_inferred": "boolean"},
    ),
]  # fmt: skip
LANDED = ", ".join(f"{name} {data_type}" for name, data_type in COLUMNS.items()) + ", _file varchar"


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        yield Pipeline(connection, MODELS, {"landed": LANDED})


def deliver(log: list[Change], source: Random) -> list[list[Row]]:
    """Split a log into batches: shuffled, some changes twice, some copies with other content."""
    batches: list[list[Row]] = [[] for _ in range(BATCHES)]
    for number, change in enumerate(log):
        files = {f"{number:03}a": change.row()}
        if source.random() < 0.3:
            files[f"{number:03}{source.choice('0b')}"] = (change.key, "z", *change.row()[2:])
        for file, row in files.items():
            for batch in source.sample(range(BATCHES), source.choice([1, 1, 2])):
                batches[batch].append((*row, file))
    return batches


def tables(pipeline: Pipeline) -> dict[str, list[Row]]:
    return {name: pipeline.rows(name) for name in pipeline.models}


def build(pipeline: Pipeline, batches: list[list[Row]]) -> dict[str, list[Row]]:
    pipeline.reset()
    for batch in batches:
        pipeline.load("landed", batch)
        pipeline.run()
    return tables(pipeline)


@claim(max(EXAMPLES // 4, 1))
@given(log=logs(), source=st.randoms(use_true_random=False))
def test_any_delivery_gives_what_one_build_gives(
    pipeline: Pipeline, log: list[Change], source: Random
) -> None:
    batches = deliver(log, source)
    at_once = build(pipeline, [[row for batch in batches for row in batch]])
    assert build(pipeline, batches) == at_once

    counted = pipeline.execute("select count(*) from watermarks").fetchall()
    pipeline.load("landed", [])
    pipeline.run()
    assert tables(pipeline) == at_once
    assert pipeline.execute("select count(*) from watermarks").fetchall() == counted, (
        "nothing new, yet written"
    )
    assert [kind for (kind,) in pipeline.execute("select distinct build_kind from model_builds").fetchall()]


@claim(max(EXAMPLES // 4, 1))
@given(log=logs(), source=st.randoms(use_true_random=False))
def test_single_changes_give_the_oracle_and_the_change_log_says_what_became_of_each_row(
    pipeline: Pipeline, log: list[Change], source: Random
) -> None:
    """Old rows less the old values of a run, plus its new values, are the new rows."""
    pipeline.reset()
    logged = ["k", "tracked", "is_deleted", "valid_from", "valid_to", "is_current"]
    sides = [", ".join(f"{side}_{name}" for name in logged) for side in ("old", "new")]
    former: list[Row] | None = None
    log = source.sample(log, len(log))
    for start in range(0, len(log), 7):
        rows = [(*change.row(), "file") for change in log[start : start + 7]]
        pipeline.load("landed", rows)
        pipeline.run()
        found = pipeline.rows("versions")
        if former is not None:
            query = f"select {{}} from changes__versions where run_id = {pipeline.run_id} and op != '{{}}'"
            gone = pipeline.execute(query.format(sides[0], "insert")).fetchall()
            came = pipeline.execute(query.format(sides[1], "delete")).fetchall()
            assert len(gone) == len(set(gone))
            assert set(gone) <= set(former)
            assert not set(gone) & set(came), "a row that did not change is in the log"
            assert sorted([row for row in former if row not in gone] + came, key=repr) == found
        former = found
    assert set(former or []) == history(log)
    if log:
        assert {row[0] for row in pipeline.rows("state")} == {change.key for change in latest(log)}


def dimension(unknown: str) -> Model:
    """Return a dimension with a member that belongs to no key, as -1 in dim_customer."""
    return Model(
        "dimension",
        f"""
            with affected as ({{{{ affected_keys() }}}})
            select k as member_key, k, max(other) as other
            from {{{{ ref('landed') }}}}
            where {{{{ is_affected('k') }}}}
            group by k
            union all
            select '-1', null, '{unknown}'
        """,
        ["member_key"],
        {"by": "k", "after": {"landed": "k"}},
        {"member_key": "varchar", "k": "varchar", "other": "varchar"},
        sort=["k"],
    )


def test_a_row_without_a_key_is_replaced_wherever_the_affected_rows_lie() -> None:
    """Only the range of the affected rows is looked at, in the order of the table: it must be in there."""
    with duckdb.connect() as connection:
        pipeline = Pipeline(connection, [dimension("Unknown")], {"landed": "k varchar, other varchar"})
        pipeline.load("landed", [("a", "1")])
        pipeline.run()
        pipeline.change(dimension("Not known"))
        pipeline.load("landed", [("a", "2")])
        pipeline.run()
        assert pipeline.rows("dimension") == [("-1", None, "Not known"), ("a", "a", "2")]


def parent_and_child(columns: list[str]) -> list[Model]:
    """Return a table that logs some columns, and one that looks only at changes of these."""
    sql = "with affected as ({{{{ affected_keys() }}}}) select * from {name} where {{{{ is_affected('k') }}}}"
    kept = {"k": "varchar", "other": "varchar"}
    rules: list[dict[str, Any]] = [
        {"by": "k", "after": {"landed": "k"}, "log": columns},
        {"by": "k", "after": {"parent": {"key": "k", "reads": columns}}},
    ]
    return [
        Model("parent", sql.format(name="landed"), ["k"], rules[0], kept),
        Model("child", sql.format(name="parent"), ["k"], rules[1], kept),
    ]


def test_a_column_that_the_log_lacks_is_there_before_a_reader_asks_for_it() -> None:
    """Also where nothing is new: readers would stop until the next change comes."""
    with duckdb.connect() as connection:
        pipeline = Pipeline(connection, parent_and_child([]), {"landed": "k varchar, other varchar"})
        pipeline.load("landed", [("a", "1")])
        pipeline.run()
        for model in parent_and_child(["other"]):
            pipeline.change(model)
        pipeline.load("landed", [])
        pipeline.run()
        assert [column.name for column in pipeline.columns_of("changes__parent")][2:] == [
            "old_k", "new_k", "old_other", "new_other",
        ]  # fmt: skip
        assert pipeline.rows("child") == [("a", "1")]


RECEIPTS = Model(
    "receipts",
    """
        with affected as ({{ affected_keys() }})
        select receipt, delivery
        from {{ ref('landed') }}
        where {{ is_affected('delivery') }}
        qualify rank() over (partition by delivery order by revision desc) = 1 and receipt is not null
    """,
    ["receipt"],
    {"by": "delivery", "after": {"landed": "delivery"}},
    {"receipt": "varchar", "delivery": "varchar"},
)


def test_a_key_gives_up_only_its_own_row_where_bad_data_gave_two_keys_the_same() -> None:
    """A store's export names a receipt of another store, and is corrected: the other's receipt stays."""
    with duckdb.connect() as connection:
        landed = "delivery varchar, receipt varchar, revision integer"
        pipeline = Pipeline(connection, [RECEIPTS], {"landed": landed})
        for delivered in (("S1", "r", 1), ("S2", "r", 1), ("S2", None, 2)):
            pipeline.load("landed", [delivered])
            pipeline.run()
        assert pipeline.rows("receipts") == [("r", "S1")]


PLACES = [
    Model(
        "sales",
        """
            with affected as ({{ affected_keys() }})
            select k, region, city
            from {{ ref('landed') }}
            where {{ is_affected('k') }}
            qualify row_number() over (partition by k order by _run_id desc) = 1
        """,
        ["k"],
        {"by": "k", "after": {"landed": "k"}, "log": ["region", "city"]},
        {"k": "varchar", "region": "varchar", "city": "varchar"},
    ),
    Model(
        "places",
        """
            with affected as ({{ affected_keys() }})
            select lower(region || city) as place, min(region) as region, min(city) as city
            from {{ ref('sales') }}
            where {{ is_affected() }}
            group by lower(region || city)
        """,
        ["place"],
        {"by": "all", "after": {"sales": {"mentions": {"region": "region", "city": "city"}}}},
        {"place": "varchar", "region": "varchar", "city": "varchar"},
    ),
]


@pytest.fixture
def places() -> Iterator[Pipeline]:
    with duckdb.connect() as connection:
        pipeline = Pipeline(connection, PLACES, {"landed": "k varchar, region varchar, city varchar"})
        pipeline.load("landed", [("a", "HESSEN", "Bonn"), ("b", "Hessen", "BONN"), ("c", "Bayern", "Hof")])
        pipeline.run()
        yield pipeline


def test_a_row_that_follows_from_several_spellings_follows_when_one_is_named_no_more(
    places: Pipeline,
) -> None:
    """The row is equal to neither of the two, as a place in dim_geography."""
    assert ("hessenbonn", "HESSEN", "BONN") in places.rows("places")
    places.load("landed", [("a", "Bayern", "Hof")])
    places.run()
    assert ("hessenbonn", "Hessen", "BONN") in places.rows("places")


def test_what_is_new_makes_no_other_code(places: Pipeline) -> None:
    """What differs from run to run lies between the marks that code_checksum leaves out."""

    def code() -> str:
        places.run()
        compiled = places.prepared["places"][0]["compiled_code"]
        return re.sub(r"/\* affected.*?/\* end of affected \*/", "", compiled, flags=re.DOTALL)

    nothing_new = code()
    places.load("landed", [("d", "Bayern", "Hof")])
    assert code() == nothing_new, "news that names no key"
    places.load("landed", [("e", "Berlin", "Berlin")])
    assert code() == nothing_new
