"""What was refused is delivered again when it has been mended, and nothing else moves.

One hand-made landing zone in four stages: with rejects of every kind; replayed; replayed again, with what the
source corrects itself; and the same files built from nothing.
"""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.warehouse.building import Outcome, Warehouse
from tests.warehouse.test_bad_input import (
    LACKING,
    PAYMENTS,
    PRICES,
    PRICES_HEADER,
    RATES,
    RATES_HEADER,
    SALES,
    SALES_HEADER,
    SHORT,
    write,
)

from duckshift.contract import landing_contract
from duckshift.errors import UserError
from duckshift.quarantine.held_files import may_be_looked_at_again
from duckshift.quarantine.mending import Correction, read_corrections
from duckshift.quarantine.rejects import Reject, read_rejects
from duckshift.quarantine.replay import ReplayReport, replay
from duckshift.quarantine.states import ALL
from duckshift.status import read_status

FAILED = "web/events/processing-failed/2024/01/14/10/events-1-2024-01-14-10-00-00.json.gz"
CHANGES = "shop/products/2024/01/15/040000-1.parquet"
EVENT = {
    "event_id": "E-1", "event_name": "page_view", "event_at": "2024-01-14 10:00:00", "visitor_id": "V-1",
    "context": {"user_agent": "Mozilla/5.0"},
}  # fmt: skip
CORRECTED_SALES = SALES.replace("sales.csv", "sales.r2.csv")


def write_sales(root: Path, file: str, lines: str, revision: int, produced_at: str) -> None:
    write(root, file, SALES_HEADER + lines)
    manifest = {
        "file": Path(file).name,
        "records": lines.count("\n"),
        "sha256": hashlib.sha256((root / file).read_bytes()).hexdigest(),
        "produced_at": produced_at,
        "revision": revision,
    }
    name = "_manifest.json" if revision == 1 else f"_manifest.r{revision}.json"
    write(root, f"{Path(file).parent}/{name}", json.dumps(manifest))


def write_rejects(root: Path) -> None:
    """Write a landing zone with rejects of every format."""
    write(root, RATES, RATES_HEADER + (
        b"2024-01-15,EUR,USD,1.095\n31/01/2024,EUR,USD,1.1\n2024-01-15,EUR,\xe9BP,0.86\n2024-01-15,EUR,1.2\n"
    ))  # fmt: skip
    # A later export has another rate for the day of the second line: the corrected one must not replace it.
    write(root, RATES.replace("15T16", "15T17"), RATES_HEADER + b"2024-01-31,EUR,USD,1.3\n")
    write(root, LACKING, "rate_date,base_currency,quote_currency,price\n2024-01-17,EUR,USD,1.17\n")
    write(root, PAYMENTS, (
        '{"payment_id": "PAY-1", "order_id": "O-1", "transaction_type": "capture", "payment_method": "card",'
        ' "amount": "9,99", "currency_code": "EUR", "payment_at": "2024-01-14 12:00:00"}\n'
    ))  # fmt: skip
    write_sales(root, SALES, (
        "S-1,R-1,1,2024-01-15 10:00:00,SKU-1,1,9.99,,0.2,cash,,\n"
        "S-1,R-1,2,2024-01-15 10:00:00,SKU-2,1.5,2,,0.2,cash,,\n"
    ), 1, "2024-01-16T00:05:00Z")  # fmt: skip
    write(root, PRICES[0], PRICES_HEADER + "S-1,P-1,5.00,EUR,1\nS-1,P-2,10.00,EUR,\n")
    write(root, PRICES[1], PRICES_HEADER + "S-1,P-1,6.00,EUR,\nS-1,P-2,1O.00,EUR,\n")
    failure = {
        "attemptsMade": 4,
        "errorCode": "Lambda.FunctionError",
        "rawData": base64.b64encode(json.dumps(EVENT).encode()).decode(),
    }
    (root / FAILED).parent.mkdir(parents=True)
    (root / FAILED).write_bytes(gzip.compress(json.dumps(failure).encode()))
    (root / CHANGES).parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'P-' || n as product_id, 'SKU-' || n as sku, 'a product' as product_name,"
            " 'C-1' as category_id, if(n = 1, '9.99', 'cheap') as list_price, 'EUR' as currency_code,"
            " true as is_active, 'I' as \"Op\", timestamp '2024-01-15 03:00:00' as _commit_ts,"
            f" '2024011503000000' || n as _change_seq from range(1, 3) as numbers(n)) to '{root / CHANGES}'"
            " (format parquet)"
        )


