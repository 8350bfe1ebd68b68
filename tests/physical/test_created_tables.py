"""What dbt creates on Redshift: every attribute is stated, and what tests prove are keys."""

from dataclasses import dataclass

import pytest
from tests.physical.conftest import Catalog, DbtProject, on_redshift
from tests.redshift_servers import RedshiftServer

SCHEMA = "created"


@dataclass(frozen=True)
class Built:
    """The project, built twice."""

    project: DbtProject
    catalog: Catalog
    statements: list[str]


@pytest.fixture(scope="module")
def built(redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory) -> Built:
    project = on_redshift(tmp_path_factory.mktemp("created") / "project", redshift_server, SCHEMA)
    project.succeeds("build")
    project.succeeds("build")
    statements = [str(statement["original"]) for statement in redshift_server.statements()]
    mine = [
        text.split("*/")[-1].strip() for text in statements if f'"{SCHEMA}"' in text or "__dbt_tmp" in text
    ]
    return Built(project, Catalog(redshift_server, SCHEMA), mine)


def statement(built: Built, beginning: str) -> str:
    """Return the last statement with this beginning."""
    found = [text for text in built.statements if text.startswith(beginning)]
    assert found, beginning
    return found[-1]


def test_what_is_not_configured_is_explicitly_auto(built: Built) -> None:
    created = statement(built, f'create table "duckshift"."{SCHEMA}"."days__dbt_tmp"')
    assert created.splitlines()[-3:] == ["diststyle auto", "sortkey auto", "encode auto;"]
    assert built.catalog.design("days") == ("AUTO(ALL)", "AUTO(SORTKEY)", "Y, AUTO(ENCODE)")


def test_what_is_configured_is_in_the_catalog(built: Built) -> None:
    assert built.catalog.design("sensors") == ("ALL", "sensor_id", "Y")
    assert built.catalog.sort_key("sensors") == ["sensor_id", "readings_count"]
    assert built.catalog.design("readings")[0] == "KEY(sensor_id)"
    assert built.catalog.sort_key("readings") == ["taken_on", "reading_id"]


def test_the_first_sort_column_is_raw_and_other_columns_have_what_is_stated_or_usual(built: Built) -> None:
    assert built.catalog.encodings("sensors") == {
        "sensor_id": "none",
        "readings_count": "none",
        "highest_reading": "zstd",
    }
    assert built.catalog.encodings("readings") == {
        "reading_id": "none",
        "sensor_id": "lzo",
        "taken_on": "none",
        "reading": "az64",
    }


def test_columns_declared_not_null_are(built: Built) -> None:
    assert built.catalog.not_null("sensors") == ["sensor_id"]
    assert built.catalog.not_null("days") == []


def test_rows_are_inserted_in_the_order_of_the_sort_key(built: Built) -> None:
    inserted = statement(built, f'insert into "duckshift"."{SCHEMA}"."sensors__dbt_tmp"')
    assert inserted.endswith("order by\n    sensor_id,\n    readings_count;")
    unsorted = statement(built, f'insert into "duckshift"."{SCHEMA}"."days__dbt_tmp"')
    assert "order by" not in unsorted


def test_one_column_stands_on_one_line(built: Built) -> None:
    created = statement(built, f'create table "duckshift"."{SCHEMA}"."sensors__dbt_tmp"')
    assert created.splitlines()[1:4] == [
        "    sensor_id varchar(16) encode raw not null,",
        "    readings_count bigint encode raw,",
        "    highest_reading decimal(18,2) encode zstd",
    ]


def test_staging_rows_lie_where_those_of_the_target_do(built: Built) -> None:
    staged = statement(built, 'create temporary table "readings__dbt_tmp')
    assert "    sensor_id varchar(16),\n" in staged, "types as declared, no encoding"
    assert staged.endswith(")\ndiststyle key distkey (sensor_id);")


def test_a_query_with_undeclared_columns_keeps_distribution_and_sort_key(built: Built) -> None:
    created = statement(built, f'create table "duckshift"."{SCHEMA}"."undeclared__dbt_tmp"')
    assert created.splitlines()[1:4] == [
        "diststyle key distkey (sensor_id)",
        "compound sortkey (taken_on, reading_id)",
        "as (",
    ]
    assert built.catalog.design("undeclared")[:2] == ("KEY(sensor_id)", "taken_on")


def test_a_snapshot_is_created_from_its_declared_columns(built: Built) -> None:
    created = statement(built, f'create table "duckshift"."{SCHEMA}"."readings_history"')
    assert "    dbt_scd_id varchar(32),\n" in created
    assert created.endswith("diststyle auto\nsortkey auto\nencode auto;")


