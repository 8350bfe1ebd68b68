"""Rewriting of single statements, without a server: types, decimals, names, and what reaches PostgreSQL."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from tests.redshift_servers import RedshiftServer

from duckshift.redshift_local import postgres
from duckshift.redshift_local.errors import LocalLimit, RedshiftError
from duckshift.redshift_local.place import Place
from duckshift.redshift_local.rewriting import column_definition, column_type, parse_type
from duckshift.redshift_local.rewriting.decimals import arithmetic, common_type, number_type
from duckshift.redshift_local.rewriting.functions import FUNCTIONS, LEADER_ONLY, NOT_BUILT, REWRITTEN
from duckshift.redshift_local.rewriting.types import RedshiftType
from duckshift.redshift_local.statements import core_of, translate


class Relations:
    """A backend that knows the columns of some tables and nothing else."""

    bucket_root = scratch = Path()

    def __init__(self, **tables: dict[str, str]) -> None:
        self.tables = tables
        self.asked: list[str] = []

    async def rows(self, sql: str) -> list[tuple[str | None, ...]]:
        self.asked.append(sql)
        if "external" in sql:
            return []
        if "pg_proc" in sql:
            return [("pg_class",), ("svv_table_info",), ("information_schema_columns",)]
        names = [part.strip("'\" ") for part in sql.partition("array[")[2].partition("]")[0].split(",")]
        return [
            (str(place), column, type_text)
            for place, name in enumerate(names, 1)
            for column, type_text in self.tables.get(name, {}).items()
        ]

    async def run(self, sql: str) -> None:
        raise AssertionError(sql)

    async def copy_in(self, sql: str, source: Path) -> int:
        raise AssertionError(sql, source)

    async def copy_out(self, sql: str, target: Path) -> int:
        raise AssertionError(sql, target)


SALES = Relations(
    sales={
        "id": "integer",
        "amount": "numeric(18,2)",
        "rate": "numeric(18,10)",
        "note": "character varying(20)",
        "sold_on": "date",
        "unknown": "numeric",
    },
    regions={"id": "integer", "name": "character varying(30)"},
)


def rewritten(sql: str, relations: Relations = SALES) -> str:
    return asyncio.run(translate(sql, relations)).sql


def decimal(precision: int, scale: int) -> RedshiftType:
    return RedshiftType("numeric", precision, scale)


@pytest.mark.parametrize(
    ("written", "postgres"),
    [
        ("int", "integer"),
        ("INT2", "smallint"),
        ("decimal", "numeric(18,0)"),
        ("numeric(5)", "numeric(5,0)"),
        ("decimal (18, 2)", "numeric(18,2)"),
        ("float", "double precision"),
        ("float(24)", "real"),
        ("varchar", "character varying(256)"),
        ("text", "character varying(256)"),
        ("varchar(max)", "character varying(65535)"),
        ("character  varying(20)", "character varying(20)"),
        ("char", "character(1)"),
        ("bpchar", "character(256)"),
        ("timestamp", "timestamp without time zone"),
        ("timestamp with time zone", "timestamp with time zone"),
        ("super", "rs_functions.super"),
        ("varbyte(10)", "bytea"),
    ],
)
def test_types_of_redshift_have_types_of_postgresql(written: str, postgres: str) -> None:
    assert column_type(written) == postgres


@pytest.mark.parametrize(
    "written", ["json", "uuid", "int[]", "serial", "varchar(65536)", "decimal(39,0)", "date(3)"]
)
def test_other_types_are_refused(written: str) -> None:
    with pytest.raises(RedshiftError):
        parse_type(written)


def test_a_column_definition_quotes_the_name() -> None:
    line = column_definition('a "b"', "varchar(3)", not_null=True, default="'x'")
    assert line == '"a ""b""" character varying(3) default \'x\' not null'


@pytest.mark.parametrize(
    ("operator", "a", "b", "result"),
    [
        ("/", decimal(8, 2), decimal(8, 2), decimal(17, 9)),
        ("/", decimal(38, 2), decimal(38, 2), decimal(38, 4)),
        ("/", decimal(19, 2), decimal(38, 19), decimal(38, 4)),
        ("/", decimal(19, 0), decimal(19, 0), decimal(38, 19)),
        ("*", decimal(8, 2), decimal(5, 0), decimal(14, 2)),
        ("*", decimal(19, 2), decimal(38, 19), decimal(38, 21)),
        ("+", decimal(8, 2), decimal(6, 4), decimal(11, 4)),
        ("-", decimal(38, 2), decimal(38, 2), decimal(38, 2)),
        ("*", decimal(8, 2), RedshiftType("smallint"), decimal(14, 2)),
        ("/", RedshiftType("integer"), RedshiftType("bigint"), RedshiftType("bigint")),
        ("*", RedshiftType("numeric"), decimal(8, 2), RedshiftType("numeric")),
        ("+", RedshiftType("date"), RedshiftType("integer"), None),
    ],
)
def test_decimals_have_the_documented_precision_and_scale(
    operator: str, a: RedshiftType, b: RedshiftType, result: RedshiftType | None
) -> None:
    assert arithmetic(operator, a, b) == result