@dataclass(frozen=True)
class Stage:
    """A warehouse after a build, and what was replayed before it."""

    warehouse: Warehouse
    outcome: Outcome
    report: ReplayReport

    def rejects(self) -> dict[tuple[str, int | None], Reject]:
        """Return all rejects by place."""
        return {(item.file, item.line): item for item in read_rejects(self.warehouse.database, state=ALL)}

    def account(self, entity: str) -> tuple[int, ...]:
        """Return landed, loaded, rejected, duplicate and superseded records."""
        [row] = self.warehouse.rows(
            "select landed_record_count, loaded_record_count, rejected_record_count, duplicate_record_count,"
            f" superseded_record_count from ops.ops_record_accounting where entity_name = '{entity}'"
        )
        return row


CORRECTIONS = {
    (RATES, 3): Correction({"rate_date": "2024-01-31"}),
    (RATES, 4): Correction({"quote_currency": "GBP"}),
    (RATES, 5): Correction(line="2024-01-15,EUR,CHF,0.94"),
    (PAYMENTS, 1): Correction({"amount": "9.99"}),
    (SALES, 3): Correction({"quantity": "2"}),
    (PRICES[1], 3): Correction({"unit_cost": "10.50"}),
    (CHANGES, 2): Correction({"list_price": "4.50"}),
}


@pytest.fixture(scope="module")
def stages(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Stage]:
    """The stages, each kept as a copy."""
    landing = tmp_path_factory.mktemp("landing")
    warehouse = new_warehouse(landing)
    stages: dict[str, Stage] = {}

    def build(name: str, report: ReplayReport) -> None:
        outcome = warehouse.dbt("build", *SHORT)
        stages[name] = Stage(warehouse.copy(tmp_path_factory.mktemp(name)), outcome, report)

    write_rejects(landing)
    build("refused", ReplayReport())
    keys = {(item.file, item.line): item.key for item in read_rejects(warehouse.database)}
    report = replay(warehouse.database, landing, renames={"rate": "price"})
    report.files |= replay(
        warehouse.database,
        landing,
        corrections={keys[place]: correction for place, correction in CORRECTIONS.items()},
    ).files
    build("replayed", report)
    again = replay(warehouse.database, landing)
    write_sales(
        landing, CORRECTED_SALES, "S-1,R-1,1,2024-01-15 10:00:00,SKU-1,7,9.99,,0.2,cash,,\n", 2,
        "2024-01-17T00:05:00Z",
    )  # fmt: skip
    build("corrected", again)
    warehouse = new_warehouse(landing)
    build("rebuilt", ReplayReport())
    return stages


@pytest.fixture
def refused(stages: dict[str, Stage]) -> Stage:
    return stages["refused"]


@pytest.fixture
def replayed(stages: dict[str, Stage]) -> Stage:
    return stages["replayed"]


def test_every_reject_is_open_at_first(refused: Stage) -> None:
    rejects = refused.rejects()
    assert rejects.keys() == {*CORRECTIONS, (FAILED, 1), (LACKING, None)}
    assert {item.state for item in rejects.values()} == {"open"}
    kinds = {place: item.kind for place, item in rejects.items()}
    assert kinds == {
        (RATES, 3): "failed_cast", (RATES, 4): "unreadable", (RATES, 5): "unreadable",
        (PAYMENTS, 1): "failed_cast", (SALES, 3): "failed_cast", (PRICES[1], 3): "failed_cast",
        (CHANGES, 2): "failed_cast", (FAILED, 1): "delivery_failed", (LACKING, None): "contract_break",
    }  # fmt: skip


def test_what_was_replayed_says_so_and_nothing_is_gone(refused: Stage, replayed: Stage) -> None:
    before, after = refused.rejects(), replayed.rejects()
    assert before.keys() == after.keys()
    assert {item.state for item in after.values()} == {"replayed"}
    assert {item.replayed_by for item in after.values()} == replayed.report.files.keys()
    [(latest,)] = replayed.warehouse.rows("select max(run_id) from ops.runs")
    runs = replayed.warehouse.rows("select distinct replayed_run_id from quarantine.quarantined_records")
    assert runs == [(latest,)]


def test_a_run_that_failed_for_a_broken_contract_passes_after_its_replay(
    refused: Stage, replayed: Stage
) -> None:
    assert refused.outcome.nodes("fail") == ["assert_no_file_breaks_the_contract"]
    assert replayed.outcome.status == 0, replayed.outcome.output[-4000:]
    assert "warn_of_rejected_records" not in replayed.outcome.nodes("warn")


