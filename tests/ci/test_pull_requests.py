"""Pull requests against one production: what is selected, the verdict, the review.

Each runs `duckshift ci` as a whole on a copy of the project; the file of production is the same to the byte
after each of them (tests/ci/conftest.py). Those by which a check stands or falls run for every change.
"""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from tests.ci.conftest import PullRequest, production_ahead_of_the_clock

ROOT = Path(__file__).resolve().parents[2]
SPEND = "models/marts/core/fct_ad_spend_daily.sql"
CATEGORY = "models/marts/core/dim_category.sql"
CATEGORY_YAML = "models/marts/core/_dim_category.yml"
UNIT_TESTS = "models/marts/core/_core__dimension_unit_tests.yml"


def described(pull_request: PullRequest, path: str) -> dict[str, Any]:
    """Return what a YAML file of the project says."""
    return dict(yaml.safe_load((pull_request.project / path).read_text(encoding="utf-8")))


def describe(pull_request: PullRequest, path: str, said: dict[str, Any]) -> None:
    """Write a YAML file of the project."""
    (pull_request.project / path).write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")


def control_tables() -> list[str]:
    """Return the control tables that are copied whole: all but the lock of runs and watermarks."""
    definitions = (ROOT / "macros/ops/control_table_definitions.sql").read_text(encoding="utf-8")
    found = re.findall(
        r"create table if not exists \{\{ control_relation\('(\w+)'(?:, layer='(\w+)')?", definitions
    )
    tables = [f"{layer or 'ops'}.{name}" for name, layer in found]
    assert "vault.salt" in tables and len(tables) > 8
    return [table for table in tables if table not in ("ops.run_lock", "ops.watermarks")]


def without_last_level(sql: str) -> str:
    """Take the column level_5_name out of dim_category."""
    for line in ("        level_5_name,\n", "        cast(null as varchar(256)) as level_5_name,\n"):
        assert sql.count(line) == 1
        sql = sql.replace(line, "")
    return sql


def test_a_leaf_selects_itself_and_shows_values_metrics_and_who_looks_at_it(
    pull_request: PullRequest,
) -> None:
    pull_request.replace(SPEND, "        clicks,", "        clicks + 1 as clicks,")
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.selected("model") == ["fct_ad_spend_daily"]
    (spend,) = review.tables
    assert (spend.rows_added, spend.rows_removed) == (0, 0)
    assert spend.rows_changed == spend.rows_before == spend.rows_after
    assert spend.changed_values == {"clicks": spend.rows_changed}
    assert set(spend.samples[0]) == {"campaign_id", "spend_date", "clicks"}
    (clicks,) = (diff for diff in review.metrics if diff.metric == "clicks")
    assert clicks.after == (clicks.before or 0) + spend.rows_changed
    assert review.changes.exposures == ["spend_report"]
    assert review.replay.models == ["fct_ad_spend_daily"]
    assert review.replay.batches == 2
    assert review.replay.keys["fct_ad_spend_daily"] > 0
    assert review.refreshes == ["fct_ad_spend_daily"]
    assert review.tests > 2
    text = review.markdown()
    assert "| fct_ad_spend_daily | model | SQL |" in text
    assert "--full-refresh --select fct_ad_spend_daily+" in text


@pytest.mark.full
def test_a_staging_model_selects_its_descendants_and_follows_values_through_them(
    pull_request: PullRequest,
) -> None:
    pull_request.replace(
        "models/staging/shop/stg_shop__products.sql",
        "        list_price,\n        upper(",
        "        cast(list_price + 1 as decimal(18, 6)) as list_price,\n        upper(",
    )
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.selected("model") == [
        "dim_category",
        "fct_product_price",
        "int_products__track_category_history",
        "int_products__track_price_history",
        "stg_shop__products",
    ]
    assert list(review.changes.reasons) == ["model.duckshift.stg_shop__products"]
    changed = {diff.table: [*diff.changed_values] for diff in review.tables if not diff.is_equal}
    assert changed.keys() == {
        "silver.stg_shop__products",
        "silver.int_products__track_price_history",
        "gold.fct_product_price",
    }
    assert changed["silver.int_products__track_price_history"] == ["list_price"]
    assert review.replay.models == ["stg_shop__products"]
    assert review.replay.keys["stg_shop__products"] > 0


def test_a_unit_test_that_fails_is_told_with_what_was_not_built_for_it(pull_request: PullRequest) -> None:
    pull_request.replace(
        CATEGORY, "coalesce(' > ' || level_3_name, '')", "coalesce(' / ' || level_3_name, '')"
    )
    review = pull_request.check()
    assert review.verdict == "fail"
    (problem,) = review.problems
    assert problem.startswith("test failed: dim_category.dim_category_flattens_five_levels: ")
    assert "not built, because of what failed before: dim_category" in review.concerns
    assert (review.tables, review.replay.models) == ([], [])