def test_set_operations_take_the_larger_scale() -> None:
    assert common_type([decimal(7, 2), decimal(15, 3)]) == decimal(15, 3)
    assert common_type([decimal(18, 2), decimal(18, 10)]) == decimal(19, 10)
    assert common_type([decimal(18, 2), RedshiftType("integer"), RedshiftType("null")]) == decimal(18, 2)
    assert common_type([decimal(18, 2), None]) is None


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("7", RedshiftType("integer")),
        ("2147483648", RedshiftType("bigint")),
        ("100000000000000000000", decimal(21, 0)),
        ("1.50", decimal(3, 2)),
        ("0.05", decimal(2, 2)),
        ("1e3", None),
    ],
)
def test_numbers_have_as_many_digits_as_are_written(text: str, known: RedshiftType | None) -> None:
    assert number_type(text) == known


def test_a_division_of_decimals_is_computed_with_its_scale() -> None:
    sql = rewritten("select amount / rate as share from sales")
    assert "rs_functions.quotient" in sql
    assert 'numeric(37,11)) AS "share"' in sql


def test_types_are_followed_through_queries() -> None:
    sql = rewritten(
        """
        with doubled as (select s.amount * 2 as amount, id from sales as s),
        all_of_them as (select amount, id from doubled union all select null, 1)
        select * from all_of_them inner join regions using (id)
        """
    )
    assert 'CAST("amount" AS numeric(29,2)) AS "amount"' in sql


def test_what_has_no_known_scale_is_left_to_the_operator_that_fails() -> None:
    assert '"unknown" / 3' in rewritten("select unknown / 3 as x from sales")
    with pytest.raises(LocalLimit, match="cast it"):
        rewritten("select avg(unknown) from sales")


def test_integers_are_divided_by_postgresql() -> None:
    assert rewritten("select id / 2 as half from sales") == 'SELECT "id" / 2 AS "half" FROM "sales"'


def test_names_are_folded_and_quoted() -> None:
    sql = rewritten('select "Id" as "Order" from "SALES" as S where s.ID = 1')
    assert sql == 'SELECT "id" AS "order" FROM "sales" AS "s" WHERE "s"."id" = 1'


def test_an_alias_is_put_in_where_no_column_has_its_name() -> None:
    sql = rewritten("select id + 1 as next_id, next_id * 2 as twice, amount as id, id as same from sales")
    assert '("id" + 1) * 2 AS "twice"' in sql
    assert sql.endswith('"id" AS "same" FROM "sales"')


def test_an_alias_is_no_column_in_where() -> None:
    assert '"next_id" > 1' in rewritten("select id + 1 as next_id from sales where next_id > 1")


def test_stars_are_kept_unless_columns_are_excluded() -> None:
    assert rewritten("select * from sales").startswith("SELECT * FROM")
    assert rewritten("select * exclude (note, unknown, rate) from sales") == (
        'SELECT "sales"."id", "sales"."amount", "sales"."sold_on" FROM "sales"'
    )
    joined = rewritten("select * exclude (name) from sales join regions using (id)")
    assert joined.startswith('SELECT "id", "sales"."amount"')


def test_a_star_leaves_out_the_pseudo_columns_of_external_tables() -> None:
    lines = Relations(lines={"raw": "text", "$path": "text", "$size": "bigint"})
    assert rewritten("select * from lines", lines) == 'SELECT "lines"."raw" FROM "lines"'
    assert '"$path"' in rewritten('select "$path" from lines', lines)


def test_qualify_becomes_an_outer_filter() -> None:
    sql = rewritten(
        "select id, amount from sales where id > 0"
        " qualify row_number() over (order by id) = 1 order by rate limit 2"
    )
    assert sql.startswith('SELECT "id", "amount" FROM (SELECT "id", "amount", row_number()')
    assert sql.endswith('WHERE "rs flag 1" ORDER BY "rs order 2" LIMIT 2')


def test_an_average_is_a_quotient_in_windows_too() -> None:
    sql = rewritten("select avg(amount) over (partition by note) as mean from sales")
    assert sql.count('OVER (PARTITION BY "note")') == 2


def test_bind_parameters_are_kept() -> None:
    assert rewritten("insert into sales (id, note) values ($1, $2), ($3, $4)") == (
        'INSERT INTO "sales" ("id", "note") VALUES ($1, $2), ($3, $4)'
    )


def test_many_rows_of_parameters_are_not_parsed() -> None:
    rows = ", ".join(f"(${2 * n + 1}, ${2 * n + 2})" for n in range(5000))
    started = time.perf_counter()
    sql = rewritten(f'insert into "DEV"."Main"."Seed" ("Id", note) values {rows}', Relations())
    assert sql.startswith('INSERT INTO "main"."seed" ("id", "note") VALUES ($1, $2)')
    assert sql.endswith("($9999, $10000)")
    assert time.perf_counter() - started < 5


