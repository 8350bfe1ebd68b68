"""Tables, views and schemas, and how the catalog shows them to dbt-redshift and to macros."""

from collections.abc import Iterator

import pytest
from tests.redshift_local.sessions import Session, session
from tests.redshift_servers import RedshiftServer

from duckshift.redshift_local.query_groups import with_query_groups


@pytest.fixture
def client(redshift_server: RedshiftServer) -> Iterator[Session]:
    with session(redshift_server, "catalog") as opened:
        yield opened


def columns(client: Session, table: str) -> list[tuple[object, ...]]:
    return client.rows(
        "select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale"
        f" from information_schema.columns where table_schema = 'catalog' and table_name = '{table}'"
        " order by ordinal_position"
    )


def test_columns_are_shown_with_redshifts_types_and_lengths(client: Session) -> None:
    client.run(
        "create table t (a int, b varchar(20), c decimal(18,2), d timestamp, e varchar, f decimal, g"
        " super, h double precision)"
    )

    assert columns(client, "t") == [
        ("a", "integer", None, 32, 0),
        ("b", "character varying", 20, None, None),
        ("c", "numeric", None, 18, 2),
        ("d", "timestamp without time zone", None, None, None),
        ("e", "character varying", 256, None, None),
        ("f", "numeric", None, 18, 0),
        ("g", "super", None, None, None),
        ("h", "double precision", None, 53, None),
    ]


def test_names_are_folded_to_lower_case_also_in_quotes(client: Session) -> None:
    client.run('create table "Folded" ("Id" int)', "insert into FOLDED (ID) values (1)")

    assert client.value('select "iD" from "FOLDED"') == 1


def test_names_have_up_to_127_bytes(client: Session) -> None:
    first, second = "n" * 100 + "_1", "n" * 100 + "_2"
    client.run(f"create table {first} (a int)", f"create table {second} as select 2 as a")

    assert client.value(f"select count(*) from {first}") == 0
    assert client.value(f"select count(*) from {second}") == 1
    assert "at most 127 bytes" in client.error(f"create table {'n' * 128} (a int)")


def test_create_table_as_keeps_sizes_and_gives_texts_without_one_the_longest(client: Session) -> None:
    client.run(
        "create table a (n varchar(7))", "create table b as select n, cast('é' as varchar(2)) as e from a"
    )

    assert [column[2] for column in columns(client, "b")] == [7, 2]
    assert client.error("insert into b values ('éééé', 'x')") == "Value too long for character type"


def test_create_table_like_copies_columns_not_null_and_on_request_defaults(client: Session) -> None:
    client.run(
        "create table parent (a int not null default 7, b varchar(3), primary key (a)) diststyle key"
        " distkey (a) sortkey (b)",
        "create table plain (like parent)",
        "create table with_defaults (like parent including defaults)",
        "insert into with_defaults (b) values ('x')",
    )

    assert "null value in column" in client.error("insert into plain (b) values ('x')")
    assert client.value("select a from with_defaults") == 7
    assert client.value("select diststyle from svv_table_info where \"table\" = 'with_defaults'") == "KEY(a)"
    assert (
        client.rows(
            "select constraint_name from information_schema.table_constraints where table_name = 'plain'"
        )
        == []
    )
    assert "inherits distribution style" in client.error("create table odd (like parent) diststyle even")


def test_temporary_tables_are_found_without_schema_and_hide_nothing_after_the_session(
    client: Session,
) -> None:
    client.run("create temporary table tmp (a int)", "create table #hash as select 2 as a")

    assert client.rows("select column_name from information_schema.columns where table_name = 'tmp'") == [
        ("a",)
    ]
    assert client.value("select a from #hash") == 2
    assert "cannot create temporary relation" in client.error("create temp table catalog.t (a int)")


def test_dropping_a_table_under_a_view_needs_cascade(client: Session) -> None:
    client.run("create table t (a int)", "create view v as select a from t")

    assert "other objects depend on it" in client.error("drop table t")
    client.run("drop table t cascade")
    assert "does not exist" in client.error("select * from v")


def test_a_late_binding_view_outlives_its_table_and_finds_the_next_of_its_name(client: Session) -> None:
    client.run(
        "create table catalog.base as select 1 as a, 'old'::varchar(10) as b",
        "create view catalog.late as select a, b from catalog.base with no schema binding",
        "create view catalog.later as select b from catalog.late with no schema binding",
    )

    # What dbt does when it rebuilds a table.
    client.run(
        "create table catalog.base__tmp as select 2 as a, 'new'::varchar(10) as b",
        "alter table catalog.base rename to base__backup",
        "alter table catalog.base__tmp rename to base",
        "drop table if exists catalog.base__backup cascade",
    )

    assert client.rows("select b from catalog.later") == [("new",)]
    assert client.rows(
        "select view_name, col_name, col_type from pg_get_late_binding_view_cols()"
        " cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int)"
        " where view_schema = 'catalog' order by 1, col_num"
    ) == [
        ("late", "a", "integer"),
        ("late", "b", "character varying(10)"),
        ("later", "b", "character varying(10)"),
    ]


