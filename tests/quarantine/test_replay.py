"""`duckshift quarantine replay` delivers what passes, changes nothing unasked, and stops for no record."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.quarantine.quick_warehouse import Zone, judged, write, write_parquet

from duckshift.errors import UserError
from duckshift.quarantine.mending import Correction
from duckshift.quarantine.replay import replay

RATES = "fx/rates/dt=2024-01-15/rates.20240115T160000Z.csv"
RATES_HEADER = "rate_date,base_currency,quote_currency,rate\n"
PAYMENTS = "payments/transactions/dt=2024-01-15/page-00001.20240115T002000Z.json"
EVENTS = "web/events/2024/01/15/10/events-1.json.gz"
CUSTOMERS = "shop/customers/2024/01/15/040000-1.parquet"
ITEMS = "shop/order_items/2024/01/15/040000-1.parquet"
ORDERS = "shop/orders/2024/01/15/notes.parquet"
CHANGE = "'I' as \"Op\", timestamp '2024-01-15 03:00:00' as _commit_ts, '20240115030000001' as _change_seq"
CUSTOMER = (
    "'C-1' as customer_id, 'jo@mail.example' as email, 'Jo' || chr(0) || 'e' as first_name,"
    " timestamp '2024-01-01 10:00:00' as created_at"
)
ITEM = "'I-1' as order_item_id, 'O-1' as order_id, 'sale' as line_type"
PAYMENT = {
    "payment_id": "PAY-1",
    "order_id": "O-1",
    "transaction_type": "capture",
    "payment_method": "card",
    "amount": "9,99",
    "currency_code": "EUR",
    "payment_at": "2024-01-14 12:00:00",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def run(zone: Zone, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command as a user does."""
    return subprocess.run(
        [Path(sys.executable).with_name("duckshift"), "quarantine", *arguments],
        env={
            "DUCKSHIFT_DATABASE": str(zone.database),
            "DUCKSHIFT_LANDING_ROOT": str(zone.root),
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def replays(root: Path) -> list[str]:
    """Return the data files that a replay wrote."""
    return sorted(path.name for path in root.rglob("*replay-*") if "_replays" not in path.parts)


def test_a_quoted_line_stays_open_and_stops_no_other_record(root: Path) -> None:
    write(root, RATES, f'{RATES_HEADER}"2024-01-15,EUR,USD,1.1\n31/01/2024,EUR,USD,1.2\n')
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    said = {
        zone.key(PAYMENTS, 1): Correction({"amount": "9.99"}),
        zone.key(RATES, 2): Correction({"rate": "1.3"}),
        zone.key(RATES, 3): Correction({"rate_date": "2024-01-31"}),
    }
    report = replay(zone.database, root, corrections=said)
    assert sorted(report.files.values()) == [1, 1]
    [(reject, reason)] = report.refused
    assert (reject.line, reason.partition(":")[0]) == (2, "rate_date")
    assert "no comma, quote or line break" in reason
    assert replay(zone.database, root).refused[0][0].line == 2


def test_a_delivery_that_would_be_held_stops_no_other(root: Path) -> None:
    # A column became required since: the file with the mended line would be held.
    write(root, RATES, "rate_date,base_currency,quote_currency,rate\n31/01/2024,EUR,USD,1.2\n")
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    said = {
        zone.key(PAYMENTS, 1): Correction({"amount": "9.99"}),
        zone.key(RATES, 2): Correction({"rate_date": "2024-01-31"}),
    }
    write(root, RATES, "rate_date,base_currency,quote_currency,rat3\n31/01/2024,EUR,USD,1.2\n")
    report = replay(zone.database, root, corrections=said)
    assert [Path(file).parts[0] for file in report.files] == ["payments"]
    [(reject, reason)] = report.refused
    assert reject.file == RATES
    assert "would be held: it lacks required column rate" in reason


def test_a_null_character_of_parquet_passes_only_when_a_person_says_what_it_should_be(root: Path) -> None:
    write_parquet(root, CUSTOMERS, f"select {CUSTOMER}, chr(0) || 'x' as last_name, {CHANGE}")
    zone = judged(root)
    report = replay(zone.database, root)
    assert report.files == {}
    assert report.refused[0][0].reason == "first_name: the value holds a null character"
    key = zone.key(CUSTOMERS, 1)
    half = replay(zone.database, root, corrections={key: Correction({"first_name": "Joe"})})
    assert half.files == {}, "the other column would be changed without a word"
    both = Correction({"first_name": "Joe", "last_name": "X"})
    [file] = replay(zone.database, root, corrections={key: both}).files
    assert zone.records(file, "_status, first_name, last_name") == [("loaded", "Joe", "X")]


def test_a_line_with_a_null_character_passes_only_as_a_whole_line(root: Path) -> None:
    write(root, RATES, f"{RATES_HEADER}2024-01-15,E\0R,USD,1.1\n")
    zone = judged(root)
    key = zone.key(RATES, 2)
    for correction in (Correction(), Correction({"rate": "1.2"})):
        assert replay(zone.database, root, corrections={key: correction}).files == {}
    whole = Correction(line="2024-01-15,EUR,USD,1.1")
    [file] = replay(zone.database, root, corrections={key: whole}).files
    assert zone.records(file, "_status, base_currency") == [("loaded", "EUR")]


def test_a_replay_of_parquet_keeps_what_the_contract_does_not_know(root: Path) -> None:
    columns = (
        f'{ITEM}, 1 as line_number, \'many\' as quantity, 2.5 as unit_price, \'blue\' as "the ""colour"""'
    )
    write_parquet(root, ITEMS, f"select {columns}, [1, 2] as sizes, {CHANGE}")
    zone = judged(root)
    key = zone.key(ITEMS, 1)
    [file] = replay(zone.database, root, corrections={key: Correction({"quantity": "2"})}).files
    [(extra,)] = zone.records(file, "_extra")
    assert json.loads(str(extra)) == {'the "colour"': "blue", "sizes": "[1, 2]", "_replay_of": str(key)}


def test_a_number_of_parquet_that_was_taken_is_taken_again(root: Path) -> None:
    columns = f"{ITEM}, 1.0::double as line_number, 'many' as quantity, 0.30000000000000004 as unit_price"
    write_parquet(root, ITEMS, f"select {columns.replace('04 as', '04::double as')}, {CHANGE}")
    zone = judged(root)
    said = {zone.key(ITEMS, 1): Correction({"quantity": "2"})}
    report = replay(zone.database, root, corrections=said)
    assert report.refused == []
    [file] = report.files
    rows = zone.records(file, "line_number, quantity, cast(unit_price as double)")
    assert rows == [(1, 2, 0.3)]


@pytest.mark.parametrize("is_trial", [True, False])
def test_nothing_is_delivered_to_a_root_that_the_warehouse_was_not_built_from(
    root: Path, tmp_path: Path, *, is_trial: bool
) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    said = {zone.key(PAYMENTS, 1): Correction({"amount": "9.99"})}
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UserError, match=r"was not built from .*other: name its landing root with --root"):
        replay(zone.database, other, corrections=said, is_trial=is_trial)
    # That of another retailer has a file of that name, too.
    write(other, PAYMENTS, json.dumps(PAYMENT | {"order_id": "O-123"}))
    with pytest.raises(UserError, match="was not built from"):
        replay(zone.database, other, corrections=said, is_trial=is_trial)
    assert replays(other) == []
    assert replay(zone.database, root, corrections=said, is_trial=is_trial).refused == []


def test_files_that_have_expired_do_not_make_a_root_a_stranger(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    write(root, RATES, f"{RATES_HEADER}2024-01-15,EUR,USD,1.1\n")
    zone = judged(root)
    (root / PAYMENTS).unlink()
    zone.execute(f"update ops.landed_objects set is_present = false where file = '{PAYMENTS}'")
    said = {zone.key(PAYMENTS, 1): Correction({"amount": "9.99"})}
    assert list(replay(zone.database, root, corrections=said).files.values()) == [1]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("shop/orders/2024/01/15/notes.csv", b"no parquet"),
        ("shop/orders/2024/01/15/x[1].parquet", b"PAR1 and no more"),
        ("shop/orders/2024/01/15/gone[1].parquet", None),
    ],
)
def test_a_file_that_cannot_be_renamed_stays_open(root: Path, file: str, content: bytes | None) -> None:
    write(root, file, content or b"PAR1")
    write(root, RATES, RATES_HEADER)
    zone = judged(root)
    if content is None:
        (root / file).unlink()
        zone.execute(f"update ops.landed_objects set is_present = false where file = '{file}'")
    report = replay(zone.database, root, entity="shop/orders", renames={"a": "b"})
    assert [item.file for item, _ in report.refused] == [file]