def test_keys_are_declared_where_tests_of_the_run_prove_them(built: Built) -> None:
    """No key of `days`, whose column may be null, and none of a table of which only some rows were tested."""
    assert built.catalog.keys() == {"readings__pk", "sensors__pk", "readings__sensor_id__sensors__fk"}


def test_a_key_whose_test_fails_is_dropped_and_one_of_changed_rows_too(built: Built) -> None:
    catalog = built.catalog
    catalog.run(f"insert into {SCHEMA}.sensors select * from {SCHEMA}.sensors where sensor_id = 'a'")
    tested = built.project.dbt("test")
    assert tested.status == 1
    assert tested.lines("keys for the planner:") == [
        "keys for the planner: 0 declared, 1 dropped because their test failed"
    ]
    assert catalog.keys() == {"readings__pk"}, "the foreign key goes with the key that it refers to"

    built.project.succeeds("run", "--select", "readings")
    assert catalog.keys() == set(), "new rows came in, and no test has looked at them"
    assert catalog.rows(f"select count(*) from {SCHEMA}.readings") == [(8,)]


def test_what_is_tested_on_no_rows_declares_no_key(
    redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    schema = "unseen"
    project = on_redshift(tmp_path_factory.mktemp(schema) / "project", redshift_server, schema, empty=True)
    columns = {
        "reading_id": {
            "data_type": "bigint",
            "constraints": [{"type": "not_null"}],
            "data_tests": ["unique"],
        }
    }
    query = "select reading_id from {{ ref('measured') }}"
    project.model(
        "repeated",
        query,
        columns,
        materialized="incremental",
        incremental_strategy="append",
        meta={"grain": ["reading_id"]},
    )
    catalog = Catalog(redshift_server, schema)
    project.succeeds("build")
    assert catalog.keys() == {"repeated__pk"}
    project.succeeds("run", "--select", "repeated")
    assert catalog.rows(f"select count(*) from {schema}.repeated") == [(16,)]

    project.succeeds("build", "--empty", "--select", "repeated")
    assert catalog.keys() == set()


def test_a_test_that_counts_in_its_own_way_declares_no_key(
    redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    schema = "counted"
    project = on_redshift(tmp_path_factory.mktemp(schema) / "project", redshift_server, schema, empty=True)
    unique = {"unique": {"config": {"fail_calc": "count(*) - count(*)"}}}
    columns = {
        "reading_id": {
            "data_type": "bigint",
            "constraints": [{"type": "not_null"}],
            "data_tests": [unique],
        }
    }
    query = "select 1 as reading_id from {{ ref('measured') }}"
    project.model("repeated", query, columns, materialized="table", meta={"grain": ["reading_id"]})
    project.succeeds("build")
    assert Catalog(redshift_server, schema).keys() == set()


def test_a_quoted_column_is_quoted_in_every_clause(
    redshift_server: RedshiftServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`order` is a word of SQL: every statement fails that has it without quotes."""
    schema = "quoted"
    project = on_redshift(tmp_path_factory.mktemp(schema) / "project", redshift_server, schema, empty=True)
    query = 'select reading_id as "order", sensor_id as "group" from {{ ref(\'measured\') }}'
    catalog = Catalog(redshift_server, schema)
    refers = {"relationships": {"arguments": {"to": "ref('ordered')", "field": '"order"'}}}

    def write(encode: str, **design: str) -> None:
        columns = {
            "order": {
                "data_type": "bigint",
                "quote": True,
                "constraints": [{"type": "not_null"}],
                "data_tests": ["unique", refers],
            },
            "group": {
                "data_type": "varchar(16)",
                "quote": True,
                "config": {"meta": {"encode": encode}},
            },
        }
        project.model(
            "ordered",
            query,
            columns,
            materialized="incremental",
            incremental_strategy="append",
            meta={"grain": ["order"]},
            **design,
        )

    write("zstd", dist="order", sort="order")
    project.succeeds("build")
    assert catalog.design("ordered")[:2] == ("KEY(order)", "order")
    assert catalog.keys() == {"ordered__pk", "ordered__order__ordered__fk"}

    write("bytedict", dist="group", sort="order")
    altered = project.succeeds("run", "--select", "ordered").lines("physical design: ")
    assert [line.rpartition('"ordered" ')[2] for line in altered] == [
        'alter diststyle key distkey "group"',
        'alter column "group" encode bytedict',
    ]


def test_the_dry_run_knows_only_tables_that_live_on(built: Built) -> None:
    for_all = built.project.succeeds("run-operation", "physical_changes")
    assert for_all.lines("-- ") == ["-- 0 statements; nothing was executed"]
    refused = built.project.dbt("run-operation", "physical_changes", "--args", "{models: [readings, days]}")
    assert refused.status != 0
    reason = "physical_changes: days is no incremental model and no snapshot of this project"
    assert reason in refused.output
