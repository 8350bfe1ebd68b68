"""Distribution, sort keys, encodings and declared keys: recorded, shown and changed as in Redshift."""

from collections.abc import Iterator

import pytest
from tests.redshift_local.sessions import Session, session
from tests.redshift_servers import RedshiftServer


@pytest.fixture
def client(redshift_server: RedshiftServer) -> Iterator[Session]:
    with session(redshift_server, "physical") as opened:
        yield opened


def design(client: Session, table: str) -> tuple[object, ...]:
    """Distribution, first sort column, number of sort columns and encoding of a table that is not empty."""
    (found,) = client.rows(
        "select diststyle, sortkey1, sortkey_num, encoded from svv_table_info"
        f" where schema = 'physical' and \"table\" = '{table}'"
    )
    return found


def encodings(client: Session, table: str) -> dict[str, str]:
    return dict(
        client.rows(
            "select column_name, encoding from svv_redshift_columns"
            f" where schema_name = 'physical' and table_name = '{table}'"
        )
    )


def test_a_table_without_clauses_is_automatic_in_everything(client: Session) -> None:
    client.run("create table t (a int)", "insert into t values (1)")

    assert design(client, "t") == ("AUTO(ALL)", "AUTO(SORTKEY)", 0, "Y, AUTO(ENCODE)")


def test_an_empty_table_is_not_in_svv_table_info(client: Session) -> None:
    client.run("create table t (a int) distkey (a)")

    assert client.rows("select 1 from svv_table_info where schema = 'physical'") == []
    assert client.rows(
        "select reldiststyle, releffectivediststyle from pg_class_info where relname = 't'"
        " and relnamespace = (select oid from pg_namespace where nspname = 'physical')"
    ) == [(1, 1)]


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("diststyle even", ("EVEN", "AUTO(SORTKEY)", 0, "Y, AUTO(ENCODE)")),
        ("diststyle all sortkey (b)", ("ALL", "b", 1, "Y, AUTO(ENCODE)")),
        ("diststyle key distkey (a) compound sortkey (a, b)", ("KEY(a)", "a", 2, "Y, AUTO(ENCODE)")),
        (
            "distkey (b) interleaved sortkey (a, b) encode auto",
            ("KEY(b)", "INTERLEAVED", 2, "Y, AUTO(ENCODE)"),
        ),
        (
            "backup no diststyle auto sortkey auto encode auto",
            ("AUTO(ALL)", "AUTO(SORTKEY)", 0, "Y, AUTO(ENCODE)"),
        ),
    ],
)
def test_clauses_of_create_table_are_shown(
    client: Session, clauses: str, expected: tuple[object, ...]
) -> None:
    client.run(f"create table t (a int, b int) {clauses}", "insert into t values (1, 1)")

    assert design(client, "t") == expected


def test_keys_can_stand_at_columns(client: Session) -> None:
    client.run("create table t (a int distkey, b int sortkey)", "insert into t values (1, 1)")

    assert design(client, "t")[:3] == ("KEY(a)", "b", 1)
    assert client.rows(
        "select attname, attisdistkey, attsortkeyord from pg_attribute where attnum > 0 and attrelid ="
        " 't'::regclass order by 1"
    ) == [("a", True, 0), ("b", False, 1)]


@pytest.mark.parametrize(
    ("clauses", "reason"),
    [
        ("diststyle key", "DISTSTYLE KEY needs a DISTKEY column"),
        ("diststyle even distkey (a)", "cannot specify DISTKEY for a table with DISTSTYLE EVEN"),
        ("distkey (a) diststyle all", "cannot specify DISTKEY for a table with DISTSTYLE ALL"),
        ("distkey (a, b)", "DISTKEY takes one column only"),
        ("distkey (missing)", 'column "missing" named in key does not exist'),
        ("sortkey (a, missing)", 'column "missing" named in key does not exist'),
        ("sortkey (a, a)", "column named twice in sort key"),
        ("sortkey (s)", 'column "s" of type super cannot be a sort key'),
        ("distkey (s)", 'column "s" of type super cannot be a distribution key'),
        ("sortkey (a) sortkey (b)", "SORTKEY is specified more than once"),
        ("interleaved sortkey auto", 'syntax error at or near "auto"'),
        ("backup maybe", 'syntax error at or near "maybe"'),
    ],
)
def test_impossible_designs_are_refused(client: Session, clauses: str, reason: str) -> None:
    assert client.error(f"create table t (a int, b int, s super) {clauses}") == reason