def test_the_event_within_a_failure_record_is_loaded_whole(replayed: Stage) -> None:
    rows = replayed.warehouse.rows(
        "select event_id, event_name, event_at, visitor_id from silver.stg_web__events"
    )
    assert rows == [("E-1", "page_view", datetime(2024, 1, 14, 10), "V-1")]
    [(context,)] = replayed.warehouse.rows(
        "select context from bronze.bronze_web__events where _status = 'loaded'"
    )
    assert json.loads(context) == EVENT["context"]


def test_corrected_values_are_loaded_in_the_place_of_their_delivery(replayed: Stage) -> None:
    rates = replayed.warehouse.rows(
        "select rate_date, quote_currency, rate from silver.stg_fx__rates order by all"
    )
    assert rates == [
        (date(2024, 1, 15), "CHF", Decimal("0.94")), (date(2024, 1, 15), "GBP", Decimal("0.86")),
        (date(2024, 1, 15), "USD", Decimal("1.095")), (date(2024, 1, 17), "USD", Decimal("1.17")),
        # The later export holds: a record that is mended is no younger than the file it lay in.
        (date(2024, 1, 31), "USD", Decimal("1.3")),
    ]  # fmt: skip
    lines = replayed.warehouse.rows("select line_number, quantity from silver.stg_pos__sales order by all")
    assert lines == [(1, 1), (2, 2)]
    payments = replayed.warehouse.rows("select payment_id, amount from silver.stg_payments__transactions")
    assert payments == [("PAY-1", Decimal("9.99"))]
    products = replayed.warehouse.rows(
        "select product_id, list_price from silver.stg_shop__products order by all"
    )
    assert products == [("P-1", Decimal("9.99")), ("P-2", Decimal("4.50"))]


def test_a_dump_that_was_damaged_is_applied_at_its_moment(refused: Stage, replayed: Stage) -> None:
    query = "select product_id, unit_cost, dbt_valid_from from silver.snp_supplier__price_list order by all"
    first, second = datetime(2024, 1, 10, 6), datetime(2024, 1, 11, 6)
    assert refused.warehouse.rows(query) == [("P-1", Decimal(5), first), ("P-2", Decimal(10), first)]
    assert replayed.warehouse.rows(query) == [
        ("P-1", Decimal(5), first), ("P-1", Decimal(6), second),
        ("P-2", Decimal(10), first), ("P-2", Decimal("10.50"), second),
    ]  # fmt: skip


def test_the_accounting_stays_exact(replayed: Stage) -> None:
    # Four lines, a later export, the renamed file, and three mended lines: the export supersedes one of them.
    assert replayed.account("rates") == (9, 5, 3, 0, 1)
    assert replayed.account("sales") == (3, 2, 1, 0, 0)
    # The dump again: its good line is a duplicate.
    assert replayed.account("price_list") == (6, 4, 1, 1, 0)
    assert replayed.account("products") == (3, 2, 1, 0, 0)
    [events] = replayed.warehouse.rows(
        "select landed_record_count, loaded_record_count, rejected_record_count"
        " from ops.ops_record_accounting where source_name = 'web'"
    )
    assert events == (2, 1, 1)


def test_nothing_arrives_later_than_what_was_there(refused: Stage, replayed: Stage) -> None:
    query = "select max(landed_at) from ops.ops_load_ledger"
    assert replayed.warehouse.rows(query) == refused.warehouse.rows(query)


def test_a_second_replay_does_nothing(stages: dict[str, Stage]) -> None:
    again = stages["corrected"].report
    assert (again.files, again.looked_at_again, again.refused) == ({}, [], [])


def test_a_later_correction_of_the_source_supersedes_the_replay(stages: dict[str, Stage]) -> None:
    corrected = stages["corrected"]
    lines = corrected.warehouse.rows("select line_number, quantity from silver.stg_pos__sales order by all")
    assert lines == [(1, 7)]
    assert corrected.account("sales") == (4, 1, 1, 0, 2)
    assert corrected.rejects()[SALES, 3].state == "replayed"


