"""`duckshift schema diff` names each change of columns with what it means for the warehouse."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from duckshift.cli import app
from duckshift.column_types import BACKWARD, BREAKING, FORWARD, FULL
from duckshift.contract import landing_contract
from duckshift.errors import UserError
from duckshift.schema_diff import Difference, compare_schemas
from duckshift.warehouse_code import entity_mapping, landing_plugin

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
MORE_RATES = "fx/rates/dt=2024-01-16/rates.20240116T160000Z.csv"
PAYMENTS = "payments/transactions/dt=2024-01-15/page-00001.20240115T160000Z.json"
ORDERS = "shop/orders/2024/01/15/103000-1.parquet"
ORDER = {
    "order_id": "'O1'",
    "customer_id": "'C1'",
    "channel_code": "'web'",
    "order_status": "'placed'",
    "ordered_at": "timestamp '2024-01-15 10:00:00'",
    "currency_code": "'EUR'",
    "Op": "'I'",
    "_commit_ts": "timestamp '2024-01-15 10:00:01'",
    "_change_seq": "'0001'",
}


def write(root: Path, file: str, content: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(content)


def orders(root: Path, columns: dict[str, str], file: str = ORDERS) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        select = ", ".join(f"{value} as {name}" for name, value in columns.items())
        connection.execute(f"copy (select {select}) to '{root / file}' (format parquet)")


def found(root: Path) -> dict[str, Difference]:
    return {item.column: item for item in compare_schemas(root).differences}


def test_files_as_the_contract_says_show_no_breaking_difference(tmp_path: Path) -> None:
    orders(tmp_path, ORDER)
    write(tmp_path, RATES, "rate_date,base_currency,quote_currency,rate\n2024-01-15,EUR,USD,1.1\n")
    report = compare_schemas(tmp_path)
    assert {item.compatibility for item in report.differences} <= {FULL}
    assert all(item.remedy == "read as null" for item in report.differences), "orders has optional columns"
    assert (report.files, report.exit_status) == (2, 0)


def test_a_missing_required_column_is_breaking_and_names_file_and_remedy(tmp_path: Path) -> None:
    write(tmp_path, RATES, "rate_date,base_currency,rate\n2024-01-15,EUR,1.1\n")
    write(tmp_path, MORE_RATES, "rate_date,base_currency,rate\n2024-01-16,EUR,1.1\n")
    item = found(tmp_path)["quote_currency"]
    assert (item.change, item.compatibility, item.files) == ("missing column", BREAKING, 2)
    assert item.first_file == RATES
    assert item.line() == (
        "breaking fx/rates: missing column quote_currency: expected varchar(3), found nothing, in 2 files,"
        f" first {RATES}: deliver quote_currency in a file with a new name"
    )


def test_a_column_under_a_like_name_is_told_as_renamed(tmp_path: Path) -> None:
    write(tmp_path, RATES, "rate_date,base_currency,quote_curency,rate\n2024-01-15,EUR,USD,1.1\n")
    differences = found(tmp_path)
    assert differences["quote_currency"].change == "renamed column"
    assert differences["quote_currency"].found == "quote_curency"
    assert differences["quote_currency"].compatibility == BREAKING
    assert "quote_curency" not in differences, "said once"


def test_the_one_strange_column_is_taken_for_the_one_that_is_missing(tmp_path: Path) -> None:
    write(tmp_path, RATES, "rate_date,base_currency,quote_currency,price\n2024-01-15,EUR,USD,1.1\n")
    assert list(found(tmp_path)) == ["rate"]
    assert found(tmp_path)["rate"].line() == (
        "breaking fx/rates: renamed column rate: expected decimal(18,10), found price, in 1 file,"
        f" first {RATES}: call price by its name rate in a file with a new name"
    )


def test_what_could_not_be_delivered_and_what_was_replayed_are_no_drift(tmp_path: Path) -> None:
    write(
        tmp_path, RATES, "rate_date,base_currency,quote_currency,rate,_replay_of\n2024-01-15,EUR,USD,1.1,7\n"
    )
    failed = tmp_path / "web/events/processing-failed/2024/01/15/10/a.json.gz"
    failed.parent.mkdir(parents=True)
    failed.write_bytes(gzip.compress(b'{"errorCode": "e", "rawData": "e30="}\n'))
    assert compare_schemas(tmp_path).differences == []


def test_a_number_for_a_text_is_backward(tmp_path: Path) -> None:
    orders(tmp_path, ORDER | {"order_id": "7"})
    item = found(tmp_path)["order_id"]
    assert (item.change, item.expected, item.found, item.compatibility) == (
        "other type", "varchar(64)", "INTEGER", BACKWARD,
    )  # fmt: skip


def test_an_additional_column_is_forward_in_every_format(tmp_path: Path) -> None:
    orders(tmp_path, ORDER | {"gift_note": "'hi'"})
    write(tmp_path, RATES, "rate_date,base_currency,quote_currency,rate,bank\n2024-01-15,EUR,USD,1.1,ECB\n")
    required = ("payment_id", "order_id", "transaction_type", "amount", "currency_code")
    payment = dict.fromkeys(required, "1") | {"terminal": 7}
    write(tmp_path, PAYMENTS, json.dumps(payment) + "\nno json\n")
    differences = found(tmp_path)
    for name, kind in (("gift_note", "VARCHAR"), ("bank", "text"), ("terminal", "text")):
        assert differences[name].change == "additional column"
        assert (differences[name].compatibility, differences[name].found) == (FORWARD, kind)


@pytest.mark.parametrize(
    ("value", "compatibility"),
    [
        ("date '2024-01-15'", FULL),
        ("'2024-01-15 10:00:00'", BACKWARD),
        ("17", BREAKING),
        ("[timestamp '2024-01-15 10:00:00']", BREAKING),
    ],
)
def test_another_type_is_judged_by_whether_every_value_has_a_place(
    tmp_path: Path, value: str, compatibility: str
) -> None:
    orders(tmp_path, ORDER | {"ordered_at": value})
    item = found(tmp_path).get("ordered_at")
    assert (item.compatibility if item else FULL) == compatibility


def test_the_command_exits_with_1_only_where_something_breaks(tmp_path: Path) -> None:
    orders(tmp_path, ORDER)
    assert CliRunner().invoke(app, ["schema", "diff", str(tmp_path)]).exit_code == 0
    write(tmp_path, RATES, "rate_date,rate\n2024-01-15,1.1\n")
    answer = CliRunner().invoke(app, ["schema", "diff", str(tmp_path), "--json"])
    assert answer.exit_code == 1
    report = json.loads(answer.stdout)
    assert {item["column"] for item in report["differences"] if item["compatibility"] == BREAKING} == {
        "base_currency",
        "quote_currency",
    }


def test_a_root_that_is_no_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        compare_schemas(tmp_path / "missing")


def is_held(root: Path, file: str) -> bool:
    """Whether the warehouse holds a file, by the landing plugin."""
    source, name, *_ = file.split("/")
    mapping = json.dumps(entity_mapping(landing_contract()[source, name]))
    return bool(json.loads(landing_plugin().landing_probe(str(root), file, mapping))["state"] != "ready")


@pytest.mark.parametrize(
    ("changed", "is_breaking"),
    [
        ({"_change_seq": None, "change_seq": "'0001'"}, True),
        ({"_commit_ts": None}, True),
        ({"_change_seq": "1"}, True),
        ({"ordered_at": "null::boolean"}, False),
        ({"ordered_at": "true"}, True),
        ({"ordered_at": "null::integer[]"}, True),
        ({"filename": "'a'"}, True),
        ({"order_id": "17::ubigint"}, False),
        ({"order_id": "[17]"}, True),
    ],
)
def test_breaking_is_what_the_warehouse_holds(
    tmp_path: Path, changed: dict[str, str | None], is_breaking: bool
) -> None:
    columns = {name: value for name, value in (ORDER | changed).items() if value is not None}
    orders(tmp_path, columns)
    differences = compare_schemas(tmp_path).differences
    assert any(item.compatibility == BREAKING for item in differences) == is_breaking
    assert is_held(tmp_path, ORDERS) == is_breaking


@pytest.mark.parametrize(
    ("value", "is_breaking"),
    [
        ("2::double", False), ("2::hugeint", False), ("2::utinyint", False), ("'2'", False),
        ("true", True), ("date '2024-01-15'", True), ("null::boolean", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["quantity", "unit_price"])
def test_every_kind_of_number_is_judged_as_the_warehouse_judges_it(
    tmp_path: Path, column: str, value: str, is_breaking: bool
) -> None:
    file = "shop/order_items/2024/01/15/103000-1.parquet"
    change = {name: value for name, value in ORDER.items() if name in {"Op", "_commit_ts", "_change_seq"}}
    item = {"order_item_id": "'I1'", "order_id": "'O1'", "line_number": "1", "line_type": "'sale'"}
    orders(tmp_path, item | {"quantity": "1", "unit_price": "1"} | change | {column: value}, file)
    assert is_held(tmp_path, file) == is_breaking
    difference = found(tmp_path).get(column)
    assert (difference is not None and difference.compatibility == BREAKING) == is_breaking


def test_a_flag_may_come_as_any_number(tmp_path: Path) -> None:
    file = "shop/products/2024/01/15/103000-1.parquet"
    for value in ("1::double", "1::decimal(3,1)", "1::uinteger", "1"):
        orders(tmp_path, {"is_active": value}, file)
        assert found(tmp_path)["is_active"].compatibility == BACKWARD


def test_a_full_load_needs_no_change_columns(tmp_path: Path) -> None:
    columns = {name: value for name, value in ORDER.items() if name != "_change_seq"}
    file = "shop/orders/LOAD00000001.parquet"
    orders(tmp_path, columns, file)
    assert not is_held(tmp_path, file)
    assert "_change_seq" not in found(tmp_path)


def test_a_repeated_column_is_breaking(tmp_path: Path) -> None:
    write(tmp_path, RATES, "\nrate_date,base_currency,quote_currency,rate,rate\n2024-01-15,EUR,USD,1.1,1\n")
    assert is_held(tmp_path, RATES)
    assert (found(tmp_path)["rate"].change, found(tmp_path)["rate"].compatibility) == (
        "repeated column",
        BREAKING,
    )


def test_a_truncated_compressed_file_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "web/events/2024/01/15/10/a.json.gz"
    file.parent.mkdir(parents=True)
    whole = gzip.compress(b'{"event_id": "E-1", "colour": "blue"}\n' * 50)
    for content in (whole[:-9], whole[:12] + b"\xff\xff" + whole[14:]):
        file.write_bytes(content)
        assert compare_schemas(tmp_path).files == 0


def test_files_that_are_left_out_are_counted(tmp_path: Path) -> None:
    write(tmp_path, RATES, "rate_date,base_currency,quote_currency,rate\n2024-01-15,EUR,USD,1.1\n")
    write(tmp_path, ORDERS, "no Parquet")
    write(tmp_path, "fx/rate/2024.csv", "of no entity")
    report = compare_schemas(tmp_path)
    assert (report.files, report.left_out, report.exit_status) == (1, 2, 0)
    assert list(report.lines())[-2] == (
        "2 files left out, unreadable or of no entity: `duckshift check-landing` says which and why"
    )
    (tmp_path / ORDERS).unlink()
    (tmp_path / "fx/rate/2024.csv").unlink()
    assert not [line for line in compare_schemas(tmp_path).lines() if "left out" in line]


def test_records_without_a_line_end_between_them_are_read_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "web/events/2024/01/15/10/a.json.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(
        gzip.compress(b'{"event_id": "E-1", "note": "}{"}{"event_id": "E-2", "colour": "blue"}\n')
    )
    assert {"note", "colour"} <= found(tmp_path).keys()


def test_a_line_that_nests_deeper_than_python_reads_has_no_columns(tmp_path: Path) -> None:
    write(tmp_path, PAYMENTS, '{"note": 1}\n' + "[" * 200_000 + "\n")
    assert "note" in found(tmp_path)