def test_sort_keys_have_at_most_400_columns_and_interleaved_ones_8(client: Session) -> None:
    columns = [f"c{number}" for number in range(401)]
    definitions = ", ".join(f"{column} int" for column in columns)

    assert "at most 400 COMPOUND SORTKEY columns, not 401" in client.error(
        f"create table t ({definitions}) sortkey ({', '.join(columns)})"
    )
    assert "at most 8 INTERLEAVED SORTKEY columns, not 9" in client.error(
        f"create table t ({definitions}) interleaved sortkey ({', '.join(columns[:9])})"
    )


def test_encodings_have_the_defaults_of_their_types(client: Session) -> None:
    client.run(
        "create table t (k int, i bigint, n decimal(10,2), d date, t timestamp, z timestamptz, b boolean,"
        " f real,"
        " g double precision, c char(3), v varchar(3), s super) sortkey (k)"
    )

    assert encodings(client, "t") == {
        "k": "none",
        **dict.fromkeys(["i", "n", "d", "t", "z"], "az64"),
        **dict.fromkeys(["b", "f", "g"], "none"),
        **dict.fromkeys(["c", "v"], "lzo"),
        "s": "zstd",
    }


def test_naming_an_encoding_ends_encode_auto_for_the_whole_table(client: Session) -> None:
    client.run("create table t (a int encode zstd, b int encode raw)", "insert into t values (1, 1)")

    assert design(client, "t")[3] == "Y"
    assert encodings(client, "t") == {"a": "zstd", "b": "none"}
    client.run("create table u (a int encode raw, b boolean)", "insert into u values (1, true)")
    assert design(client, "u")[3] == "N"


def test_columns_of_temporary_tables_are_raw(client: Session) -> None:
    client.run("create temp table tmp (a int, b varchar(3))")

    assert dict(
        client.rows("select column_name, encoding from svv_redshift_columns where table_name = 'tmp'")
    ) == {"a": "none", "b": "none"}


@pytest.mark.parametrize(
    ("type_text", "encoding"),
    [
        ("boolean", "az64"),
        ("boolean", "bytedict"),
        ("varchar(5)", "az64"),
        ("varchar(5)", "delta"),
        ("int", "text255"),
        ("char(5)", "text32k"),
        ("smallint", "delta32k"),
        ("int", "mostly32"),
        ("double precision", "lzo"),
        ("super", "az64"),
    ],
)
def test_an_encoding_that_a_type_does_not_take_is_refused(
    client: Session, type_text: str, encoding: str
) -> None:
    message = client.error(f"create table t (a {type_text} encode {encoding})")

    assert message.startswith('invalid encoding type specified for column "a"')
    assert message.endswith(f"does not take {encoding}")


def test_an_unknown_encoding_is_refused(client: Session) -> None:
    assert client.error("create table t (a int encode zip)") == 'unknown encoding type "zip"'


def test_create_table_as_keeps_the_design_of_a_table_that_it_only_scans(client: Session) -> None:
    client.run(
        "create table base (a int, b int) distkey (a) sortkey (b)",
        "insert into base values (1, 1)",
        "create table scanned as select a, b from base where a > 0",
        "create table computed as select a, count(*) as n from base group by a",
        "create table stated diststyle all sortkey (a) as select a, b from base",
    )

    assert design(client, "scanned")[:3] == ("AUTO(KEY(a))", "AUTO(SORTKEY(b))", 1)
    assert design(client, "computed")[:3] == ("AUTO(EVEN)", "AUTO(SORTKEY)", 0)
    assert design(client, "stated")[:3] == ("ALL", "a", 1)
    assert "takes no ENCODE" in client.error("create table t encode auto as select 1 as a")


