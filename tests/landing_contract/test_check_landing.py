"""`duckshift check-landing` finds each kind of fault, names the line, and says how to mend it.

Every test writes a small landing zone and states by hand what is to be found in it.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.check_landing import check
from duckshift.findings import Report, as_json, lines

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
RATES_HEADER = "rate_date,base_currency,quote_currency,rate\n"
SALES = "pos/sales/year=2024/month=01/day=15/store=S1/sales.csv"
SALES_HEADER = "store_id,receipt_id,line_number,sold_at,product_code,quantity,unit_price\n"
PAYMENTS = "payments/transactions/dt=2024-01-15/page-00001.20240115T160000Z.json"
PRICES = "supplier/price_list/dt=2024-01-15/price_list.20240115T160000Z.csv"
PRICES_HEADER = "supplier_id,product_id,unit_cost,currency_code\n"
CHANGES = "shop/orders/2024/01/15/103000-1.parquet"
PAYMENT = {
    "payment_id": "P1",
    "order_id": "O1",
    "transaction_type": "capture",
    "payment_method": "card",
    "amount": "12.50",
    "currency_code": "EUR",
}
ORDER = (
    "'O1' as order_id, 'web' as channel_code, 'placed' as order_status, 'EUR' as currency_code,"
    " timestamp '2024-01-15 10:00:00' as ordered_at, timestamp '2024-01-15 10:00:01' as _commit_ts"
)


class Zone:
    """A landing root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, file: str, content: str | bytes) -> str:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def parquet(self, file: str, select: str) -> str:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"copy ({select}) to '{path}' (format parquet)")
        return file

    def orders(self, file: str, change: str = "'I' as Op, '0001' as _change_seq") -> str:
        """Write one order: a change, or a record of a full load if `change` is empty."""
        return self.parquet(file, f"select {ORDER}{', ' + change if change else ''}")

    def manifest(self, csv: str, records: int, **changes: Any) -> str:
        content = (self.root / csv).read_bytes()
        stated = {
            "file": Path(csv).name,
            "records": records,
            "sha256": hashlib.sha256(content).hexdigest(),
            "produced_at": "2024-01-16T00:05:00Z",
            "revision": 1,
        }
        name = Path(csv).name.replace("sales", "_manifest").replace(".csv", ".json")
        return self.write(f"{Path(csv).parent}/{name}", json.dumps(stated | changes))

    def check(self, limit: int = 3) -> Report:
        return check(self.root, limit)


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    root = tmp_path / "landing"
    root.mkdir()
    return Zone(root)


def found(report: Report) -> list[tuple[str, str, str, int | None]]:
    """Return (file, kind, effect, line) of every finding, sorted."""
    return sorted(
        ((item.file, item.kind, item.effect, item.line) for item in report.findings),
        key=lambda item: (*item[:3], item[3] or 0),
    )


def only_reason(report: Report) -> str:
    """Return reason and remedy of the one finding there is."""
    (finding,) = report.findings
    return f"{finding.reason}; {finding.remedy}"


