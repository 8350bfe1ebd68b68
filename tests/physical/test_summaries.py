"""Summaries: materialized views that Redshift keeps up to date from new rows alone, tables on DuckDB."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from tests.conventions.conftest import project  # noqa: F401 - a fixture
from tests.physical.compiled import Node, compiled  # noqa: F401 - a fixture
from tests.physical.conftest import Catalog, DbtProject, on_duckdb, on_redshift
from tests.physical.statements import bare
from tests.redshift_servers import RedshiftServer

from duckshift.redshift_local.commands.materialized_views import recompute_reason


def problems(manifest: Node) -> list[str]:
    """Return, per summary, what keeps Redshift from refreshing it from new rows alone, or from keeping it."""
    nodes = manifest["nodes"]
    found = []
    for node in nodes.values():
        if node["config"]["materialized"] != "summary":
            continue
        for parent in node["depends_on"]["nodes"]:
            config = nodes[parent]["config"] if parent in nodes else {}
            if config.get("materialized") != "incremental" or config.get("full_refresh") is not False:
                name = parent.split(".", 2)[2]
                found.append(
                    f"{node['name']} reads {name}, which is not an incremental that is never rebuilt"
                )
        found += [f"{node['name']}: {construct}" for construct in constructs(node["compiled_code"])]
    return found


def constructs(sql: str) -> list[str]:
    """Return what a query has that makes Redshift compute a materialized view anew, or refuse it."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = [clause.key for clause in tree.find_all(exp.Order, exp.Limit, exp.Offset)]
    if reason := recompute_reason(tree):
        found.append(reason)
    # Redshift may keep such a CTE as a temporary table, which rules out an incremental refresh.
    names = [table.name for table in tree.find_all(exp.Table) if not table.db]
    found += [f"{cte.alias} is read twice" for cte in tree.find_all(exp.CTE) if names.count(cte.alias) > 1]
    return found


def test_summaries_are_refreshed_from_new_rows_alone(compiled: Node) -> None:  # noqa: F811
    assert not problems(compiled)


def test_there_is_a_summary_to_look_at(compiled: Node) -> None:  # noqa: F811
    summaries = [n["name"] for n in compiled["nodes"].values() if n["config"]["materialized"] == "summary"]
    assert "ops_store_deliveries" in summaries


SOURCE = "with base as (select * from w.s.base) "


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        (SOURCE + "select a, max(b) as b from base group by a", "aggregate max"),
        (SOURCE + "select a, count(distinct b) as b from base group by a", "distinct aggregate"),
        (SOURCE + "select distinct a from base", "select distinct"),
        (
            SOURCE + "select a, row_number() over (partition by a order by b) as b from base",
            "window function",
        ),
        (SOURCE + "select a from base left join w.s.other using (a)", "outer join"),
        (SOURCE + "select a from base union all select a from w.s.other", "set operation"),
        (
            SOURCE + "select a from base where a in (select a from w.s.other)",
            "subquery outside of the FROM clause",
        ),
        (SOURCE + "select a from base order by a", "order"),
        (SOURCE + "select a from base limit 3", "limit"),
        (SOURCE + "select a, current_date as b from base", "function current_date"),
        (
            SOURCE + "select one.a from base as one inner join base as two on one.a = two.b",
            "base is read twice",
        ),
    ],
)
def test_a_construct_that_is_not_refreshed_incrementally_is_named(sql: str, construct: str) -> None:
    assert construct in constructs(sql)


def test_sums_and_counts_of_one_table_are_fine() -> None:
    sql = "select a, count(*) as n, sum(b) as b from base where b > 1 group by a having count(*) > 1"
    assert not constructs(SOURCE + sql)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"full_refresh": None},
            "reads bronze_pos__sales, which is not an incremental that is never rebuilt",
        ),
        (
            {"materialized": "table"},
            "reads bronze_pos__sales, which is not an incremental that is never rebuilt",
        ),
        ("max(_line) as line, count(", "ops_store_deliveries: aggregate max"),
    ],
)
def test_a_summary_that_must_be_computed_anew_fails_this_suite(
    compiled: Node,  # noqa: F811
    change: dict[str, Any] | str,
    message: str,
) -> None:
    """Mutation: of the base, or of the query."""
    nodes = dict(compiled["nodes"])
    base, summary = "model.duckshift.bronze_pos__sales", "model.duckshift.ops_store_deliveries"
    if isinstance(change, dict):
        nodes[base] = nodes[base] | {"config": nodes[base]["config"] | change}
    else:
        code = nodes[summary]["compiled_code"].replace("count(", change, 1)
        nodes[summary] = nodes[summary] | {"compiled_code": code}
    assert any(message in problem for problem in problems({"nodes": nodes}))