def test_alter_table_changes_the_design_in_place_and_keeps_the_rows(client: Session) -> None:
    client.run("create table t (a int, b int, c varchar(5))", "insert into t values (1, 2, 'x')")

    client.run("alter table t alter diststyle key distkey a")
    assert design(client, "t")[0] == "KEY(a)"
    client.run("alter table t alter distkey b")
    assert design(client, "t")[0] == "KEY(b)"
    client.run("alter table t alter sortkey (b, a), alter diststyle all")
    assert design(client, "t")[:3] == ("ALL", "b", 2)
    client.run("alter table t alter compound sortkey (c)", "alter table t alter diststyle even")
    assert design(client, "t")[:3] == ("EVEN", "c", 1)
    client.run("alter table t alter sortkey auto", "alter table t alter diststyle auto")
    assert design(client, "t")[:3] == ("AUTO(ALL)", "AUTO(SORTKEY(c))", 1)
    client.run("alter table t alter sortkey none")
    assert design(client, "t")[:3] == ("AUTO(ALL)", None, 0)
    assert client.rows("select * from t") == [(1, 2, "x")]


def test_a_new_sort_column_becomes_raw(client: Session) -> None:
    client.run("create table t (a int encode zstd, b int)", "alter table t alter sortkey (a)")

    assert encodings(client, "t")["a"] == "none"


def test_alter_encode_takes_several_columns_and_refuses_what_changes_nothing(client: Session) -> None:
    client.run(
        "create table t (a int, b varchar(5))",
        "insert into t values (1, 'x')",
        "alter table t alter column a encode delta, alter column b encode zstd",
    )

    assert encodings(client, "t") == {"a": "delta", "b": "zstd"}
    assert design(client, "t")[3] == "Y"
    assert "has the encoding delta already" in client.error("alter table t alter column a encode delta")
    assert "more than once" in client.error(
        "alter table t alter column a encode zstd, alter column a encode raw"
    )
    assert "does not take delta" in client.error("alter table t alter column b encode delta")
    client.run("alter table t alter encode auto")
    assert design(client, "t")[3] == "Y, AUTO(ENCODE)"
    assert encodings(client, "t") == {"a": "delta", "b": "zstd"}


def test_interleaved_tables_keep_distribution_and_encodings(client: Session) -> None:
    client.run("create table t (a int, b int) interleaved sortkey (a, b)")

    assert "interleaved sort key" in client.error("alter table t alter distkey a")
    assert "interleaved sort key" in client.error("alter table t alter column a encode zstd")
    assert "cannot make a sort key INTERLEAVED" in client.error("alter table t alter interleaved sortkey (a)")
    client.run("alter table t alter sortkey (a)")


def test_temporary_tables_keep_their_distribution_style(client: Session) -> None:
    client.run("create temp table tmp (a int)")

    assert "temporary tables" in client.error("alter table tmp alter diststyle all")


@pytest.mark.parametrize(
    "clause",
    [
        "alter sortkey (a)",
        "alter diststyle all",
        "alter distkey a",
        "alter column a encode zstd",
        "alter encode auto",
    ],
)
def test_the_design_cannot_change_inside_a_transaction(client: Session, clause: str) -> None:
    client.run("create table t (a int)", "begin")

    assert "cannot run inside a transaction block" in client.error(f"alter table t {clause}")
    client.run("rollback")


def test_clauses_that_redshift_does_not_combine_are_refused(client: Session) -> None:
    client.run("create table t (a int, b int)")

    assert "cannot combine" in client.error("alter table t alter sortkey (a), alter column b encode zstd")


def test_a_renamed_column_keeps_its_part_in_the_design(client: Session) -> None:
    client.run(
        "create table t (a int, b int) distkey (a) sortkey (b)",
        "alter table t rename column a to aa",
        "alter table t rename to u",
        "insert into u values (1, 1)",
    )

    assert design(client, "u")[:2] == ("KEY(aa)", "b")


def test_a_new_column_has_the_encoding_that_is_named_or_that_of_its_type(client: Session) -> None:
    client.run(
        "create table t (a int)",
        "alter table t add column b int encode mostly16",
        "alter table t add column c varchar(3)",
    )

    assert encodings(client, "t") == {"a": "az64", "b": "mostly16", "c": "lzo"}


# Keys


def keys(client: Session) -> list[tuple[object, ...]]:
    return client.rows(
        "select table_name, constraint_name, constraint_type from information_schema.table_constraints"
        " where table_schema = 'physical' order by 1, 2"
    )