def test_a_zone_that_keeps_the_contract_has_no_findings(zone: Zone) -> None:
    zone.write(RATES, RATES_HEADER + "2024-01-15,EUR,USD,1.0950\n")
    zone.write(SALES, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n\n")
    zone.manifest(SALES, 1)
    zone.write(PAYMENTS, json.dumps(PAYMENT) + "\n" + json.dumps(PAYMENT | {"payment_at": None}) + "\n")
    zone.write(PRICES, "currency_code,unit_cost,product_id,supplier_id\nEUR,1.5,P1,S1\n")
    zone.orders(CHANGES)
    zone.orders("shop/orders/LOAD00000001.parquet", "")
    report = zone.check()
    assert found(report) == []
    assert (report.files, report.records, report.rejected, report.exit_status) == (6, 7, 0, 0)
    assert list(lines(report, 3)) == ["6 files, 7 records read: all as the landing contract says"]


def test_a_folder_of_no_entity_is_unknown_and_the_nearest_is_named(zone: Zone) -> None:
    file = zone.write("fx/rate/dt=2024-01-15/rates.20240115T160000Z.csv", RATES_HEADER)
    report = zone.check()
    assert found(report) == [(file, "unknown_file", "hold", None)]
    assert "nearest is fx/rates/dt=YYYY-MM-DD/<name>.YYYYMMDDTHHMMSSZ.csv" in only_reason(report)


def test_a_file_at_the_wrong_place_is_told_where_it_belongs(zone: Zone) -> None:
    file = zone.write("fx/rates/2024/rates.20240115T160000Z.csv", RATES_HEADER + "2024-01-15,EUR,USD,1.1\n")
    report = zone.check()
    assert (file, "place") in {(item.file, item.kind) for item in report.findings}
    assert "expected fx/rates/dt=YYYY-MM-DD/" in only_reason(report)
    assert report.exit_status == 1


def test_a_file_of_another_format_is_held(zone: Zone) -> None:
    file = zone.write("shop/orders/2024/01/15/103000-1.csv", "order_id\nO1\n")
    assert (file, "contract_break", "hold", None) in found(zone.check())


@pytest.mark.parametrize(
    "name", ["_truth/faults.csv", "fx/rates/_notes.txt", "fx/rates/dt=2024-01-15/.rates.csv.pending"]
)
def test_names_that_begin_with_an_underscore_or_a_dot_are_no_data(zone: Zone, name: str) -> None:
    zone.write(name, "anything")
    zone.write(RATES, RATES_HEADER + "2024-01-15,EUR,USD,1.1\n")
    report = zone.check()
    assert (found(report), report.files) == ([], 1)


@pytest.mark.parametrize("file", [RATES, PAYMENTS, CHANGES])
def test_an_empty_file_is_held(zone: Zone, file: str) -> None:
    zone.write(file, "")
    assert found(zone.check()) == [(file, "unreadable", "hold", None)]


def test_a_truncated_parquet_file_is_held_and_the_others_are_judged(zone: Zone) -> None:
    zone.orders(CHANGES)
    whole = (zone.root / CHANGES).read_bytes()
    broken = zone.write("shop/orders/2024/01/15/104500-1.parquet", whole[: len(whole) // 2])
    report = zone.check()
    assert found(report) == [(broken, "unreadable", "hold", None)]
    assert report.records == 1


def test_a_missing_required_column_is_named_with_its_near_match(zone: Zone) -> None:
    zone.write(RATES, "rate_date,base_curency,quote_currency,rate\n2024-01-15,EUR,USD,1.1\n")
    report = zone.check()
    assert found(report) == [(RATES, "missing_column", "hold", None)]
    assert (
        "required column base_currency is missing: found 'base_curency', did you mean base_currency?"
        in only_reason(report)
    )


def test_a_missing_required_column_of_a_parquet_file_is_found(zone: Zone) -> None:
    zone.parquet(
        CHANGES,
        "select 'O1' as order_idd, 'web' as channel_code, 'placed' as order_status, 'EUR' as currency_code,"
        " timestamp '2024-01-15' as ordered_at, 'I' as Op,"
        " timestamp '2024-01-15' as _commit_ts, '1' as _change_seq",
    )
    report = zone.check()
    assert found(report) == [(CHANGES, "missing_column", "hold", None)]
    assert "found 'order_idd', did you mean order_id?" in only_reason(report)


def test_a_change_file_without_its_change_columns_is_held_and_a_full_load_is_not(zone: Zone) -> None:
    zone.orders(CHANGES, "'I' as Op")
    zone.orders("shop/orders/LOAD00000001.parquet", "")
    report = zone.check()
    assert found(report) == [(CHANGES, "missing_column", "hold", None)]
    assert "_change_seq" in only_reason(report)


def test_a_column_that_comes_twice_is_held(zone: Zone) -> None:
    zone.write(RATES, "rate_date,base_currency,quote_currency,rate,rate\n2024-01-15,EUR,USD,1.1,1.2\n")
    assert found(zone.check()) == [(RATES, "contract_break", "hold", None)]


def test_an_additional_column_is_information_only(zone: Zone) -> None:
    zone.orders(CHANGES, "'I' as Op, '0001' as _change_seq, 'x' as gift_text")
    report = zone.check()
    assert found(report) == [("shop/orders", "additional_column", "information", None)]
    assert report.exit_status == 0


def test_a_parquet_column_of_another_type_is_told_and_its_values_are_judged(zone: Zone) -> None:
    zone.parquet(
        "shop/order_items/2024/01/15/103000-1.parquet",
        "select 'L' || n as order_item_id, 'O1' as order_id, n as line_number, 'sale' as line_type,"
        " case n when 2 then 'two' else '2' end as quantity, 9.99::decimal(18, 6) as unit_price, 'I' as Op,"
        " timestamp '2024-01-15' as _commit_ts, '1' as _change_seq from (values (1::integer), (2)) as t (n)",
    )
    assert found(zone.check()) == [
        ("shop/order_items", "column_type", "information", None),
        ("shop/order_items/2024/01/15/103000-1.parquet", "value", "reject", 2),
    ]


def test_a_nested_parquet_column_is_held(zone: Zone) -> None:
    zone.orders(CHANGES, "'I' as Op, '1' as _change_seq, {'city': 'Bern'} as ship_to_city")
    assert found(zone.check()) == [(CHANGES, "contract_break", "hold", None)]


def test_an_unknown_operation_and_a_missing_sequence_are_rejected(zone: Zone) -> None:
    zone.orders(CHANGES, "'X' as Op, '0001' as _change_seq")
    other = zone.orders("shop/orders/2024/01/15/104500-1.parquet", "'U' as Op, '' as _change_seq")
    assert found(zone.check()) == [
        (CHANGES, "value", "reject", 1),
        (other, "required", "reject", 1),
    ]


def test_a_delete_needs_only_its_key(zone: Zone) -> None:
    zone.parquet(
        CHANGES,
        "select 'O1' as order_id, null::varchar as channel_code, null::varchar as order_status,"
        " null::timestamp as ordered_at, null::varchar as currency_code, 'D' as Op,"
        " timestamp '2024-01-15' as _commit_ts, '0002' as _change_seq",
    )
    assert found(zone.check()) == []


def test_the_order_of_columns_in_a_header_is_free(zone: Zone) -> None:
    zone.write(RATES, "rate,quote_currency,rate_date,base_currency\n1.1,USD,2024-01-15,EUR\n")
    report = zone.check()
    assert found(report) == []
    assert report.records == 1


def test_a_line_with_too_few_or_too_many_fields_is_rejected_with_its_number(zone: Zone) -> None:
    zone.write(
        RATES, RATES_HEADER + "2024-01-15,EUR,USD\n2024-01-15,EUR,GBP,0.86\n2024-01-15,EUR,USD,1,0950\n"
    )
    report = zone.check()
    assert found(report) == [(RATES, "fields", "reject", 2), (RATES, "fields", "reject", 4)]
    assert report.findings[0].reason == "4 fields expected, found 3"
    assert report.rejected == 2


def test_bytes_that_are_no_utf_8_are_rejected_with_the_number_of_their_line(zone: Zone) -> None:
    zone.write(RATES, RATES_HEADER.encode() + b"2024-01-15,EUR,USD,1.1\n2024-01-15,\xff,GBP,0.86\n")
    assert found(zone.check()) == [(RATES, "encoding", "reject", 3)]


def test_a_header_that_is_no_utf_8_holds_the_file(zone: Zone) -> None:
    zone.write(RATES, b"rate_date,base_currency,quote_currency,rate,\xff\n2024-01-15,EUR,USD,1.1,x\n")
    assert found(zone.check()) == [(RATES, "unreadable", "hold", None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-02-30,EUR,USD,1.1", "rate_date: date expected, found 2024-02-30; write a day of the calendar"),
        ("31/01/2024,EUR,USD,1.1", "rate_date: date expected, found 31/01/2024"),
        ("2024-01-15,EURO,USD,1.1", "base_currency: varchar(3) expected, found EURO; shorten it"),
        ("2024-01-15,EUR,USD,1e3", "rate: decimal(18,10) expected, found 1e3; write digits"),
        ("2024-01-15,EUR,USD,", "rate: a value is required; fill it at the source"),
        ("2024-01-15,EUR, ,1.1", "quote_currency: a value is required"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_line_value_and_expected_type(
    zone: Zone, line: str, reason: str
) -> None:
    zone.write(RATES, f"{RATES_HEADER}2024-01-15,EUR,GBP,0.86\n{line}\n")
    report = zone.check()
    assert [item.line for item in report.findings] == [3]
    assert only_reason(report).startswith(reason)


def test_a_line_of_another_store_than_that_of_the_folder_is_rejected(zone: Zone) -> None:
    """It would count as that store's own line, and go or stay with the wrong delivery."""
    lines = ["S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99", "S2,R1,1,2024-01-15 09:30:00,SKU1,1,9.99"]
    zone.write(SALES, SALES_HEADER + "\n".join(lines) + "\n")
    zone.manifest(SALES, 2)
    report = zone.check()
    assert found(report) == [(SALES, "folder", "reject", 3)]
    assert only_reason(report) == (
        "store_id: its folder is that of another, found S2; write it to the folder that is named like it"
    )


@pytest.mark.parametrize("quantity", ["1.0", "1.5", "1e3", "1_000", "99999999999999999999", "one"])
def test_an_integer_is_digits_only(zone: Zone, quantity: str) -> None:
    zone.write(SALES, SALES_HEADER + f"S1,R1,1,2024-01-15 09:30:00,SKU1,{quantity},9.99\n")
    zone.manifest(SALES, 1)
    report = zone.check()
    assert found(report) == [(SALES, "value", "reject", 2)]
    assert f"quantity: bigint expected, found {quantity}" in only_reason(report)


@pytest.mark.parametrize("line", ["[1, 2]", "12", '{"payment_id": "P1"', '{"a": 1}{"a": 2}', "{'a': 1}"])
def test_a_json_line_that_is_no_object_is_rejected(zone: Zone, line: str) -> None:
    zone.write(PAYMENTS, f"{json.dumps(PAYMENT)}\n{line}\n")
    assert found(zone.check()) == [(PAYMENTS, "not_an_object", "reject", 2)]


def test_values_of_json_are_judged(zone: Zone) -> None:
    records = [
        PAYMENT | {"amount": "12,50"},
        PAYMENT | {"payment_at": "2024-01-15 24:00:00"},
        PAYMENT | {"order_id": None},
        PAYMENT | {"installments": 3, "amount": 12.5},
    ]
    zone.write(PAYMENTS, "".join(json.dumps(record) + "\n" for record in records))
    assert found(zone.check()) == [
        (PAYMENTS, "required", "reject", 3),
        (PAYMENTS, "value", "reject", 1),
        (PAYMENTS, "value", "reject", 2),
    ]


def test_a_record_longer_than_redshift_holds_is_rejected(zone: Zone) -> None:
    zone.write(PAYMENTS, json.dumps(PAYMENT | {"note": "x" * 70_000}) + "\n")
    assert found(zone.check()) == [(PAYMENTS, "too_long", "reject", 1)]


def test_a_store_csv_waits_for_its_manifest(zone: Zone) -> None:
    zone.write(SALES, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    assert found(zone.check()) == [(SALES, "manifest", "hold", None)]


def test_a_store_csv_with_another_checksum_than_its_manifest_waits(zone: Zone) -> None:
    zone.write(SALES, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    zone.manifest(SALES, 1, sha256="0" * 64)
    report = zone.check()
    assert found(report) == [(SALES, "manifest", "hold", None)]
    assert "checksum" in only_reason(report)


def test_a_store_csv_waits_while_its_manifest_names_a_moment_that_is_none_in_utc(zone: Zone) -> None:
    zone.write(SALES, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    zone.manifest(SALES, 1, produced_at="0001-01-01T00:00:00+14:00")
    assert found(zone.check()) == [(SALES, "manifest", "hold", None)]


def test_a_manifest_with_another_count_than_its_file_is_found(zone: Zone) -> None:
    zone.write(SALES, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    zone.manifest(SALES, 2)
    report = zone.check()
    assert {(item.file, item.kind) for item in report.findings} == {(SALES, "manifest")}
    assert report.exit_status == 1


def test_a_correction_has_a_manifest_of_its_own(zone: Zone) -> None:
    correction = SALES.replace("sales.csv", "sales.r2.csv")
    for file in (SALES, correction):
        zone.write(file, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    zone.manifest(SALES, 1)
    assert found(zone.check()) == [(correction, "manifest", "hold", None)]
    zone.manifest(correction, 1, revision=2)
    assert found(zone.check()) == []


@pytest.mark.parametrize(
    "manifest",
    [None, {"complete": False, "files": 1}, {"complete": True, "files": 2}],
    ids=["none", "not complete", "a file is missing"],
)
def test_a_reload_waits_for_a_complete_manifest(zone: Zone, manifest: dict[str, object] | None) -> None:
    folder = "shop/orders/2024/01/20/reload-0100"
    file = zone.orders(f"{folder}/LOAD00000001.parquet", "")
    if manifest:
        zone.write(f"{folder}/_manifest.json", json.dumps(manifest))
    assert found(zone.check()) == [(file, "reload", "hold", None)]


def test_a_complete_reload_is_taken(zone: Zone) -> None:
    folder = "shop/orders/2024/01/20/reload-0100"
    zone.orders(f"{folder}/LOAD00000001.parquet", "")
    stated = {"complete": True, "files": 1, "records": 1, "checkpoint": "0100"}
    zone.write(f"{folder}/_manifest.json", json.dumps(stated))
    assert found(zone.check()) == []


@pytest.mark.parametrize("file", [RATES, PRICES, PAYMENTS])
def test_a_name_without_produced_at_is_held(zone: Zone, file: str) -> None:
    header = {RATES: RATES_HEADER, PRICES: PRICES_HEADER, PAYMENTS: ""}[file]
    unnamed = zone.write(file.replace(".20240115T160000Z", ""), header + "anything\n")
    report = zone.check()
    assert found(report) == [(unnamed, "contract_break", "hold", None)]
    assert "YYYYMMDDTHHMMSSZ" in only_reason(report)


def test_a_full_dump_with_a_rejected_record_is_held_as_a_whole(zone: Zone) -> None:
    zone.write(PRICES, PRICES_HEADER + "S1,P1,1.5,EUR\nS1,P2,free,EUR\n")
    assert found(zone.check()) == [(PRICES, "full_dump", "hold", None), (PRICES, "value", "reject", 3)]


def test_personal_data_are_not_printed(zone: Zone) -> None:
    file = zone.parquet(
        "shop/customers/2024/01/15/103000-1.parquet",
        "select 'C1' as customer_id, '31/12/1970' as birth_date, 'ann@example.org' as email, 'I' as Op,"
        " timestamp '2024-01-15' as _commit_ts, '1' as _change_seq",
    )
    report = zone.check()
    printed = "\n".join(lines(report, 3)) + json.dumps(as_json(report))
    assert (file, "value", "reject", 1) in found(report)
    assert "birth_date: date expected" in printed
    assert "1970" not in printed
    assert "ann@example.org" not in printed


def test_the_first_three_of_a_kind_are_printed_and_the_rest_counted(zone: Zone) -> None:
    zone.write(RATES, RATES_HEADER + "2024-01-15,EUR,USD,x\n" * 44 + "2024-01-15,EUR\n")
    report = zone.check()
    assert list(lines(report, 3)) == [
        RATES,
        "  rejects the record: line 46: 4 fields expected, found 2; write as many fields as the header has,"
        " and no comma, quote or line break within a value",
        *(
            f"  rejects the record: line {line}: rate: decimal(18,10) expected, found x; write digits with a"
            " point and no more decimals than that, such as 12.5"
            for line in (2, 3, 4)
        ),
        "  ... and 41 more of this kind",
        "1 file, 45 records read: 0 files held, 45 records rejected, 0 warnings",
    ]


def test_json_gives_counts_and_examples(zone: Zone) -> None:
    zone.write(RATES, RATES_HEADER + "2024-01-15,EUR,USD,x\n" * 5)
    report = as_json(zone.check(limit=1))
    assert report["rejected_records"] == 5
    assert report["held_files"] == []
    assert [(item["file"], item["kind"], item["count"]) for item in report["findings"]] == [
        (RATES, "value", 5)
    ]
    assert [example["line"] for example in report["findings"][0]["examples"]] == [2]


def test_a_reload_waits_for_its_unreadable_part(zone: Zone) -> None:
    folder = "shop/orders/2024/01/20/reload-0100"
    good = zone.orders(f"{folder}/LOAD00000001.parquet", "")
    broken = zone.write(f"{folder}/LOAD00000002.parquet", b"PAR1 and no more")
    zone.write(f"{folder}/_manifest.json", json.dumps({"complete": True, "files": 2}))
    assert found(zone.check()) == [(good, "reload", "hold", None), (broken, "reload", "hold", None)]


def test_a_reload_waits_for_a_row_that_would_be_rejected(zone: Zone) -> None:
    folder = "shop/orders/2024/01/20/reload-0100"
    select = f"select {ORDER} union all by name select * replace (null as order_status) from (select {ORDER})"
    file = zone.parquet(f"{folder}/LOAD00000001.parquet", select)
    zone.write(f"{folder}/_manifest.json", json.dumps({"complete": True, "files": 1}))
    report = zone.check()
    assert found(report) == [(file, "reload", "hold", None)]
    assert "order_status" in only_reason(report)


def test_a_change_sequence_that_is_a_number_holds_the_file(zone: Zone) -> None:
    file = zone.orders(CHANGES, "'I' as Op, 9 as _change_seq")
    assert found(zone.check()) == [(file, "contract_break", "hold", None)]


def test_a_name_that_reads_as_a_pattern_holds_the_file(zone: Zone) -> None:
    file = zone.write(RATES.replace("rates.", "rates*."), RATES_HEADER + "2024-01-15,EUR,USD,1.1\n")
    assert found(zone.check()) == [(file, "contract_break", "hold", None)]


def test_a_fraction_is_no_whole_number_and_is_not_rounded(zone: Zone) -> None:
    item = "'I1' as order_item_id, 'O1' as order_id, 1 as line_number, 'sale' as line_type, 1.0 as unit_price"
    change = "'I' as Op, timestamp '2024-01-15 10:00:01' as _commit_ts"
    file = zone.parquet(
        "shop/order_items/2024/01/15/030000-1.parquet",
        f"select {item}, {change}, '1' as _change_seq, 1.5::double as quantity"
        f" union all select {item}, {change}, '2', 2.0",
    )
    report = zone.check()
    assert [(item.file, item.effect) for item in report.findings if item.effect == "reject"] == [
        (file, "reject")
    ]
    assert report.rejected == 1


@pytest.mark.parametrize(
    "file",
    [
        "shop/orders/orders.parquet",
        "shop/orders/2024/01/15/x[1].parquet",
        "shop/orders/2024/01/15/x*.parquet",
    ],
)
def test_a_file_that_is_misplaced_and_cannot_be_read_is_held_for_its_place(zone: Zone, file: str) -> None:
    zone.write(file, b"PAR1 and no more")
    report = zone.check()
    assert [(item.file, item.effect) for item in report.findings] == [(file, "hold")]


def test_the_one_strange_column_is_taken_for_the_one_that_is_missing(zone: Zone) -> None:
    zone.write(RATES, "rate_date,base_currency,quote_currency,price\n2024-01-15,EUR,USD,1.1\n")
    assert "required column rate is missing: found 'price', did you mean rate?" in only_reason(zone.check())


def test_the_first_revision_may_be_called_so_and_has_the_plain_manifest(zone: Zone) -> None:
    file = SALES.replace("sales.csv", "sales.r1.csv")
    zone.write(file, SALES_HEADER + "S1,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    manifest = zone.root / zone.manifest(file, 1)
    manifest.rename(manifest.with_name("_manifest.json"))
    assert found(zone.check()) == []


def test_a_null_character_of_parquet_is_named_with_its_remedy(zone: Zone) -> None:
    order = ORDER.replace("'O1'", "'O' || chr(0)")
    zone.parquet(CHANGES, f"select {order}, 'I' as Op, '0001' as _change_seq")
    [finding] = [item for item in zone.check().findings if item.effect == "reject"]
    assert (finding.kind, finding.reason) == ("null_character", "order_id: the value holds a null character")


def test_a_reason_quotes_a_hundred_characters_of_a_value_and_no_more(zone: Zone) -> None:
    zone.write(PAYMENTS, json.dumps(PAYMENT | {"order_id": "x" * 60_000}) + "\n")
    order = ORDER.replace("'web'", "repeat('é', 5000)")
    zone.parquet(CHANGES, f"select {order}, 'I' as Op, '0001' as _change_seq")
    reasons = {item.file: item.reason for item in zone.check().findings if item.effect == "reject"}
    assert reasons[PAYMENTS] == f"order_id: varchar(64) expected, found {'x' * 100}"
    assert re.fullmatch(f"channel_code: varchar.* expected, found {'é' * 100}", reasons[CHANGES])
