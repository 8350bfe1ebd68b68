"""The landing zones of `duckshift bench incremental`: late records move, none is lost or altered."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from duckshift.bench.history import FACTS, LATE_DAYS, Zone, generate_zone
from duckshift.check_landing import check

LONGEST = 9
ROWS = 4_000

CHANGES = """
    select * from read_parquet('{root}/shop/{name}/**/*.parquet', union_by_name = true)
"""
LINES = (
    "select column0 from read_csv('{root}/{name}', header = false, delim = '\x01', quote = '', escape = '')"
)


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Zone:
    root = tmp_path_factory.mktemp("late") / "generated"
    return generate_zone(root, ROWS, LONGEST, 0.05, lambda _: None)


@pytest.fixture(scope="module")
def landing(zone: Zone) -> Path:
    """The longest history with the delta."""
    landing = zone.root.with_name("landing")
    zone.lay_history(LONGEST, landing)
    zone.add_delta(landing)
    return landing


@pytest.fixture(scope="module")
def punctual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same history and delta when nothing is late."""
    root = tmp_path_factory.mktemp("punctual")
    zone = generate_zone(root / "generated", ROWS, LONGEST, 0, lambda _: None)
    zone.lay_history(LONGEST, root / "landing")
    zone.add_delta(root / "landing")
    return root / "landing"


def rows(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_the_share_of_late_records_is_the_one_asked_for(zone: Zone) -> None:
    assert zone.delta.late_records / zone.delta.records == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize(
    "query",
    [
        *(CHANGES.replace("{name}", name) for name in ("orders", "order_items", "customers")),
        LINES.replace("{name}", "pos/sales/**/*.csv"),
        LINES.replace("{name}", "payments/transactions/**/*.json"),
    ],
    ids=["orders", "order_items", "customers", "sales", "payments"],
)
def test_history_and_delta_hold_the_records_of_a_punctual_delivery(
    query: str, landing: Path, punctual: Path
) -> None:
    late, on_time = (query.format(root=root) for root in (landing, punctual))
    [(records, difference)] = rows(f"""
        select (select count(*) from ({on_time})), (
            select count(*) from (
                (from ({late}) except all from ({on_time}))
                union all
                (from ({on_time}) except all from ({late}))
            )
        )
    """)
    assert records > 0
    assert difference == 0


def test_late_changes_were_committed_in_the_days_before(zone: Zone) -> None:
    [(first, last, late)] = rows(
        f"select min(_commit_ts)::date, max(_commit_ts)::date, count(*)"
        f" from read_parquet('{zone.root}/shop/orders/{zone.day:%Y/%m/%d}/230000-2.parquet')"
    )
    assert late > 0
    # A file of the early morning holds changes of the evening before.
    assert zone.day - timedelta(days=LATE_DAYS + 1) <= first <= last < zone.day


def test_the_delta_is_the_same_on_every_history(zone: Zone, landing: Path, tmp_path: Path) -> None:
    zone.lay_history(3, tmp_path)
    short = files(tmp_path)
    zone.add_delta(tmp_path)
    assert short < files(landing) - zone.delta.files
    assert files(tmp_path) - short == zone.delta.files


def test_a_shorter_history_leaves_out_facts_only(zone: Zone, landing: Path, tmp_path: Path) -> None:
    zone.lay_history(3, tmp_path)
    left_out = files(landing) - files(tmp_path) - zone.delta.files
    entities = {tuple(file.split("/")[:2]) for file in left_out}
    assert {("shop", "orders"), ("pos", "sales"), ("payments", "transactions")} <= entities <= set(FACTS)


def test_history_and_delta_are_as_the_landing_contract_says(landing: Path) -> None:
    report = check(landing, 3, lambda items, _: items)
    assert report.exit_status == 0