def test_keys_are_declared_and_not_enforced(client: Session) -> None:
    client.run(
        "create table parent (id int primary key, code varchar(3), unique (code))",
        "create table child (id int, parent_id int references parent (id), code varchar(3),"
        " constraint child_code foreign key (code) references parent (code))",
        "insert into parent values (1, 'a'), (1, 'a')",
        "insert into child values (1, 99, 'z')",
    )

    assert keys(client) == [
        ("child", "child_code", "FOREIGN KEY"),
        ("child", "child_parent_id_fkey", "FOREIGN KEY"),
        ("parent", "parent_code_key", "UNIQUE"),
        ("parent", "parent_pkey", "PRIMARY KEY"),
    ]
    assert client.rows(
        "select constraint_name, column_name, ordinal_position from information_schema.key_column_usage"
        " where table_schema = 'physical' and table_name = 'parent' order by 1"
    ) == [("parent_code_key", "code", 1), ("parent_pkey", "id", 1)]
    assert client.rows(
        "select conname, contype from pg_constraint where conrelid = 'child'::regclass order by 1"
    ) == [("child_code", "f"), ("child_parent_id_fkey", "f")]


def test_columns_of_a_primary_key_are_not_null(client: Session) -> None:
    client.run("create table t (a int primary key, b int)")

    assert "violates not-null constraint" in client.error("insert into t (b) values (1)")
    client.run("create table u (a int, b int not null)")
    assert (
        client.error("alter table u add primary key (a)") == "cannot add a primary key on a nullable column"
    )
    client.run("alter table u add constraint u_key primary key (b)")
    assert ("u", "u_key", "PRIMARY KEY") in keys(client)
    assert "multiple primary keys" in client.error("alter table u add primary key (b)")


def test_a_foreign_key_needs_a_key_that_it_refers_to(client: Session) -> None:
    client.run("create table parent (a int not null, b int)", "create table child (a int, b int)")

    assert client.error("alter table child add foreign key (a) references parent") == (
        'there is no primary key for referenced table "parent"'
    )
    client.run(
        "alter table parent add primary key (a)", "alter table child add foreign key (a) references parent"
    )
    assert "no unique constraint matching given keys" in client.error(
        "alter table child add foreign key (b) references parent (b)"
    )
    assert "does not exist" in client.error("alter table child add foreign key (a) references nothing (a)")


def test_a_referenced_table_is_dropped_with_cascade_only_and_takes_the_foreign_key_with_it(
    client: Session,
) -> None:
    client.run("create table parent (a int primary key)", "create table child (a int references parent (a))")

    assert "other objects depend on it" in client.error("drop table parent")
    client.run("drop table parent cascade")
    assert keys(client) == []


def test_a_constraint_is_dropped_by_name_and_with_cascade_if_another_refers_to_it(client: Session) -> None:
    client.run(
        "create table parent (a int primary key, b int)", "create table child (a int references parent (a))"
    )

    assert "depend on it" in client.error("alter table parent drop constraint parent_pkey")
    assert "a key depends on it" in client.error("alter table parent drop column a")
    client.run("alter table parent drop constraint parent_pkey cascade")
    assert keys(client) == []
    assert (
        client.error("alter table parent drop constraint parent_pkey")
        == 'constraint "parent_pkey" does not exist'
    )


def test_check_constraints_are_refused(client: Session) -> None:
    assert client.error("create table t (a int check (a > 0))") == "CHECK constraints are not supported"
    assert client.error("create table t (a int, check (a > 0))") == "CHECK constraints are not supported"


# Maintenance


def figures(client: Session) -> dict[str, float]:
    (found,) = client.rows(
        "select tbl_rows, estimated_visible_rows, unsorted, stats_off from svv_table_info"
        " where schema = 'physical' and \"table\" = 't'"
    )
    names = ("tbl_rows", "visible", "unsorted", "stats_off")
    return {name: float(value) for name, value in zip(names, found, strict=True)}