@pytest.mark.full
def test_a_macro_selects_its_users_also_those_that_dbt_does_not_see(pull_request: PullRequest) -> None:
    pull_request.replace(
        "macros/cdc/change_history.sql", "    events as (", "    -- Every change.\n    events as ("
    )
    pull_request.replace(
        "macros/overrides/rewind_snapshot.sql", "a dump came late or changed", "a dump was late or changed"
    )
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.changes.reasons == {
        "model.duckshift.int_products__track_category_history": "macro change_history",
        "model.duckshift.int_products__track_price_history": "macro change_history",
        "snapshot.duckshift.snp_supplier__price_list": "macro rewind_snapshot",
    }
    assert review.selected("model") == [
        "dim_category",
        "fct_product_price",
        "int_products__track_category_history",
        "int_products__track_price_history",
    ]
    assert all(diff.is_equal for diff in review.tables)
    assert "int_products__track_price_history" in review.replay.models


@pytest.mark.full
def test_a_seed_selects_its_readers(pull_request: PullRequest) -> None:
    pull_request.replace("seeds/carriers.csv", "polpost,Polpost,", "polpost,Polpost Express,")
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert (review.selected("seed"), review.selected("model")) == (["carriers"], ["dim_carrier"])
    carrier = next(diff for diff in review.tables if diff.table == "gold.dim_carrier")
    assert carrier.changed_values == {"carrier_name": 1}
    assert carrier.samples[0]["carrier_name"] == "Polpost -> Polpost Express"
    assert review.refreshes == ["dim_carrier"]


@pytest.mark.full
def test_a_snapshot_is_replayed_dump_by_dump(pull_request: PullRequest) -> None:
    pull_request.replace(
        "snapshots/snp_supplier__price_list.sql",
        "check_cols=['unit_cost', 'currency_code', 'minimum_order_quantity']",
        "check_cols=['unit_cost', 'currency_code']",
    )
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.selected("snapshot") == ["snp_supplier__price_list"]
    assert review.selected("model") == ["fct_product_price"]
    assert review.replay.models == ["snp_supplier__price_list"]
    assert review.replay.keys == {"snp_supplier__price_list": 1}


def test_a_public_contract_that_breaks_without_a_version_fails_with_the_remedy(
    pull_request: PullRequest,
) -> None:
    file = pull_request.project / CATEGORY
    file.write_text(without_last_level(file.read_text(encoding="utf-8")), encoding="utf-8")
    said = described(pull_request, CATEGORY_YAML)
    columns = said["models"][0]["columns"]
    columns.remove(next(column for column in columns if column["name"] == "level_5_name"))
    describe(pull_request, CATEGORY_YAML, said)
    review = pull_request.check()
    assert review.verdict == "fail"
    assert any(
        problem.startswith("dim_category: column level_5_name removed. Remedy: keep it, or give")
        for problem in review.problems
    ), review.problems


@pytest.mark.full
def test_a_new_version_beside_the_former_one_breaks_nothing(pull_request: PullRequest) -> None:
    file = pull_request.project / CATEGORY
    sql = without_last_level(file.read_text(encoding="utf-8"))
    head, _, rest = sql.partition("{{ config(")
    config, body = "{{ config(materialized='table') }}", rest.partition(") }}")[2]
    file.with_name("dim_category_v2.sql").write_text(head + config + body, encoding="utf-8")
    said = described(pull_request, CATEGORY_YAML)
    said["models"][0] |= {
        "latest_version": 1,
        "versions": [
            {"v": 1, "defined_in": "dim_category", "config": {"alias": "dim_category"}},
            {"v": 2, "columns": [{"include": "all", "exclude": ["level_5_name"]}]},
        ],
    }
    describe(pull_request, CATEGORY_YAML, said)
    said = described(pull_request, UNIT_TESTS)
    for test in said["unit_tests"]:
        if test["model"] == "dim_category":
            # It expects the column that the second version has not.
            test["versions"] = {"include": [1]}
    describe(pull_request, UNIT_TESTS, said)
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.unit_tests == 1
    assert review.selected("model") == ["dim_category.v1", "dim_category.v2"]
    tables = {diff.table: diff for diff in review.tables}
    assert tables["gold.dim_category"].is_equal
    assert tables["gold.dim_category_v2"].rows_before is None
    assert review.changes.removed == []
    assert not [concern for concern in review.concerns if "test" in concern.split()[:2]]


def test_a_removed_model_is_reported_with_those_it_leaves_behind(pull_request: PullRequest) -> None:
    (pull_request.project / "models/intermediate/products/int_products__track_price_history.sql").unlink()
    review = pull_request.check()
    assert review.verdict == "fail"
    (gone,) = review.changes.removed
    assert gone.name == "int_products__track_price_history"
    assert gone.dangling == ["model fct_product_price"]
    assert any("is read by model fct_product_price" in problem for problem in review.problems)