@pytest.mark.parametrize(
    "query",
    [
        "select * exclude (run_id, loaded_at, replayed_run_id) from quarantine.quarantined_records",
        "select * exclude (run_id) from ops.ops_replayed_records",
        "select * from quarantine.quarantined_files",
        "select * from ops.ops_rejects",
        "select * from ops.ops_record_accounting",
        *(f"select * exclude (_run_id) from silver.stg_{name}"
          for name in ("fx__rates", "pos__sales", "web__events", "payments__transactions", "shop__products")),
        "select * exclude (dbt_updated_at) from silver.snp_supplier__price_list",
    ],
)  # fmt: skip
def test_a_warehouse_built_from_nothing_knows_of_the_replay(stages: dict[str, Stage], query: str) -> None:
    rows = stages["corrected"].warehouse.rows(f"{query} order by all")
    assert rows
    assert rows == stages["rebuilt"].warehouse.rows(f"{query} order by all")


def test_what_does_not_pass_stays_open_and_says_why(refused: Stage, tmp_path: Path) -> None:
    keys = {place: item.key for place, item in refused.rejects().items()}
    said = {keys[RATES, 3]: Correction({"rate_date": "tomorrow"}), keys[RATES, 4]: Correction({"rate": "1"})}
    report = replay(refused.warehouse.database, refused.warehouse.landing, corrections=said, is_trial=True)
    assert report.files == {}
    reasons = {(item.file, item.line): reason for item, reason in report.refused}
    # Replayed since, as the landing zone tells: nothing is delivered twice, whatever the correction says.
    assert reasons == {}
    (tmp_path / RATES).parent.mkdir(parents=True)
    (tmp_path / RATES).write_bytes((refused.warehouse.landing / RATES).read_bytes())
    report = replay(refused.warehouse.database, tmp_path, corrections=said)
    reasons = {(item.file, item.line): reason for item, reason in report.refused}
    assert report.files == {}
    assert reasons[RATES, 3] == "rate_date: date expected, found tomorrow"
    assert "still holds such a byte" in reasons[RATES, 4]
    assert not list(tmp_path.rglob("*replay*"))


def test_a_correction_of_an_unknown_column_is_refused(refused: Stage) -> None:
    [key] = [item.key for place, item in refused.rejects().items() if place == (SALES, 3)]
    with pytest.raises(UserError, match="pos/sales has no column quanttiy"):
        replay(
            refused.warehouse.database,
            refused.warehouse.landing / "nowhere",
            corrections={key: Correction({"quanttiy": "2"})},
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", 'write {"reject_key": 1'),
        ('{"set": {"a": "b"}}', 'write {"reject_key": 1'),
        ('{"reject_key": 1}', 'give either "set"'),
        ('{"reject_key": 1, "set": {"a": "b"}, "line": "c"}', 'give either "set"'),
    ],
)
def test_corrections_that_cannot_be_read_name_their_line(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, "corrections.jsonl", f"\n{text}\n")
    with pytest.raises(UserError, match="line 2") as error:
        read_corrections(tmp_path / "corrections.jsonl")
    assert words in str(error.value)


def test_a_held_file_that_passes_now_is_opened_again_by_the_next_build(tmp_path: Path) -> None:
    """As after a change of the contract: size and time of the file are as they were when it was held."""
    database = tmp_path / "warehouse.duckdb"
    write(tmp_path, RATES, RATES_HEADER + b"2024-01-15,EUR,USD,1.1\n")
    write(tmp_path, LACKING, b"rate_date\n2024-01-15\n")
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema ops")
        connection.execute(
            "create table ops.landed_objects as select unnest([?, ?]) as file, 'contract_break' as state,"
            " 'lacks required column' as reason",
            [RATES, LACKING],
        )
    entity = landing_contract()["fx", "rates"]

    def may_be(file: str, *, is_trial: bool) -> bool:
        reject = Reject(
            1, "fx/rates", file, None, "contract_break", "lacks", None, "open", None, None, None, is_file=True
        )
        return may_be_looked_at_again(database, tmp_path, entity, reject, is_trial=is_trial)

    def states() -> dict[str, str]:
        with duckdb.connect(str(database), read_only=True) as connection:
            return dict(connection.execute("select file, state from ops.landed_objects").fetchall())

    assert may_be(RATES, is_trial=True)
    assert states() == dict.fromkeys((RATES, LACKING), "contract_break")
    assert may_be(RATES, is_trial=False)
    assert not may_be(LACKING, is_trial=False)
    # What waits is probed by every build.
    assert states() == {RATES: "waiting", LACKING: "contract_break"}