@pytest.fixture
def numbers(client: Session) -> Session:
    """A table t of 100 sorted and analysed rows, 100 to 199, and a table `digits`."""
    digits = ", ".join(f"({digit})" for digit in range(10))
    client.run(
        "create table digits (d int)",
        f"insert into digits values {digits}",
        "create table t (a int) sortkey (a)",
        "insert into t select 100 + x.d * 10 + y.d from digits x cross join digits y",
        "analyze t",
    )
    return client


def test_rows_that_come_in_order_stay_sorted_and_others_do_not(numbers: Session) -> None:
    assert figures(numbers) == {"tbl_rows": 100, "visible": 100, "unsorted": 0, "stats_off": 0}

    numbers.run("insert into t select a + 100 from t")
    assert figures(numbers)["unsorted"] == 0
    numbers.run("insert into t select d from digits")
    assert figures(numbers)["unsorted"] == pytest.approx(100 * 10 / 210, abs=0.01)


def test_vacuum_sorts_when_less_than_the_threshold_is_sorted(numbers: Session) -> None:
    numbers.run("insert into t select d from digits where d < 4", "vacuum t")
    assert figures(numbers)["unsorted"] > 0, "96 % are sorted: VACUUM stops at 95 %"

    numbers.run("vacuum full t to 100 percent")
    assert figures(numbers)["unsorted"] == 0
    assert numbers.rows(
        "select status from stl_vacuum where table_id = 't'::regclass::oid order by eventtime"
    ) == [("Skipped",), ("Finished",)]


def test_deleted_rows_count_until_vacuum(numbers: Session) -> None:
    numbers.run("delete from t where a < 130")
    assert (figures(numbers)["tbl_rows"], figures(numbers)["visible"]) == (100, 70)

    numbers.run("vacuum sort only t")
    assert figures(numbers)["tbl_rows"] == 100
    numbers.run("vacuum delete only t")
    assert (figures(numbers)["tbl_rows"], figures(numbers)["visible"]) == (70, 70)


def test_statistics_age_with_changed_rows_and_analyze_skips_small_changes(numbers: Session) -> None:
    numbers.run("insert into t select a + 100 from t where a < 105", "analyze t")
    assert figures(numbers)["stats_off"] == 5, "5 % are less than the threshold of 10 %"

    numbers.run("insert into t select a + 100 from t where a < 120", "analyze t")
    assert figures(numbers)["stats_off"] == 0
    numbers.run("delete from t where a < 105", "set analyze_threshold_percent to 0", "analyze t (a)")
    assert figures(numbers)["stats_off"] == 0
    assert numbers.rows(
        "select status from stl_analyze where table_id = 't'::regclass::oid order by starttime"
    ) == [
        ("Full",),
        ("Skipped",),
        ("Full",),
        ("Full",),
    ]


def test_a_table_is_analysed_by_create_table_as_and_not_by_insert(client: Session) -> None:
    client.run("create table t as select 1 as a")
    assert figures_of_statistics(client) == 0
    client.run("drop table t", "create table t (a int)", "insert into t values (1)")
    assert figures_of_statistics(client) == 100


def figures_of_statistics(client: Session) -> float:
    return float(
        client.value("select stats_off from svv_table_info where schema = 'physical' and \"table\" = 't'")
    )


def test_vacuum_refuses_transactions_and_impossible_words(numbers: Session) -> None:
    assert "does not take TO threshold PERCENT" in numbers.error("vacuum reindex t to 75 percent")
    assert "needs the name of a table" in numbers.error("vacuum to 75 percent")
    assert "0 to 100 percent" in numbers.error("vacuum t to 101 percent")
    assert "does not exist" in numbers.error("vacuum nothing")
    numbers.run("begin")
    assert numbers.error("vacuum t") == "VACUUM cannot run inside a transaction block"
    numbers.run("rollback", "vacuum")


def test_skew_is_the_ratio_of_the_fullest_to_the_emptiest_slice(numbers: Session) -> None:
    numbers.run("create table even_keys distkey (a) as select a from t")
    numbers.run("create table one_key distkey (a) as select 1 as a from t")

    skew = dict(
        numbers.rows(
            "select \"table\", skew_rows from svv_table_info where diststyle like 'KEY%' and schema ="
            " 'physical'"
        )
    )
    assert float(skew["even_keys"]) < 4 <= float(skew["one_key"])