def test_documentation_builds_nothing(pull_request: PullRequest) -> None:
    said = described(pull_request, CATEGORY_YAML)
    said["models"][0]["description"] += " Better said."
    describe(pull_request, CATEGORY_YAML, said)
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.changes.selected == []
    assert review.changes.described == ["dim_category"]
    assert review.concerns == []
    assert "Nothing to build." in review.markdown()
    assert not (pull_request.project / "data/ci/ci.duckdb").exists()


def test_incremental_logic_that_only_a_replay_sees_fails(pull_request: PullRequest) -> None:
    """A window beyond the key: right from nothing, and with a view in the place of a clone right as well."""
    pull_request.replace(
        SPEND,
        "        clicks,",
        "        cast(sum(clicks) over (\n"
        "            partition by campaign_id order by spend_date rows unbounded preceding\n"
        "        ) as bigint) as clicks,",
    )
    review = pull_request.check()
    assert review.verdict == "fail"
    assert review.failed_tests == review.errors == review.replay.errors == []
    (differing,) = review.replay.differences
    assert differing.table == "gold.fct_ad_spend_daily"
    assert [*differing.changed_values] == ["clicks"]
    assert "does not come out of incremental runs as from nothing" in review.problems[0]


@pytest.mark.full
def test_a_reader_that_does_not_wait_for_its_snapshot_fails(pull_request: PullRequest) -> None:
    """Snapshots log no rows: they go back by the moments of their dumps, and come before all else."""
    pull_request.replace(
        "models/marts/core/fct_product_price.sql",
        "                'snp_supplier__price_list': 'all',\n",
        "",
    )
    review = pull_request.check()
    assert review.verdict == "fail"
    assert [diff.table for diff in review.replay.differences] == ["gold.fct_product_price"]


@pytest.mark.full
def test_a_table_that_logs_no_more_leaves_its_readers_behind_and_fails(pull_request: PullRequest) -> None:
    """Production keeps the former change log, by which nothing ever changes again."""
    history = "models/intermediate/products/int_products__track_price_history.sql"
    pull_request.replace(history, "{{ config(", "{{ config(\n    materialized='table',")
    review = pull_request.check()
    assert review.verdict == "fail"
    assert review.replay.models == ["fct_product_price"]
    assert [diff.table for diff in review.replay.differences] == ["gold.fct_product_price"]


@pytest.mark.full
def test_a_hook_of_a_run_is_tried_and_told(pull_request: PullRequest) -> None:
    pull_request.replace("macros/ops/begin_run.sql", "{% macro begin_run() -%}", "{% macro begin_run() -%} ")
    review = pull_request.check()
    assert review.verdict == "pass", review.problems
    assert review.changes.selected == []
    (concern,) = review.concerns
    assert concern.startswith("macro begin_run (a hook) changed: tried with a build of ")
    assert (pull_request.project / "data/ci/ci.duckdb").exists()


def test_a_watermark_below_productions_misses_no_batch(pull_request: PullRequest, tmp_path: Path) -> None:
    """Production is ahead of the clock: by its own clock CI would lie below what was read long ago."""
    ahead = production_ahead_of_the_clock(pull_request, tmp_path / "ahead")
    ahead.replace(SPEND, "        clicks,", "        clicks + 1 as clicks,")
    review = ahead.check()
    assert review.verdict == "pass", review.problems
    assert review.replay.keys["fct_ad_spend_daily"] > 0
    with duckdb.connect(str(ahead.production.file()), read_only=True) as connection:
        (newest,) = connection.execute("select max(run_id) from ops.runs").fetchall()[0]
    with duckdb.connect(str(ahead.project / "data/ci/ci.duckdb"), read_only=True) as connection:
        own = connection.execute("select count(*) from ci_ops.runs where run_id > ?", [newest]).fetchall()
        # The build on the inputs of some runs ago, and the incremental one.
        assert own == [(2,)]
        connection.execute(f"attach '{ahead.production.file()}' as warehouse (read_only)")
        for table in control_tables():
            counted = connection.execute(
                f"select (select count(*) from warehouse.{table}),"
                f" (select count(*) from (from warehouse.{table} intersect all from ci_{table}))"
            ).fetchall()
            assert counted[0][0] == counted[0][1], f"{table} was not copied"
        # Of watermarks the newest row of each pair: the replay has set back those of what it reads.
        replayed = "select input_name from warehouse.ops.watermarks where model_name = 'fct_ad_spend_daily'"
        newest_of = "select model_name, input_name, max(run_id) from {}.watermarks group by all"
        lost = connection.execute(
            f"from ({newest_of.format('warehouse.ops')} except {newest_of.format('ci_ops')})"
            f" where input_name not in ({replayed})"
        ).fetchall()
        assert lost == []
        others = "select count(distinct input_name) from warehouse.ops.watermarks"
        assert connection.execute(f"{others} where input_name not in ({replayed})").fetchall()[0][0] > 3