def test_a_default_is_no_column() -> None:
    assert rewritten("update sales set note = default where id = 1").count("default") == 1
    assert rewritten("insert into sales (id, note) values (1, default)").endswith("VALUES (1, DEFAULT)")


def test_merge_assigns_bare_columns() -> None:
    sql = rewritten(
        """
        merge into "dev"."public"."sales" using regions as r on (r.id = "dev"."public"."sales".id)
        when matched then update set note = r.name
        when not matched then insert (id, note) values (r.id, r.name)
        """
    )
    assert sql == (
        'MERGE INTO "public"."sales" USING "regions" AS "r" ON ("r"."id" = "public"."sales"."id") '
        'WHEN MATCHED THEN UPDATE SET "note" = "r"."name" '
        'WHEN NOT MATCHED THEN INSERT ("id", "note") VALUES ("r"."id", "r"."name")'
    )


def test_catalog_queries_are_passed_on() -> None:
    query = "select relname, E'x' from pg_catalog.pg_class join pg_namespace on true where relname ~ 'a'"
    assert rewritten(query) == query.replace("pg_catalog.pg_class", 'rs_catalog."pg_class"')
    columns = 'select * from "dev".information_schema."columns" where table_name = \'x\''
    assert rewritten(columns) == (
        "select * from rs_catalog.\"information_schema_columns\" where table_name = 'x'"
    )


def test_system_views_can_be_read_with_tables() -> None:
    sql = rewritten("select s.id from sales as s join svv_table_info on svv_table_info.tbl_rows > s.id")
    assert '"rs_catalog"."svv_table_info" AS "svv_table_info"' in sql


def test_a_statement_without_relations_asks_nothing() -> None:
    nothing = Relations()
    rewritten("select 1 + 1 as two, dateadd(day, 1, '2024-01-01') as tomorrow", nothing)
    assert nothing.asked == []


def test_comments_and_semicolons_are_dropped() -> None:
    assert core_of('/* {"app": "dbt"} */\n-- why\nselect 1; ;\n') == "select 1"


def test_a_statement_of_nothing_is_nothing() -> None:
    assert rewritten("-- nothing\n;") == ""


@pytest.mark.parametrize(
    "sql",
    [
        "select note[0] from sales",
        "select first_value(id ignore nulls) over (partition by note) from sales",
        "select * from (select 1 as a, 2 as b) pivot (sum(a) for b in (1, 2))",
        "select listagg(note) over (partition by id) from sales",
        "select percentile_cont(0.3) within group (order by amount) from sales",
        "select datediff(week, sold_on, sold_on) from sales",
        "select hll(id) from sales",
        "select cast(note as geometry) from sales",
        "call refresh()",
        "create function f() returns int stable as $$ select 1 $$ language sql",
        "set enable_numeric_rounding to on",
    ],
)
def test_what_redshift_has_and_this_server_not_is_a_limit(sql: str) -> None:
    with pytest.raises(LocalLimit, match="limit of the local Redshift server"):
        rewritten(sql)


@pytest.fixture
def postgresql(redshift_server: RedshiftServer) -> Iterator[Any]:
    """A cursor on the server's own PostgreSQL."""
    state = Place(redshift_server.folder).state()
    assert state is not None
    connection = psycopg2.connect(host=str(state.postgres_home), user=postgres.USER, dbname=postgres.DATABASE)
    yield connection.cursor()
    connection.close()


def test_every_function_of_the_list_exists_in_postgresql(postgresql: Any) -> None:
    postgresql.execute(
        "select n.nspname || '.' || p.proname from pg_catalog.pg_proc p"
        " join pg_catalog.pg_namespace n on n.oid = p.pronamespace"
    )
    known = {row[0] for row in postgresql.fetchall()}
    grammar = {"coalesce", "greatest", "least", "trim"}
    targets = {
        function.target if "." in function.target else f"pg_catalog.{function.target}"
        for name, function in FUNCTIONS.items()
        if name not in grammar
    }
    assert targets <= known


def test_texts_are_still_joined_by_hash(postgresql: Any) -> None:
    postgresql.execute("create temporary table a as select 'k' || n as key from generate_series(1, 1000) n")
    postgresql.execute("explain select * from a inner join a as b on a.key = b.key")
    plan = "\n".join(row[0] for row in postgresql.fetchall())
    assert "Hash Join" in plan or "Merge Join" in plan


def test_no_function_is_listed_twice() -> None:
    lists = [set(FUNCTIONS), set(REWRITTEN), set(LEADER_ONLY), set(NOT_BUILT)]
    names = [name for listed in lists for name in listed]
    assert len(names) == len(set(names))


def test_a_large_model_is_translated_in_time() -> None:
    columns = ", ".join(
        f"sum(case when id = {n} then amount * rate / 3 end) as total_{n}" for n in range(300)
    )
    sql = f"with sums as (select note, {columns} from sales group by note) select * from sums"
    started = time.perf_counter()
    rewritten(sql)
    # A generous bound: other tests share the processor.
    assert time.perf_counter() - started < 3
