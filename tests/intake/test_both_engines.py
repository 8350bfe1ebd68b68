"""Files that come late, broken, in other shapes or are changed: both engines say the same of them."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.intake.conftest import Workshop, changed_environment
from tests.intake.landing import SALES_HEADER, items, parquet, payment, sales_file, sales_manifest, write
from tests.warehouse.building import Outcome

from duckshift.errors import UserError
from duckshift.intake import IntakeReport
from duckshift.intake.registry import register

# For every change parity takes a whole landing zone in on both engines.
pytestmark = pytest.mark.full

MODELS = ("bronze", "ops_landed_records", "ops_load_ledger")
PAYMENTS = "payments/transactions/dt=2024-01-15/page-00001.20240115T160000Z.json"
BY_SPECTRUM = ("--vars", "landing_read: spectrum")
ITEMS = "bronze.bronze_shop__order_items"
REPLAYED_SALES = sales_file("S1").replace("sales.csv", "sales.r1-replay-0123456789ab.csv")
EVENTS = "web/events/2024/01/15/16/events-1.json.gz"


@dataclass(frozen=True)
class Story:
    """What happened, in order."""

    workshop: Workshop
    before_intake: str  # what a run said that came before any intake
    left_by_crash: int  # objects on S3 of an intake that ended before Redshift was told
    first: IntakeReport
    second: IntakeReport  # right after the first
    statements: list[str]  # what Redshift was asked while it loaded
    after_first: list[str]  # what differs between the engines
    lines: list[tuple[object, ...]]
    items: list[tuple[object, ...]]
    later: IntakeReport  # after the second delivery
    later_statements: list[str]
    after_later: list[str]
    ledger: list[tuple[object, ...]]
    refused: Outcome  # loading everything again from external tables, of which partitions are missing
    loaded_when_refused: list[tuple[object, ...]]
    by_spectrum: list[str]  # what differs when they are all there


def event(key: str) -> bytes:
    """Return a web event whose id is cut out of Latin-1, so that `\xff` is no UTF-8."""
    text = (
        '{"event_id":"' + key + '","event_name":"}{","event_at":"2024-01-15 10:00:00","visitor_id":"V1",'
        '"value":1.50,"context":{"device":{"os":"iOS"}},"items":[{"product_id":"P-1","price":9.90}]}'
    )
    return text.encode("latin-1")


def first_delivery(root: Path) -> None:
    items(root, "2024/01/15/1-1", "'1' as _change_seq, 'i1' as order_item_id, 3 as quantity")
    items(root, "2024/01/15/1-2", "'2' as _change_seq, '3' as quantity, 1 as \"it's\", 'i2' as order_item_id")
    items(
        root,
        "2024/01/15/1-3",
        "[1] as note, 1.5::double as quantity, 'i3' as order_item_id, '3' as _change_seq",
    )
    items(
        root,
        "2024/01/15/1-4",
        "'4' as _change_seq, 'i4' as order_item_id, 4 as quantity, repeat('é', 40000) as note,"
        " 'DE' || chr(0) as line_description",
    )
    items(
        root,
        "2024/01/15/1-5",
        "'45' as _change_seq, 'i7' as order_item_id, 7 as quantity, repeat('é', 5000) as line_description",
    )
    items(
        root,
        "2024/01/15/replay-0123456789ab",
        "'46' as _change_seq, 'i8' as order_item_id, 8 as quantity, '1' as _replay_of",
    )
    parquet(
        root,
        "shop/returns/LOAD00000001.parquet",
        "select 'R1' as return_id, 'O1' as order_id, timestamp '2024-01-15' as returned_at,"
        " 'web' as channel_code, 'EUR' as currency_code, timestamp '2024-01-15' as _commit_ts where false",
    )
    write(
        root,
        PAYMENTS,
        payment()
        + payment(payment_id="P2", note="ß" * 40_000)
        + payment(payment_id="P3\0")
        + payment(
            payment_id="P4", extra={"b": 1.50, "a": [1, 2]}, amount=1e2, authorisation_id={"x": [1, 2.50]}
        )
        + '{"payment_id": "P5", "payment_id": "P6", "amount": 196.30, "order_id": "O\\u00e9\\\\"}\n'
        + "no object\n\n   \n",
    )
    broken = PAYMENTS.replace("00001", "00002")
    write(root, broken, b'{"payment_id": "P7\xff"}\n' + payment(payment_id="P8\x01 ").encode())
    write(
        root,
        sales_file("S1"),
        "quantity,note,product_code,sold_at,line_number,receipt_id,store_id,unit_price\r\n"
        '1,"hot",SKU1,2024-01-15 09:30:00,1,R1,S1,9.99\r\n'
        "2,,SKU2,2024-01-15 09:30:00,2,R1,S1,9.990000\r\n"
        "2,too few\r\n"
        "2,a\0b,SKU2,2024-01-15 09:30:00,3,R1,S1,1\r\n"
        f"{'x' * 70_000},,SKU2,2024-01-15 09:30:00,4,R1,S1,1\r\n",
    )
    sales_manifest(root, "S1", 5)
    write(root, REPLAYED_SALES, f"{SALES_HEADER},_replay_of\nS1,R1,2,2024-01-15 09:30:00,SKU2,2,9.99,1\n")
    sales_manifest(root, "S1", 1, REPLAYED_SALES)
    long = PAYMENTS.replace("00001", "00003")
    write(root, long, payment(payment_id="P9", order_id="é" * 5000) + payment(order_id="x" * 60_000))
    write(root, sales_file("S2"), f"{SALES_HEADER}\nS2,R1,1,2024-01-15 09:30:00,SKU1,1,9.99\n")
    write(
        root,
        "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv",
        "rate_date,base_currency,quote_currency,rate\n",
    )
    write(root, "shop/returns/2024/01/15/1-1.parquet", b"PAR1 and no more")
    write(root, EVENTS, gzip.compress(event("E1") + event("E2") + b"\n" + event("E3\xff") + event("E4")))


def second_delivery(root: Path) -> None:
    sales_manifest(root, "S2", 1)
    items(
        root,
        "2024/01/16/1-1",
        "'5' as _change_seq, 'i5' as order_item_id, 5.0::double as quantity, 2 as colour",
    )
    (root / "shop/order_items/2024/01/15/1-1.parquet").unlink()
    write(root, PAYMENTS, payment(payment_id="P9"))


@pytest.fixture(scope="module")
def story(new_workshop: Callable[[Path], Workshop], tmp_path_factory: pytest.TempPathFactory) -> Story:
    landing = tmp_path_factory.mktemp("zone") / "landing"
    first_delivery(landing)
    workshop = new_workshop(landing)
    early = workshop.on_redshift("run", "--select", "bronze_fx__rates")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duckshift.intake.register", _crash)
        with pytest.raises(OSError, match="the machine went away"):
            workshop.intake()
    left_by_crash = len(list(workshop.s3.rglob("*.parquet")))
    first, second = workshop.intake(), workshop.intake()
    workshop.on_duckdb("run", "--select", *MODELS)
    asked_before = len(workshop.server.statements())
    workshop.on_redshift("run", "--select", *MODELS)
    statements = [str(entry["original"]) for entry in workshop.server.statements()[asked_before:]]
    after_first = workshop.differences()
    lines = workshop.redshift_rows(
        "select payment_id, order_id, amount, _status, _reason, _extra, octet_length(_raw), authorisation_id"
        " from bronze.bronze_payments__transactions where _status != 'file' order by _file, _line"
    )
    order_items = workshop.redshift_rows(
        "select order_item_id, quantity, _status, _reason, _extra"
        f" from {ITEMS} where _status != 'file' order by order_item_id"
    )

    workshop.on_redshift("run-operation", "create_landing_external_tables")

    second_delivery(landing)
    later = workshop.intake()
    manifest = max(workshop.s3.glob("intake/_manifests/shop/order_items/*.manifest"))
    rewrite_as_older(workshop, manifest)
    workshop.on_duckdb("run", "--select", *MODELS)
    asked_before = len(workshop.server.statements())
    workshop.on_redshift("run", "--select", *MODELS)
    later_statements = [str(entry["original"]) for entry in workshop.server.statements()[asked_before:]]
    after_later = workshop.differences()
    ledger = workshop.redshift_rows(
        "select file, file_state, good_record_count, rejected_record_count, is_present"
        " from ops.ops_load_ledger order by file"
    )

    workshop.drop("bronze")
    refused = workshop.try_on_redshift("run", "--select", "bronze", *BY_SPECTRUM)
    loaded = workshop.redshift_rows(
        "select table_name from svv_tables where table_schema = 'bronze' and table_name like '%order_items'"
    )
    workshop.on_redshift("run-operation", "create_landing_external_tables", *BY_SPECTRUM)
    workshop.on_redshift("run", "--select", *MODELS, *BY_SPECTRUM)
    return Story(
        workshop=workshop,
        before_intake=early.output,
        left_by_crash=left_by_crash,
        first=first,
        second=second,
        statements=statements,
        after_first=after_first,
        lines=lines,
        items=order_items,
        later=later,
        later_statements=later_statements,
        after_later=after_later,
        ledger=ledger,
        refused=refused,
        loaded_when_refused=loaded,
        by_spectrum=workshop.differences(),
    )


def _crash(*_: object) -> None:
    raise OSError("the machine went away")


def test_a_run_before_any_intake_builds_empty_tables_and_says_what_to_do(story: Story) -> None:
    hints = [line for line in story.before_intake.splitlines() if "duckshift intake" in line]
    assert len(hints) == 1
    assert "run `duckshift intake`" in hints[0]


def test_both_engines_give_the_same_bronze_and_ledger_at_every_step(story: Story) -> None:
    assert story.after_first == []
    assert story.after_later == []


def test_external_tables_give_the_same_rows_as_copy(story: Story) -> None:
    assert story.by_spectrum == []


def test_after_a_crash_before_redshift_was_told_the_files_are_taken_in_once(story: Story) -> None:
    assert story.left_by_crash > 0
    assert (story.first.files, story.first.waiting, story.first.held) == (14, 1, 1)
    loaded = [(file, good) for file, state, good, *_ in story.ledger if state == "loaded"]
    assert ("shop/order_items/2024/01/15/1-2.parquet", 1) in loaded


def test_a_second_intake_finds_nothing_new(story: Story) -> None:
    assert (story.second.files, story.second.records, story.second.manifests) == (0, 0, 0)
    assert (story.second.waiting, story.second.held) == (1, 1)


def test_records_are_copied_by_manifest_and_no_statement_lists_files(story: Story) -> None:
    copies = [text for text in story.statements if re.search(r"\bcopy landed_", text)]
    # One entity has no records, and nothing to copy.
    assert len(copies) == story.first.manifests - 1 == 5
    assert all(re.search(r" from 's3://\S+/_manifests/\S+' .* manifest$", text) for text in copies)
    landing = story.workshop.landing
    files = [path.relative_to(landing).as_posix() for path in landing.rglob("*.*")]
    assert not [file for file in files if any(file in text for text in story.statements)]


def test_lines_that_redshift_cannot_hold_are_rejected_and_stop_nothing(story: Story) -> None:
    assert [(row[0], row[3], row[4]) for row in story.lines] == [
        ("P1", "loaded", None),
        (None, "rejected", "the line is longer than 65,535 bytes"),
        (None, "rejected", "the line holds a null character"),
        ("P4", "loaded", None),
        ("P5", "rejected", "transaction_type: a value is required"),
        (None, "rejected", "the line is no JSON object"),
        (None, "rejected", "the line holds bytes that are no UTF-8"),
        ("P8\x01 ", "loaded", None),
        ("P9", "rejected", f"order_id: varchar(64) expected, found {'é' * 100}"),
        ("P1", "rejected", f"order_id: varchar(64) expected, found {'x' * 100}"),
    ]
    assert max(int(str(row[6])) for row in story.lines if row[6]) <= 65_535


def test_json_values_read_the_same_whatever_the_engine_makes_of_numbers(story: Story) -> None:
    assert story.lines[3][2] == "100.0"
    assert story.lines[3][5] == '{"extra":{"b":1.5,"a":[1,2]}}'
    assert story.lines[3][7] == '{"x":[1,2.5]}'
    assert story.lines[4][1:3] == ("Oé\\", "196.3")


def test_files_of_several_shapes_load_in_one_batch_and_later(story: Story) -> None:
    assert story.items == [
        ("i1", 3, "loaded", None, None),
        ("i2", 3, "loaded", None, '{"it\'s":1}'),
        ("i3", None, "rejected", "quantity: bigint expected, found 1.5", '{"note":[1]}'),
        ("i4", 4, "rejected", "the columns beyond the contract take over 65,535 bytes", None),
        ("i7", 7, "rejected", f"line_description: varchar(512) expected, found {'é' * 100}", None),
        ("i8", 8, "loaded", None, '{"_replay_of":"1"}'),
    ]


def test_what_was_replayed_is_taken_in_like_any_other_file(story: Story) -> None:
    assert [row[1:4] for row in story.ledger if row[0] == REPLAYED_SALES] == [("loaded", 1, 0)]
    replayed = story.workshop.redshift_rows(
        "select receipt_id, line_number, _file_version, _extra from bronze.bronze_pos__sales"
        f" where _file = '{REPLAYED_SALES}' and _status = 'loaded'"
    )
    assert replayed == [("R1", "2", 1, '{"_replay_of":"1"}')]


def test_what_waited_is_taken_in_and_what_changed_is_reported(story: Story) -> None:
    assert (story.later.files, story.later.waiting, story.later.held) == (2, 0, 2)
    states = {str(file): state for file, state, *_ in story.ledger}
    assert states[sales_file("S2")] == "loaded"
    assert states[PAYMENTS] == "changed"
    assert states["shop/returns/2024/01/15/1-1.parquet"] == "unreadable"
    gone = "shop/order_items/2024/01/15/1-1.parquet"
    assert [row[1:] for row in story.ledger if row[0] == gone] == [("loaded", 1, 0, False)]


def test_a_file_without_records_leaves_its_trace(story: Story) -> None:
    counts = {str(row[0]): row[2:4] for row in story.ledger}
    assert counts["shop/returns/LOAD00000001.parquet"] == (0, 0)
    assert counts["fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"] == (0, 0)


def test_of_two_intakes_at_once_one_gives_way(story: Story) -> None:
    workshop = story.workshop
    items(workshop.landing, "2024/01/17/1-1", "'6' as _change_seq, 'i6' as order_item_id, 6 as quantity")
    quicker: list[IntakeReport] = []

    def register_second(*arguments: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("duckshift.intake.register", register)
            quicker.append(workshop.intake())
        with changed_environment(workshop.variables):
            register(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duckshift.intake.register", register_second)
        with pytest.raises(UserError, match="another intake has taken in the same files"):
            workshop.intake()
    assert quicker[0].files == 1
    assert workshop.intake().files == 0
    manifests = "select count(*) from ops.landed_objects where file like '%/2024/01/17/1-1.parquet'"
    assert workshop.redshift_rows(manifests) == [(1,)]


def test_partitions_that_nobody_registered_stop_the_load(story: Story) -> None:
    assert story.refused.status == 1
    assert re.search(
        r"shop/order_items: the manifests count 7 records, 6 were read:"
        r" run `dbt run-operation create_landing_external_tables`",
        " ".join(story.refused.output.split()),
    )
    assert story.loaded_when_refused == []


def test_a_manifest_of_an_older_contract_loads_by_name(story: Story) -> None:
    copies = [text for text in story.later_statements if re.search(r"\bcopy landed_shop__order_items", text)]
    assert [re.findall(r"copy (\w+)", text) for text in copies] == [["landed_shop__order_items__1"]]
    latest = (
        f"select quantity, unit_price, supplier_id, _status, _extra from {ITEMS} where order_item_id = 'i5'"
    )
    assert story.workshop.redshift_rows(latest) == [(5, Decimal("2.5"), None, "loaded", '{"colour":2}')]


def rewrite_as_older(workshop: Workshop, manifest: Path) -> None:
    """Make the Parquet file of a manifest one of a contract without supplier_id, and quantity first."""
    (entry,) = json.loads(manifest.read_text())["entries"]
    path = workshop.server.s3_root / str(entry["url"]).removeprefix("s3://")
    older = path.with_name("older")
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select quantity, * exclude (quantity, supplier_id)"
            f" from read_parquet('{path}', hive_partitioning = false)) to '{older}' (format parquet)"
        )
    older.replace(path)
    entry["meta"]["content_length"] = path.stat().st_size
    manifest.write_text(json.dumps({"entries": [entry]}))
    with workshop.server.connect() as connection:
        cursor = connection.cursor()
        name = f"%/shop/order_items/{manifest.name}"
        cursor.execute("select columns_written from ops.landed_manifests where manifest like %s", (name,))
        ((columns_written,),) = cursor.fetchall()
        columns = json.loads(columns_written)
        kept = [column for column in columns if column["name"] not in ("quantity", "supplier_id")]
        written = json.dumps([{"name": "quantity", "data_type": "bigint"}, *kept])
        cursor.execute(
            "update ops.landed_manifests set columns_written = %s where manifest like %s", (written, name)
        )
