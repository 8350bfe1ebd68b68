"""A file whose columns broke the contract is held, and the reason says column, expected, found and remedy."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.contract import landing_contract
from duckshift.warehouse_code import entity_mapping, landing_plugin

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
ITEMS = "shop/order_items/2024/01/15/103000-1.parquet"
ITEM = {
    "order_item_id": "'I1'",
    "order_id": "'O1'",
    "line_number": "1",
    "line_type": "'sale'",
    "quantity": "2",
    "unit_price": "2.5",
    "Op": "'I'",
    "_commit_ts": "timestamp '2024-01-15 10:00:01'",
    "_change_seq": "'0001'",
}


def probe(root: Path, file: str) -> tuple[str, str | None]:
    """Return state and reason of a file, as the warehouse finds them."""
    source, name, *_ = file.split("/")
    entity = landing_contract()[source, name]
    found: dict[str, Any] = json.loads(
        landing_plugin().landing_probe(str(root), file, json.dumps(entity_mapping(entity)))
    )
    return found["state"], found["reason"]


def write_rates(root: Path, header: str) -> None:
    (root / RATES).parent.mkdir(parents=True)
    (root / RATES).write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n")


def write_items(root: Path, columns: dict[str, str]) -> None:
    (root / ITEMS).parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        select = ", ".join(f'{value} as "{name}"' for name, value in columns.items())
        connection.execute(f"copy (select {select}) to '{root / ITEMS}' (format parquet)")


def test_a_missing_column_is_named_with_its_type_and_what_was_found(tmp_path: Path) -> None:
    write_rates(tmp_path, "rate_date,rate")
    assert probe(tmp_path, RATES) == (
        "contract_break",
        "lacks required column base_currency, quote_currency (found: rate_date, rate), varchar(3), varchar(3)"
        " expected: name the column as the landing contract does and deliver the file under a new name",
    )


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        (
            "rate_date,base_currency,quote_currency,price",
            "decimal(18,10) expected, perhaps rate is called price now: ",
        ),
        (
            "rate_date,base_ccy,quote_curency,rate,bank",
            "perhaps base_currency is called base_ccy now,"
            " perhaps quote_currency is called quote_curency now: ",
        ),
    ],
)
def test_a_renamed_column_is_guessed_by_its_place_or_its_name(tmp_path: Path, header: str, hint: str) -> None:
    write_rates(tmp_path, header)
    state, reason = probe(tmp_path, RATES)
    assert state == "contract_break"
    assert hint in str(reason)


def test_a_missing_column_of_a_change_log_is_named_too(tmp_path: Path) -> None:
    write_items(tmp_path, {name: value for name, value in ITEM.items() if name != "_change_seq"})
    state, reason = probe(tmp_path, ITEMS)
    assert state == "contract_break"
    assert "lacks required column _change_seq (found: " in str(reason)
    assert "varchar(64) expected" in str(reason)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("quantity", "true", "bigint expected, found BOOLEAN: deliver it as bigint"),
        ("quantity", "date '2024-01-15'", "bigint expected, found DATE: deliver it as bigint"),
        ("unit_price", "timestamp '2024-01-15 10:00:00'", "decimal(18,6) expected, found TIMESTAMP"),
    ],
)
def test_a_column_of_another_kind_holds_its_file(tmp_path: Path, column: str, value: str, words: str) -> None:
    write_items(tmp_path, ITEM | {column: value})
    state, reason = probe(tmp_path, ITEMS)
    assert state == "contract_break"
    assert str(reason).startswith(f"column {column} has another type: {words}")
    assert str(reason).endswith("in a file with a new name")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("quantity", "2::double"),
        ("quantity", "'2'"),
        ("quantity", "2::hugeint"),
        ("unit_price", "2::smallint"),
        ("order_id", "17"),
        # A column without a value has the type that its writer happened to take.
        ("discount_amount", "null::boolean"),
        ("note", "date '2024-01-15'"),
    ],
)
def test_a_type_whose_values_may_fit_and_an_additional_column_hold_nothing(
    tmp_path: Path, column: str, value: str
) -> None:
    write_items(tmp_path, ITEM | {column: value})
    assert probe(tmp_path, ITEMS) == ("ready", None)