def test_a_late_binding_view_over_a_missing_table_fails_when_it_is_read(client: Session) -> None:
    client.run("create view catalog.early as select a from catalog.future with no schema binding")
    assert 'relation "catalog.future" does not exist' in client.error("select * from catalog.early")

    client.run("create table catalog.future as select 5 as a")
    assert client.rows("select * from catalog.early where a > 0") == [(5,)]

    client.run("drop table catalog.future")
    assert 'relation "catalog.future" does not exist' in client.error("select a from catalog.early")


def test_a_late_binding_view_follows_the_types_of_its_table(client: Session) -> None:
    client.run(
        "create table catalog.t (a int)",
        "create view catalog.v as select a from catalog.t with no schema binding",
        "drop table catalog.t",
        "create table catalog.t (a varchar(5))",
    )

    assert client.rows(
        "select col_type from pg_get_late_binding_view_cols()"
        " cols(s name, v name, c name, col_type varchar, n int) where s = 'catalog' and v = 'v'"
    ) == [("character varying(5)",)]


def test_privileges_on_a_late_binding_view_survive_other_columns(client: Session) -> None:
    client.run(
        "create user late_reader password 'Pa55word'",
        "create table catalog.t (a int)",
        "create view catalog.v as select * from catalog.t with no schema binding",
        "grant select on catalog.v to late_reader",
        "drop table catalog.t",
        "create table catalog.t (b int)",
    )

    assert client.value("select has_table_privilege('late_reader', 'catalog.v', 'select')") is True


def test_relations_of_a_late_binding_view_must_be_qualified(client: Session) -> None:
    client.run("create table t (a int)")

    assert "must be qualified by their schema" in client.error(
        "create view v as select a from t with no schema binding"
    )


def test_replacing_a_bound_view_must_keep_its_columns(client: Session) -> None:
    client.run("create table t (a int, b int)", "create view v as select a from t")

    assert "cannot change number of columns in view" in client.error(
        "create or replace view v as select a, b from t"
    )
    client.run("create or replace view v as select b as a from t")


def test_dropping_what_is_not_there_is_an_error_without_if_exists(client: Session) -> None:
    client.notices()
    client.run("drop table if exists nothing", "drop view if exists nothing", "drop schema if exists nothing")

    assert client.notices()[0] == 'Table "nothing" does not exist and will be skipped'
    assert client.error("drop table nothing") == 'Table "nothing" does not exist'
    client.run("create table t (a int)")
    assert "is not a view" in client.error("drop view t")


def test_show_commands_answer_as_dbt_redshift_reads_them(client: Session) -> None:
    client.run(
        "create table t (id int not null, name varchar(9)) distkey (id) sortkey (name)",
        "create view catalog.v as select id from catalog.t with no schema binding",
        "comment on table t is 'it''s t'",
    )

    shown = client.rows("show tables from schema duckshift.catalog")
    assert [(row[2], row[3], row[5], row[9], row[10]) for row in shown] == [
        ("t", "TABLE", "it's t", "KEY(id)", "REGULAR TABLE"),
        ("v", "VIEW", None, None, "LATE BINDING VIEW"),
    ]
    assert [row[3:9] for row in client.rows("show columns from table duckshift.catalog.t")] == [
        ("id", 1, None, "NO", "integer", None),
        ("name", 2, None, "YES", "character varying", 9),
    ]
    assert client.rows("show schemas from database duckshift like 'catalog'")[0][:2] == (
        "duckshift",
        "catalog",
    )
    assert client.value("show table catalog.t") == (
        "CREATE TABLE catalog.t (\n    id integer NOT NULL ENCODE az64,\n    name character varying(9)"
        " ENCODE raw\n)\n"
        "DISTSTYLE KEY\nDISTKEY (id)\nSORTKEY (name);"
    )


def test_internal_schemas_and_functions_are_not_seen(client: Session) -> None:
    assert client.rows("select nspname from pg_namespace where nspname like 'rs%'") == []
    assert (
        client.rows(
            "select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname like 'rs%'"
        )
        == []
    )
    assert client.rows("select table_name from information_schema.tables where table_schema like 'rs%'") == []
    assert client.value("show search_path") == "catalog"


