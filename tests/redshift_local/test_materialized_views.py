"""Materialized views: staleness, refresh, the rules of incremental refresh, and bases that move."""

from collections.abc import Iterator

import pytest
from sqlglot import parse_one
from tests.redshift_local.sessions import Session, session
from tests.redshift_servers import RedshiftServer

from duckshift.redshift_local.commands.materialized_views import recompute_reason


@pytest.fixture
def client(redshift_server: RedshiftServer) -> Iterator[Session]:
    with session(redshift_server, "views") as opened:
        opened.run(
            "create table sales (day date, store int, amount decimal(18,2)) distkey (store) sortkey (day)",
            "insert into sales values ('2024-01-01', 1, 10), ('2024-01-01', 2, 20)",
        )
        yield opened


def info(client: Session) -> dict[str, tuple[str, int, str]]:
    """Staleness, state and auto refresh of the views by name."""
    rows = client.rows(
        "select name, is_stale, state, autorefresh from svv_mv_info where schema_name = 'views'"
    )
    return {name: (stale, state, auto) for name, stale, state, auto in rows}


DAILY = "select day, sum(amount) as amount, count(*) as sales from sales group by day"


def test_a_materialized_view_keeps_its_rows_until_it_is_refreshed(client: Session) -> None:
    client.run(f"create materialized view daily as {DAILY}", "insert into sales values ('2024-01-01', 3, 5)")
    assert client.value("select sales from daily") == 2
    assert info(client) == {"daily": ("t", 1, "f")}

    client.run("refresh materialized view daily")
    assert client.value("select sales from daily") == 3
    assert info(client) == {"daily": ("f", 1, "f")}


def test_updates_and_deletes_make_it_stale_too(client: Session) -> None:
    client.run(f"create materialized view daily as {DAILY}", "update sales set amount = 11 where store = 1")
    assert info(client)["daily"][0] == "t"
    client.run("refresh materialized view daily", "delete from sales where store = 1")
    assert info(client)["daily"][0] == "t"


def test_auto_refresh_happens_later_and_can_be_switched(client: Session) -> None:
    client.run(
        f"create materialized view daily auto refresh yes as {DAILY}",
        "insert into sales values ('2024-01-02', 3, 5)",
    )
    assert info(client) == {"daily": ("t", 1, "t")}, "nothing happens in the same moment"

    assert client.value("call redshift_local.run_auto_refresh()") == 1
    assert info(client) == {"daily": ("f", 1, "t")}
    assert client.rows("select refresh_type from svl_mv_refresh_status where mv_name = 'daily'") == [
        ("Auto",)
    ]

    client.run(
        "alter materialized view daily auto refresh no", "insert into sales values ('2024-01-02', 3, 5)"
    )
    assert client.value("call redshift_local.run_auto_refresh()") == 0
    assert info(client) == {"daily": ("t", 1, "f")}


def test_the_design_is_shown_where_dbt_redshift_looks_for_it(client: Session) -> None:
    client.run(
        "create materialized view daily backup no diststyle key distkey (day) sortkey (day) auto refresh"
        f" yes as ({DAILY})"
    )

    assert client.rows(
        "select diststyle, sortkey1 from svv_table_info where schema = 'views' and \"table\" = 'daily'"
    ) == [("KEY(day)", "day")]
    assert client.rows(
        "select a.attname, a.attisdistkey, a.attsortkeyord from pg_class c join pg_attribute a on"
        " a.attrelid = c.oid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'views' and c.relname like 'mv_tbl__daily__%' and a.attnum > 0 order by a.attnum"
    ) == [("day", True, 1), ("amount", False, 0), ("sales", False, 0)]
    definition = client.value(
        "select definition from pg_views where viewname = 'daily' and schemaname = 'views'"
    )
    assert definition.startswith("create materialized view daily backup no")
    assert client.rows("select table_type from information_schema.tables where table_name = 'daily'") == [
        ("VIEW",)
    ]
    assert client.rows("select relkind from pg_class where relname = 'daily'") == [("v",)]