SCHEMA = "summaries"
BASE = {"materialized": "incremental", "incremental_strategy": "append", "full_refresh": False}
SUMMARY: dict[str, Any] = {"materialized": "summary", "contract": {"enforced": True}}
BASE_COLUMNS = {"day": {"data_type": "integer"}, "amount": {"data_type": "integer"}}
SUM_COLUMNS = {"day": {"data_type": "integer"}, "row_count": {"data_type": "bigint"}}
FROM_BASE = "from {{ ref('base') }} group by day"
REPLACE_BASE = [
    f"alter table {SCHEMA}.base rename to former_base",
    f"create table {SCHEMA}.base as select * from {SCHEMA}.former_base",
]
COUNTS = f"select day, count(*) as row_count {FROM_BASE}"


@dataclass(frozen=True)
class Built:
    """The summaries of one engine after three runs; of each run what was said, and what they held."""

    outputs: list[str]
    counts: list[list[tuple[Any, ...]]]
    bases: list[list[tuple[Any, ...]]]
    statements: list[list[str]]


def build(project: DbtProject, server: RedshiftServer | None) -> Built:  # noqa: F811
    def rows(query: str) -> list[tuple[Any, ...]]:
        if server:
            return Catalog(server, SCHEMA).rows(query)
        with duckdb.connect(str(project.folder / "physical.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    built = Built([], [], [], [])
    before = 0
    project.model(
        "base",
        "{% if is_incremental() %}select 2 as day, 5 as amount{% else %}"
        "select 1 as day, 3 as amount union all select 1, 4{% endif %}",
        BASE_COLUMNS,
        **BASE,
    )
    project.model("counts", COUNTS, SUM_COLUMNS, sort="day", **SUMMARY)
    project.model("highest", f"select day, max(amount) as row_count {FROM_BASE}", {}, materialized="summary")
    wrong = SUM_COLUMNS | {"row_count": {"data_type": "varchar(9)"}}
    project.model("wrong_type", COUNTS, wrong, **SUMMARY)
    for run in (1, 2, 3):
        if run == 3:
            project.model(
                "counts", COUNTS.replace(" group by", " where day > 1 group by"), SUM_COLUMNS, **SUMMARY
            )
            if server:
                Catalog(server, SCHEMA).run(*REPLACE_BASE)
        built.outputs.append(" ".join(project.dbt("run").output.split()))
        built.counts.append(rows(f"select day, row_count from {project.schema}.counts order by 1"))
        built.bases.append(rows(f"select day, count(*) from {project.schema}.base group by day order by 1"))
        log = server.statements() if server else []
        built.statements.append([bare(str(entry["original"])) for entry in log[before:]])
        before = len(log)
    return built


@pytest.fixture(scope="module")
def on_each(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    folder: Path = tmp_path_factory.mktemp("summaries")
    return {
        "duckdb": build(on_duckdb(folder / "duckdb", empty=True), None),
        "redshift": build(
            on_redshift(folder / "redshift", redshift_server, SCHEMA, empty=True), redshift_server
        ),
    }


ENGINES = pytest.mark.parametrize("engine", ["duckdb", "redshift"])


@ENGINES
def test_a_summary_equals_its_base_after_every_run(on_each: dict[str, Built], engine: str) -> None:
    built = on_each[engine]
    assert built.counts[0] == built.bases[0] == [(1, 2)]
    assert built.counts[1] == built.bases[1] == [(1, 2), (2, 1)]
    assert built.counts[2] == [(2, 2)], "its SQL changed: from day 2 on"


@ENGINES
def test_a_summary_keeps_its_contract(on_each: dict[str, Built], engine: str) -> None:
    for output in on_each[engine].outputs:
        assert "ERROR=1 " in output
        assert re.search(r"in model wrong_type .* contract", output), output


def test_redshift_creates_a_view_that_refreshes_itself_and_runs_refresh_it(on_each: dict[str, Built]) -> None:
    first, second, third = on_each["redshift"].statements
    view = f'"duckshift"."{SCHEMA}"."counts"'
    (created,) = [text for text in first if text.startswith(f"create materialized view {view}")]
    assert created.startswith(f"create materialized view {view} sortkey (day) auto refresh yes as (select")
    assert [text for text in second if "materialized view" in text and view in text] == [
        f"refresh materialized view {view}"
    ]
    assert [text.split(" as ")[0] for text in third if "materialized view" in text and view in text] == [
        f"drop materialized view if exists {view} cascade",
        f"create materialized view {view} auto refresh yes",
    ]


def test_redshift_says_that_a_view_is_computed_anew(on_each: dict[str, Built]) -> None:
    warning = "highest is computed anew at every refresh: Redshift cannot refresh its SQL incrementally"
    assert [warning in output for output in on_each["redshift"].outputs] == [True, False, True]


def test_a_view_that_can_no_longer_be_refreshed_is_built_again(on_each: dict[str, Built]) -> None:
    """Its base was replaced by another table of the same name before the third run."""
    view = f'"duckshift"."{SCHEMA}"."highest"'
    commands = [
        [text.split(" as ")[0] for text in run if "materialized view" in text and view in text]
        for run in on_each["redshift"].statements
    ]
    create, drop = (
        f"create materialized view {view} auto refresh yes",
        f"drop materialized view if exists {view}",
    )
    assert commands == [[create], [f"refresh materialized view {view}"], [f"{drop} cascade", create]]