def test_a_receipt_that_is_none_is_named(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    receipt = "_replays/payments/transactions/half.json"
    for content in ("{", "[]", '{"file": "x"}'):
        write(root, receipt, content)
        with pytest.raises(UserError, match=r"half\.json is no receipt of a replay"):
            replay(zone.database, root)


def test_a_receipt_holds_no_value(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    replay(zone.database, root, corrections={zone.key(PAYMENTS, 1): Correction({"amount": "8.88"})})
    [receipt] = (root / "_replays").rglob("*.json")
    told = json.loads(receipt.read_text())["records"][0]
    assert told["reason_kind"] == "amount: decimal(18,2) expected"
    held = receipt.read_text().replace(json.dumps(told["file"]), "")
    assert [value for value in (*PAYMENT.values(), "8.88") if value in held] == []


def test_a_list_quotes_the_value_that_broke_the_rule_and_no_other(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    long = CUSTOMER.replace("chr(0)", "repeat('x', 300)")
    write_parquet(root, CUSTOMERS, f"select {long}, {CHANGE}")
    zone = judged(root)
    listed = run(zone, "list")
    assert listed.returncode == 0, listed.stderr
    assert "amount: decimal(18,2) expected, found 9,99" in listed.stdout
    assert "first_name: varchar(128) expected\n" in listed.stdout, "a name is personal data"
    others = {name: value for name, value in PAYMENT.items() if name != "amount"}
    texts = [*others.values(), "jo@mail.example", "Jo", "xxx"]
    reasons = listed.stdout.replace(PAYMENTS, "").replace(CUSTOMERS, "")
    assert [text for text in texts if text in reasons] == []


def test_what_is_said_of_a_reject_is_never_passed_over(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    write(root, "fx/rates/dt=2024-01-16/rates.20240116T160000Z.csv", "rate_date\n2024-01-15\n")
    zone = judged(root)
    record = zone.key(PAYMENTS, 1)
    file = zone.key("fx/rates/dt=2024-01-16/rates.20240116T160000Z.csv")
    told = run(zone, "replay", "--key", str(file), "--line", "a")
    assert told.returncode == 2
    assert f"{file} is a file: name its columns with --rename" in told.stderr
    for command in ("replay", "list"):
        told = run(zone, command, "--entity", "payment/transactions")
        assert told.returncode == 2
        assert "has no entity payment/transactions: is it payments/transactions?" in told.stderr
    told = run(zone, "replay", "--entity", "fx/rates", "--key", str(record))
    assert told.returncode == 2
    assert f"{record} is no reject of fx/rates" in told.stderr
    zone.execute("update quarantine.quarantined_records set reject_state = 'replayed'")
    told = run(zone, "replay", "--key", str(record), "--set", "amount=1")
    assert told.returncode == 2
    assert f"{record} has been replayed" in told.stderr
    assert replays(root) == []


def test_a_trial_says_what_the_next_build_would_do_and_asks_for_nothing(root: Path) -> None:
    write(root, RATES, "rate_date\n2024-01-15\n")
    zone = judged(root)
    # As after a change of the contract: it passes now.
    size = (root / RATES).stat().st_size
    write(root, RATES, RATES_HEADER)
    zone.execute(f"update ops.landed_objects set bytes = {len(RATES_HEADER)} where bytes = {size}")
    assert f"would be looked at again by the next build: {RATES}" in run(zone, "replay", "--dry-run").stdout
    assert f"\nlooked at again by the next build: {RATES}" in f"\n{run(zone, 'replay').stdout}"


def test_a_landing_zone_that_cannot_be_written_is_told_in_one_line(root: Path) -> None:
    write(root, PAYMENTS, json.dumps(PAYMENT))
    zone = judged(root)
    write(root, "_replays", "a file where the folder of receipts should be")
    told = run(zone, "replay", "--key", str(zone.key(PAYMENTS, 1)), "--set", "amount=1")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert "_replays" in told.stderr


NEW_RATES = "fx/rates/dt=2024-01-16/rates.20240116T160000Z.csv"


def test_a_corrected_export_closes_the_rejects_that_it_names_and_stays_what_counts(root: Path) -> None:
    write(
        root, RATES, f"{RATES_HEADER}2024-01-15,EUR,USD,1.1O\n2024-01-15,EUR,GBP,O.86\n31/01/2024,EUR,CHF,1\n"
    )
    write(root, NEW_RATES, f"{RATES_HEADER}2024-01-15,EUR,USD,1.10\n2024-01-15,EUR,GBP,0.86\n")
    zone = judged(root)
    report = replay(zone.database, root, corrected=Path(NEW_RATES))
    [file] = report.files
    # A part of the export that was refused: the newer one supersedes it.
    assert file.endswith(".20240115T160000Z.csv")
    rows = zone.records(file, "_status, quote_currency, cast(rate as double)")
    assert rows == [("loaded", "USD", 1.1), ("loaded", "GBP", 0.86)]
    [(reject, reason)] = report.refused
    assert (reject.line, reason.partition(":")[0]) == (4, f"{NEW_RATES} holds no record with its key")


def test_a_corrected_dump_mends_the_one_before(root: Path) -> None:
    header = "supplier_id,product_id,unit_cost,currency_code,minimum_order_quantity\n"
    old, new = (
        f"supplier/price_list/dt=2024-01-{day}/price_list.202401{day}T060000Z.csv" for day in (11, 12)
    )
    write(root, old, f"{header}S-1,P-1,6.00,EUR,\nS-1,P-2,1O.00,EUR,\n")
    write(root, new, f"{header}S-1,P-1,6.00,EUR,\nS-1,P-2,10.00,EUR,\n")
    zone = judged(root)
    told = run(zone, "replay", "--from", str(root / new))
    assert told.returncode == 0, told.stderr
    [name] = [name for name in replays(root) if name.endswith(".csv")]
    assert name.endswith(".20240111T060000Z.csv")
    rows = zone.records(f"supplier/price_list/dt=2024-01-20/{name}", "product_id, cast(unit_cost as double)")
    assert rows == [("P-1", 6.0), ("P-2", 10.0)]


def test_an_event_that_comes_again_closes_its_reject(root: Path) -> None:
    good = {
        "event_id": "E-1", "event_name": "page_view", "event_at": "2024-01-15 10:00:00", "visitor_id": "V-1",
        "context": {"device": "phone"},
    }  # fmt: skip
    later = EVENTS.replace("/10/", "/11/")
    write(root, EVENTS, gzip.compress(json.dumps(good | {"event_at": "noon", "context": {}}).encode()))
    write(root, later, gzip.compress(json.dumps(good).encode()))
    zone = judged(root)
    [file] = replay(zone.database, root, corrected=Path(later)).files
    columns = "_status, event_id, event_at, context"
    assert zone.records(file, columns) == zone.records(later, columns)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (RATES, "is no newer than its file"),
        ("fx/rates/nowhere.csv", "is no file of an entity"),
        (CUSTOMERS, "is corrected by a change of its own"),
    ],
)
def test_what_is_no_correction_corrects_nothing(root: Path, file: str, words: str) -> None:
    write(root, RATES, f"{RATES_HEADER}2024-01-15,EUR,USD,1.1O\n2024-01-15,EUR,USD,1.1\n")
    write_parquet(root, CUSTOMERS, f"select {CUSTOMER}, {CHANGE}")
    zone = judged(root)
    told = run(zone, "replay", "--from", file)
    assert words in told.stdout + told.stderr
    assert replays(root) == []


def test_a_file_of_another_entity_than_the_named_one_is_refused(root: Path) -> None:
    write(root, RATES, f"{RATES_HEADER}2024-01-15,EUR,USD,1.1O\n2024-01-15,EUR,USD,1.1\n")
    zone = judged(root)
    told = run(zone, "replay", "--from", RATES, "--entity", "shop/orders")
    assert told.returncode != 0
    assert "is a file of fx/rates: leave out --entity" in told.stderr
    assert replays(root) == []