def test_alter_table_adds_renames_and_drops_columns(client: Session) -> None:
    client.run(
        "create table t (a int, b int) distkey (a)",
        "insert into t values (1, 2)",
        "alter table t add column c varchar(5) default 'x' not null",
        "alter table t rename column b to bb",
        "alter table t drop column bb",
    )

    assert client.rows("select * from t") == [(1, "x")]
    assert "non-null default" in client.error("alter table t add column d int not null")
    assert client.error("alter table t drop column a") == 'cannot drop distkey column "a"'
    assert "one column at a time" in client.error("alter table t add column d int, add column e int")
    assert "ALTER TABLE APPEND" in client.error("alter table t append from u")


def test_a_varchar_column_grows_outside_of_a_transaction(client: Session) -> None:
    client.run("create table t (a varchar(3), n int)", "insert into t values ('abc', 1)")
    client.run("alter table t alter column a type varchar(10)")

    assert columns(client, "t")[0][2] == 10
    assert "holds 3 bytes" in client.error("alter table t alter column a type varchar(2)")
    assert "only the size of VARCHAR can change" in client.error("alter table t alter column n type bigint")
    client.run("begin")
    assert "cannot run inside a transaction block" in client.error(
        "alter table t alter column a type varchar(20)"
    )
    client.run("rollback")


def test_truncate_commits_the_transaction(client: Session) -> None:
    client.run(
        "create table t (a int)",
        "insert into t values (1)",
        "begin",
        "insert into t values (2)",
        "truncate table t",
    )
    client.run("rollback")

    assert client.value("select count(*) from t") == 0


def test_grants_are_shown_by_both_ways_that_dbt_redshift_asks(client: Session) -> None:
    client.run(
        "create table t (a int)",
        "create user grants_reader password 'Pa55word'",
        'grant select on "duckshift"."catalog"."t" to grants_reader',
    )

    assert [
        (row[4], row[6], row[7])
        for row in client.rows("show grants on table duckshift.catalog.t")
        if row[6] == "grants_reader"
    ] == [("SELECT", "grants_reader", "user")]
    assert client.rows(
        "select identity_name, privilege_type from svv_relation_privileges"
        " where relation_name = 't' and namespace_name = 'catalog' and identity_name = 'grants_reader'"
    ) == [("grants_reader", "SELECT")]


def test_a_query_group_lasts_until_it_is_reset(client: Session) -> None:
    assert client.value("show query_group") == "default"
    client.run("set query_group to 'gold'")
    assert client.value("show query_group") == "gold"
    client.run("reset query_group")
    assert client.value("show query_group") == "default"


def test_the_log_tells_the_query_group_of_every_statement(client: Session) -> None:
    client.run(
        "/* dbt */ SET query_group TO 'query group test'",
        "select 1 as in_the_group",
        "reset query_group",
        "select 1 as behind_the_group",
    )

    groups = {entry["original"]: group for group, entry in with_query_groups(client.server.statements())}
    assert groups["select 1 as in_the_group"] == "query group test"
    assert groups["select 1 as behind_the_group"] == "default"


def test_settings_that_would_change_answers_are_refused(client: Session) -> None:
    client.run("set enable_case_sensitive_identifier to false")

    assert "SET enable_case_sensitive_identifier TO true" in client.error(
        "set enable_case_sensitive_identifier to true"
    )


def test_another_database_is_not_there(client: Session) -> None:
    client.run("use duckshift", "reset use")

    assert client.error("use elsewhere") == 'database "elsewhere" does not exist'


@pytest.mark.parametrize(
    "statement",
    [
        "create table rs_catalog.t (id int)",
        "create table rs_functions.t as select 1 as id",
        "create view rs_catalog.v as select 1 as id",
        "create or replace view rs_catalog.v as select 1 as id with no schema binding",
        "create materialized view rs_catalog.v as select 1 as id",
        "alter table rs_catalog.table_attributes add column a int",
        "alter table table_attributes rename to t",
        "drop table rs_catalog.table_attributes",
        "drop table if exists table_attributes",
        "drop view svv_table_info",
        "drop schema rs_functions cascade",
        'drop schema if exists catalog, "RS_CATALOG"',
        "create schema if not exists rs_catalog",
    ],
)
def test_the_schemas_of_the_server_are_not_changed(client: Session, statement: str) -> None:
    own = "rs_functions" if "rs_functions" in statement else "rs_catalog"
    assert client.error(statement) == f"schema {own} belongs to the local server"


def test_reserved_words_are_names_in_quotes_after_a_dot_and_after_as(client: Session) -> None:
    client.run('create table catalog."raw" ("oid" int)', "insert into catalog.raw values (1)")

    assert client.value("select r.oid as tag from catalog.raw as r") == 1
    assert client.value('with "delta" as (select 2 as open) select "delta".open from "delta"') == 2
    assert client.error("create table Tag (id int)") == 'syntax error at or near "Tag": it is a reserved word'
    assert "reserved word" in client.error("create view v (id, user) as select 1, 2")
