"""A design that Redshift would refuse, or that is bad, fails on DuckDB already and says why."""

from typing import Any, NamedTuple

import pytest
from tests.physical.conftest import Outcome, on_duckdb

COLUMNS: dict[str, dict[str, Any]] = {
    "reading_id": {"data_type": "bigint"},
    "sensor_id": {"data_type": "varchar(16)"},
    "is_valid": {"data_type": "boolean"},
}
QUERY = "select 1 as reading_id, 'a' as sensor_id, true as is_valid"


class Refused(NamedTuple):
    config: dict[str, Any]
    encode: dict[str, str]
    message: str


REFUSED = {
    "encoding_of_another_type": Refused(
        {},
        {"sensor_id": "az64"},
        "sensor_id is encoded as az64, which varchar(16) cannot have; it can have bytedict, lzo, raw,"
        " runlength, text255, text32k, zstd",
    ),
    "encoding_of_a_flag": Refused(
        {},
        {"is_valid": "bytedict"},
        "is_valid is encoded as bytedict, which boolean cannot have; it can have raw, runlength, zstd",
    ),
    "encoding_that_does_not_exist": Refused(
        {},
        {"reading_id": "gzip"},
        "reading_id is encoded as gzip, which bigint cannot have; it can have az64, bytedict, delta,"
        " delta32k, lzo, mostly16, mostly32, mostly8, raw, runlength, zstd",
    ),
    "first_sort_column_compressed": Refused(
        {"sort": ["reading_id", "sensor_id"]},
        {"reading_id": "az64"},
        "reading_id is encoded as az64, but the first column of a sort key must be raw",
    ),
    "runlength_in_a_sort_key": Refused(
        {"sort": ["reading_id", "sensor_id"]},
        {"sensor_id": "runlength"},
        "sensor_id is encoded as runlength, which no sort key column should be",
    ),
    "unknown_distribution_column": Refused({"dist": "evenly"}, {}, "there is no column evenly"),
    "unknown_sort_column": Refused({"sort": ["sensor"]}, {}, "there is no column sensor"),
    "two_distribution_columns": Refused(
        {"dist": ["reading_id", "sensor_id"]}, {}, "dist is one column, or all, even or auto"
    ),
    "auto_among_sort_columns": Refused(
        {"sort": ["sensor_id", "auto"]}, {}, "sort is auto, or up to 400 different columns"
    ),
    "interleaved": Refused(
        {"sort": ["sensor_id"], "sort_type": "interleaved"},
        {},
        "sort_type interleaved: only a compound sort key can be altered in place",
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    project = on_duckdb(tmp_path_factory.mktemp("refused") / "project", empty=True)
    for name, (config, encode, _) in REFUSED.items():
        columns = {
            column: properties
            | ({"config": {"meta": {"encode": encode[column]}}} if column in encode else {})
            for column, properties in COLUMNS.items()
        }
        project.model(name, QUERY, columns, materialized="table", **config)
    untyped = {"reading_id": {"config": {"meta": {"encode": "zstd"}}}, "sensor_id": {}}
    project.model("encoding_without_types", QUERY, untyped, materialized="table")
    project.model(
        "fine", QUERY, COLUMNS, materialized="table", dist="EVEN", sort="auto", sort_type="compound"
    )
    return project.dbt("run")


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_design_is_refused_with_its_reason(run: Outcome, name: str) -> None:
    assert f"physical design of {name}: {REFUSED[name].message}\n" in run.output


def test_an_encoding_needs_all_types(run: Outcome) -> None:
    reason = "encode needs a data_type on every column; missing on reading_id, sensor_id"
    assert f"physical design of encoding_without_types: {reason}\n" in run.output


def test_nothing_else_is_refused(run: Outcome) -> None:
    assert f"Done. PASS=2 WARN=0 ERROR={len(REFUSED) + 1} " in run.output, run.output