def test_without_clauses_rows_are_spread_evenly(client: Session) -> None:
    client.run(f"create materialized view daily as {DAILY}")

    assert client.rows(
        "select diststyle, sortkey1 from svv_table_info where schema = 'views' and \"table\" = 'daily'"
    ) == [("EVEN", None)]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select a, sum(b) as b, count(*) as n from t group by a having count(*) > 1", None),
        ("select t.a, u.b from t inner join u on t.a = u.a where t.a > 1", None),
        ("select upper(a) as a, b * 2 as b from t", None),
        ("with x as (select a from t) select a from x", None),
        ("select t.a, u.b from t left join u on t.a = u.a", "outer join"),
        ("select a from t union all select a from u", "set operation"),
        ("select a, row_number() over (partition by a order by b) as n from t", "window function"),
        ("select a, avg(b) as b from t group by a", "aggregate avg"),
        ("select a, max(b) as b from t group by a", "aggregate max"),
        ("select a, listagg(b) as b from t group by a", "aggregate group_concat"),
        ("select a, count(distinct b) as b from t group by a", "distinct aggregate"),
        ("select distinct a from t", "select distinct"),
        ("select a, date_trunc('month', b) as b from t", "function timestamp_trunc"),
        ("select a, getdate() as b from t", "function current_timestamp"),
        ("select a from t where b in (select b from u)", "subquery outside of the FROM clause"),
        ("select a from t where exists (select 1 from u)", "subquery outside of the FROM clause"),
        ("select a, (select max(b) from u) as b from t", "aggregate max"),
    ],
)
def test_incremental_refresh_follows_the_documented_rules(query: str, reason: str | None) -> None:
    assert recompute_reason(parse_one(query, read="redshift")) == reason


def test_a_view_that_is_recomputed_says_so(client: Session) -> None:
    client.notices()
    client.run("create materialized view highest as select max(amount) as amount from sales")

    assert client.notices() == [
        'The materialized view "highest" is recomputed from scratch for every REFRESH: aggregate max'
    ]
    assert info(client)["highest"][1] == 0


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select day from sales order by day", "cannot have the ORDER BY clause"),
        ("select day from sales limit 1", "cannot have the LIMIT clause"),
        ("select day from sales_view", "referring to views is not supported"),
        ("select a from #temporary", "referring to temporary tables is not supported"),
        (
            "select day, getdate() as now from sales",
            "AUTO REFRESH YES is not supported with mutable functions",
        ),
    ],
)
def test_queries_that_a_materialized_view_cannot_have_are_refused(
    client: Session, query: str, reason: str
) -> None:
    client.run(
        "create view sales_view as select day from sales", "create temp table #temporary as select 1 as a"
    )

    assert reason in client.error(f"create materialized view v auto refresh yes as {query}")


def test_a_base_that_is_rebuilt_by_rename_cannot_be_refreshed_from_and_takes_the_view_with_it(
    client: Session,
) -> None:
    client.run(
        f"create materialized view daily as {DAILY}",
        "create table sales__tmp as select * from sales",
        "alter table sales rename to sales__backup",
        "alter table sales__tmp rename to sales",
    )

    assert info(client)["daily"][1] == 103
    assert "drop and create the view" in client.error("refresh materialized view daily")
    client.run("drop table sales__backup cascade")
    assert info(client) == {}


@pytest.mark.parametrize("operation", ["vacuum sales to 100 percent", "truncate sales"])
def test_some_operations_on_the_base_force_a_full_refresh(client: Session, operation: str) -> None:
    client.run(
        f"create materialized view daily as {DAILY}",
        "insert into sales values ('2023-01-01', 1, 1)",
        "refresh materialized view daily",
        operation,
    )
    assert info(client)["daily"] == ("t", 0, "f")

    client.run("refresh materialized view daily")
    assert info(client)["daily"] == ("f", 1, "f")
    assert client.rows(
        "select status from svl_mv_refresh_status where mv_name = 'daily' and schema_name = 'views' order"
        " by starttime desc limit 1"
    ) == [("Refresh successfully recomputed MV from scratch",)]


def test_views_on_views_are_refreshed_one_by_one_or_by_cascade(client: Session) -> None:
    client.run(
        f"create materialized view daily as {DAILY}",
        "create materialized view total as select sum(sales) as sales from daily",
        "insert into sales values ('2024-01-02', 1, 1)",
        "refresh materialized view total",
    )
    assert client.value("select sales from total") == 2

    client.run("refresh materialized view daily cascade")
    assert client.value("select sales from total") == 3
    assert client.rows("select name, ref_name from stv_mv_deps where schema = 'views'") == [
        ("total", "daily")
    ]


def test_only_materialized_views_are_refreshed_and_dropped_as_such(client: Session) -> None:
    assert client.error("refresh materialized view sales") == '"views.sales" is not a materialized view'
    client.run(f"create materialized view daily as {DAILY}", "drop materialized view if exists daily cascade")
    assert "is not a materialized view" in client.error("drop materialized view sales")
    assert info(client) == {}
