"""Any delivery == full refresh, on DuckDB: `duckshift replay` by plans of three batches.

Builds that are killed take the days in no order, so they show what the plan `shuffled` shows, and more.
Classes, so that pytest-xdist may give them to different processes; all plans: test_all_plans.py.
"""

import re
from pathlib import Path

import duckdb
import pytest
from tests.replay.conftest import BATCHES, Replay, Replayed

from duckshift.comparison import differences, read_duckdb
from duckshift.replay.builds import build_plainly, check_after_kill
from duckshift.replay.proof import FullRefresh
from duckshift.workshop import Workshop

RUNS = re.compile(r"ops\.(runs|run_ends|run_lock|ops_run_history|ops_pipeline_health)")
"""What tells of the runs themselves."""
RESTATED = {
    "int_web__number_sessions": "late events",
    "int_stock__apply_movements": "late movements",
    "stg_marketing__ad_spend": "spend that is restated",
}
"""What a replay must put right, by the model that does."""
REGROUPED = {"old": "one person who became two", "new": "two persons who became one"}
"""What a replay must do to identities: records share this master of theirs in a run, and not the other."""


def rows(workshop: Workshop, query: str) -> list[tuple[int, ...]]:
    with duckdb.connect(str(workshop.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def assert_equal_and_incremental(replayed: Replayed) -> None:
    """Nothing differs, and nothing is equal because it was built anew."""
    assert replayed.report.differences == []
    assert replayed.report.tables > 60
    assert replayed.report.rows > 20_000
    assert rows(
        replayed.workshop,
        "select model_name from ops.model_builds where build_kind = 'full' group by all having count(*) > 1",
    ) == []  # fmt: skip
    ((models, inserting, updating, deleting),) = rows(
        replayed.workshop,
        """
        select
            count(distinct model_name),
            count(distinct model_name) filter (inserted_row_count > 0),
            count(distinct model_name) filter (updated_row_count > 0),
            count(distinct model_name) filter (deleted_row_count > 0)
        from ops.model_builds
        where build_kind = 'incremental'
        """,
    )
    assert models > 40
    assert inserting > 30
    assert updating > 20
    assert deleting >= 1


def loading_runs(replayed: Replayed) -> int:
    ((runs,),) = rows(
        replayed.workshop,
        "select count(distinct run_id) from ops.ops_load_ledger where file_state = 'loaded'",
    )
    return runs


@pytest.mark.full
class TestTwice:
    def test_every_file_twice(self, full: FullRefresh, replayed: Replay) -> None:
        """Again under its own name with a newer time, and as a copy under another, sooner or later."""
        twice = replayed("twice", 7, BATCHES)
        assert_equal_and_incremental(twice)
        assert loading_runs(twice) == BATCHES
        assert sum(batch.again for batch in twice.report.batches) > 500
        ((landed, duplicates, superseded),) = rows(
            full.workshop,
            """
            select sum(landed_record_count), sum(duplicate_record_count), sum(superseded_record_count)
            from ops.ops_record_accounting
            """,
        )
        assert duplicates + superseded > landed / 5


class TestInterrupted:
    def test_days_in_no_order_in_builds_killed_at_any_moment_and_then_nothing_new(
        self, replayed: Replay
    ) -> None:
        """After each kill the file opens and holds no landing file in part; in the end nothing differs.

        Then a build with nothing new leaves every table as it is, change logs included.
        """
        interrupted = replayed("interrupted", 1573, BATCHES)  # has a kill of every kind, and few of them
        assert_equal_and_incremental(interrupted)
        kills = [step for batch in interrupted.report.batches for step in batch.steps]
        assert len(kills) >= BATCHES
        assert all("was killed" in kill for kill in kills)
        inside = [kill for kill in kills if "START" in kill and "on-run" not in kill]
        between = [kill for kill in kills if " OK " in kill]
        assert inside
        assert between
        assert any("on-run-start" in kill for kill in kills), "none before the first node"
        assert any("on-run-end" in kill for kill in kills), "none behind the last node"
        assert sum("no file in part" in kill for kill in kills) >= BATCHES - 1
        for model, what in RESTATED.items():
            changed = rows(
                interrupted.workshop, f"select 1 from ops.changes__{model} where op in ('update', 'delete')"
            )
            assert changed, f"the deliveries have no {what}"
        for (common, what), apart in zip(REGROUPED.items(), ("new", "old"), strict=True):
            regrouped = rows(
                interrupted.workshop,
                f"""
                select 1
                from ops.changes__int_identity__connect_groups
                where op = 'update'
                group by run_id, {common}_master_customer_id
                having count(distinct {apart}_master_customer_id) > 1
                """,
            )
            assert regrouped, f"the deliveries have no {what}"
        with duckdb.connect() as working:
            before = read_duckdb(working, interrupted.workshop.database, "before", left_out=RUNS)
            assert "ops.model_builds" in before.tables
            assert "ops.watermarks" in before.tables
            assert "ops.changes__fct_order_items" in before.tables
            build_plainly(interrupted.workshop, "duckdb")
            after = read_duckdb(working, interrupted.workshop.database, "after", left_out=RUNS)
            assert differences(working, before, after) == []

    def test_a_file_in_part_would_be_found(self, full: FullRefresh, tmp_path: Path) -> None:
        database = tmp_path / "warehouse.duckdb"
        database.write_bytes(full.workshop.database.read_bytes())
        assert check_after_kill(database) == "no file in part"
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "delete from bronze.bronze_shop__orders where rowid ="
                " (select max(rowid) from bronze.bronze_shop__orders where _status = 'loaded')"
            )
        with pytest.raises(Exception, match="holds files in part"):
            check_after_kill(database)