def command(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("duckshift"), "quarantine", *arguments],
        env={
            "DUCKSHIFT_DATABASE": str(stage.warehouse.database),
            "DUCKSHIFT_LANDING_ROOT": str(stage.warehouse.landing),
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def without_the_file(refused: Stage, tmp_path: Path) -> Stage:
    """The first stage after the held file was taken away, and the next build had listed what there is."""
    warehouse = refused.warehouse.copy(tmp_path / "warehouse")
    execute(warehouse, f"update ops.landed_objects set is_present = false where file = '{LACKING}'")
    return Stage(warehouse, refused.outcome, refused.report)


def execute(warehouse: Warehouse, statement: str) -> None:
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute(statement)


def held_counts(warehouse: Warehouse) -> tuple[int, ...]:
    """Return how many held files ops_rejects counts: all, open, replayed, accepted, withdrawn."""
    columns = ("rejected", "open", "replayed", "accepted", "withdrawn")
    [row] = warehouse.rows(
        f"select {', '.join(f'sum({name}_file_count)' for name in columns)} from ops.ops_rejects"
    )
    return row


def test_a_held_file_that_is_taken_away_stays_as_withdrawn(without_the_file: Stage) -> None:
    assert without_the_file.rejects()[LACKING, None].state == "withdrawn"
    assert held_counts(without_the_file.warehouse) == (1, 0, 0, 0, 1)
    listed = command(without_the_file, "list", "--state", "withdrawn")
    [line, last] = listed.stdout.splitlines()
    assert f"{LACKING}  lacks required column rate" in line
    assert last == "1 reject withdrawn"


def test_a_rule_accepts_a_held_file_as_lost_present_or_not(refused: Stage, without_the_file: Stage) -> None:
    rule = (
        "insert into reference.quarantine_rules values"
        " ('prices', 'fx', 'rates', 'lacks required column rate', date '2024-01-18', 'finance', 'a test')"
    )
    present = refused.warehouse.copy(without_the_file.warehouse.folder.parent / "present")
    for warehouse in (present, without_the_file.warehouse):
        execute(warehouse, rule)
        stage = Stage(warehouse, refused.outcome, refused.report)
        reject = stage.rejects()[LACKING, None]
        assert (reject.state, reject.rule) == ("accepted", "prices")
        assert held_counts(warehouse) == (1, 0, 0, 1, 0)
        assert "rule     prices (seed quarantine_rules)" in command(stage, "show", str(reject.key)).stdout
        # Until its day only.
        execute(warehouse, "update reference.quarantine_rules set landed_before = date '2024-01-17'")
    assert held_counts(present) == (1, 1, 0, 0, 0)


def test_a_replayed_file_stays_replayed_when_it_is_taken_away(replayed: Stage, tmp_path: Path) -> None:
    warehouse = replayed.warehouse.copy(tmp_path / "warehouse")
    execute(warehouse, f"update ops.landed_objects set is_present = false where file = '{LACKING}'")
    assert held_counts(replayed.warehouse) == held_counts(warehouse) == (1, 0, 1, 0, 0)


def test_status_names_no_held_file_that_is_dealt_with(refused: Stage, replayed: Stage) -> None:
    held = [item.file for item in read_status(refused.warehouse.database).held_files]
    assert held == [LACKING]
    assert read_status(replayed.warehouse.database).held_files == []


def test_the_command_lists_shows_and_replays(refused: Stage, replayed: Stage) -> None:
    listed = command(refused, "list", "--entity", "pos/sales")
    assert listed.returncode == 0, listed.stderr
    [line, last] = listed.stdout.splitlines()
    assert f"{SALES}:3  quantity: bigint expected, found 1.5" in line
    assert last == "1 reject open"
    others = ("S-1", "R-1", "2024-01-15 10:00:00", "SKU-2", "0.2", "cash")
    assert [value for value in others if value in line.replace(SALES, "")] == [], "only what broke the rule"
    key = line.split()[0]
    shown = command(replayed, "show", key)
    assert "record   S-1,R-1,2,2024-01-15 10:00:00,SKU-2,1.5" in shown.stdout
    assert "sales.r1-replay-" in shown.stdout
    nothing = command(replayed, "replay")
    assert (nothing.returncode, nothing.stdout) == (0, "0 records in 0 new files delivered, 0 stay open\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "1"], "nothing in quarantine has the key 1"),
        (["list", "--state", "gone"], "gone is no state"),
        (["replay", "--set", "rate=1"], "name it with --key"),
        (["replay", "--key", "1", "--set", "rate"], "rate is no NAME=VALUE"),
        (["replay", "--corrections", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
    ],
)
def test_a_mistake_is_one_line(refused: Stage, arguments: list[str], words: str) -> None:
    told = command(refused, *arguments)
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert words in told.stderr
