"""The replay finds what is broken: six guards are taken out, one at a time, and each time rows differ.

It proves what proves, every night.
The landing zone is one small story in two deliveries; the project is a copy in which one text is replaced,
and the same plan with the project as it is finds nothing.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from duckshift.replay.plans import Batch, Days, Plan
from duckshift.replay.proof import FullRefresh, make_full_refresh, replay

pytestmark = pytest.mark.full
PRODUCT = """
    '{id}' as product_id, '{id}' as sku, '{name}' as product_name, '{category}' as category_id,
    1.0::decimal(18,6) as list_price, 'EUR' as currency_code
"""
ORDER = """
    '{id}' as order_id, 'web' as channel_code, 'placed' as order_status,
    timestamp '{day} 12:00:00' as ordered_at, 'EUR' as currency_code, 'DE' as country_code,
    {discount}::decimal(18,2) as discount_amount
"""
ITEM = """
    '{id}' as order_item_id, '{order}' as order_id, {line} as line_number, 'sale' as line_type,
    '{product}' as product_id, 1::bigint as quantity, {price}::decimal(18,6) as unit_price
"""
ADDRESS = """
    '{id}' as address_id, '{customer}' as customer_id, '{street}' as street, 'DE' as country_code,
    true as is_primary
"""
NOT_MUTATED = ("+int_customers__track_primary_address",)
"""What the story tests beside the tables that mutations break."""
STORY = Plan("story", "the first delivery, then the second", lambda days, *_: cut(days))
FIRST_DELIVERY = ("LOAD00000001.parquet", "/2024/01/11/", "rates.20240104T160000Z.csv")
"""What the names of its files hold."""


def full_load(root: Path, table: str, rows: list[str]) -> None:
    write(
        root,
        f"shop/{table}/LOAD00000001.parquet",
        [f"{row}, timestamp '2024-01-01' as _commit_ts" for row in rows],
    )


def change(root: Path, table: str, day: str, operation: str, sequence: int, at: str, row: str) -> None:
    """Write a file with one change, by the day on which it arrives."""
    added = f"'{operation}' as Op, timestamp '{at}' as _commit_ts, '{sequence:09}' as _change_seq"
    write(root, f"shop/{table}/{day}/{sequence}-1.parquet", [f"{row}, {added}"])


def write(root: Path, file: str, rows: list[str]) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    select = " union all ".join(f"select {row}" for row in rows)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")


def rates(root: Path, day: str, rate: str) -> None:
    """Write the rate of 2 January as it was delivered on a day."""
    file = root / f"fx/rates/dt=2024-01-{day}/rates.202401{day}T160000Z.csv"
    file.parent.mkdir(parents=True)
    file.write_text(f"rate_date,base_currency,quote_currency,rate\n2024-01-02,EUR,USD,{rate}\n")


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two deliveries; each comment names the guard without which the second comes out wrong."""
    root = tmp_path_factory.mktemp("zone")
    full_load(root, "products", [PRODUCT.format(id=f"P{n}", name="first", category="C1") for n in (1, 2)])
    full_load(root, "orders", [ORDER.format(id=f"O{n}", day="2024-01-08", discount=5) for n in range(1, 6)])
    full_load(
        root,
        "order_items",
        [
            ITEM.format(id=f"I{n}", order=f"O{min(n, 5)}", line=n, product="P2", price=10 * n)
            for n in range(1, 7)
        ],
    )
    # The order of changes is the source's: the change that arrives last is older than the one before.
    newer = PRODUCT.format(id="P1", name="newest", category="C1")
    older = PRODUCT.format(id="P1", name="older", category="C1")
    change(root, "products", "2024/01/11", "U", 9, "2024-01-10 10:00:00", newer)
    change(root, "products", "2024/01/12", "U", 3, "2024-01-03 10:00:00", older)
    # Versions of a file are ordered by when they were produced, not by when they came.
    rates(root, "04", "1.2")
    rates(root, "03", "1.1")
    # A late version of a dimension: sold items meet another one.
    moved = PRODUCT.format(id="P2", name="first", category="C2")
    change(root, "products", "2024/01/12", "U", 4, "2024-01-05 10:00:00", moved)
    # An order's lines share its discount, and no other order's.
    changed = ORDER.format(id="O1", day="2024-01-08", discount=7)
    change(root, "orders", "2024/01/12", "U", 5, "2024-01-11 10:00:00", changed)
    # The only line of an order is deleted; a line moves from one order to another.
    line = ITEM.format(id="I3", order="O3", line=3, product="P2", price=30)
    change(root, "order_items", "2024/01/12", "D", 6, "2024-01-11 10:00:00", line)
    line = ITEM.format(id="I4", order="O2", line=4, product="P2", price=40)
    change(root, "order_items", "2024/01/12", "U", 7, "2024-01-11 10:00:00", line)
    # One address moved from Z to X. When another one of X changes later, nothing changes for Z: a history of
    # Z from the moved address alone, without Z's other one, would be wrong.
    moving = [("A1", "X"), ("B1", "Z"), ("B2", "Z")]
    full_load(
        root,
        "customer_addresses",
        [ADDRESS.format(id=name, customer=customer, street=name) for name, customer in moving],
    )
    address = ADDRESS.format(id="B1", customer="X", street="B1")
    change(root, "customer_addresses", "2024/01/11", "U", 1, "2024-01-05 10:00:00", address)
    address = ADDRESS.format(id="A1", customer="X", street="A1, left")
    change(root, "customer_addresses", "2024/01/12", "U", 2, "2024-01-09 10:00:00", address)
    return root


def cut(days: Days) -> list[Batch]:
    first = [file for file in days if any(part in file for part in FIRST_DELIVERY)]
    return [Batch(tuple(first)), Batch(tuple(sorted(days.keys() - set(first))))]


@dataclass(frozen=True)
class Mutation:
    """A guard taken out: in a file of the project, `text` becomes `broken`, and these tables must differ."""

    file: str
    text: str
    broken: str
    differing: set[str]

    @property
    def models(self) -> tuple[str, ...]:
        """What is built: the tables that differ and what they read."""
        return tuple(f"+{table.partition('.')[2]}" for table in sorted(self.differing))


MUTATIONS = {
    "the order of changes is that of arrival": Mutation(
        "macros/cdc/latest_change.sql",
        "order by _change_seq desc nulls last, _is_reload desc nulls last",
        "order by _run_id desc nulls last, _change_seq desc nulls last, _is_reload desc nulls last",
        {"silver.int_products__apply_changes"},
    ),
    "the latest version of a file is the one that came last": Mutation(
        "macros/ingest/copy_number.sql",
        "_file_version desc nulls last,",
        "_run_id desc nulls last, _file_version desc nulls last,",
        {"silver.stg_fx__rates"},
    ),
    "facts are not given the key of a late version": Mutation(
        "models/marts/core/fct_order_items.sql",
        """
                'dim_product': {
                    'through': 'this',
                    'match': {'product_durable_key': 'product_durable_key'},
                    'at': "coalesce(ordered_at, cast('9999-12-30' as timestamp))",
                    'reads': [],
                },""",
        "",
        {"gold.fct_order_items"},
    ),
    "a window reaches beyond the affected key": Mutation(
        "models/intermediate/orders/int_orders__allocate_order_amounts.sql",
        "sum(weight) over (partition by order_id) as order_weight",
        "sum(weight) over () as order_weight",
        {"silver.int_orders__allocate_order_amounts"},
    ),
    "deletes are missing in the change log": Mutation(
        "macros/incremental/get_incremental_recompute_sql.sql",
        "from {{ changes }};\n    {%- endif %}\n    {{ record_watermarks",
        "from {{ changes }} where op != 'delete';\n    {%- endif %}\n    {{ record_watermarks",
        {"silver.int_orders__unite_lines"},
    ),
    "old grouping values are missing in the change log": Mutation(
        "macros/incremental/get_incremental_recompute_sql.sql",
        "        old_{{ name }},\n        new_{{ name }}\n        {%- endfor %}\n    from {{ changes }};",
        "        new_{{ name }},\n        new_{{ name }}\n        {%- endfor %}\n    from {{ changes }};",
        {"silver.int_orders__unite_lines"},
    ),
}


@pytest.fixture(scope="module")
def whole(zone: Path, parsed_project: Path, tmp_path_factory: pytest.TempPathFactory) -> FullRefresh:
    """The story built at once by the project as it is, as far as a mutation looks."""
    folder = tmp_path_factory.mktemp("whole") / "full"
    models = {model for mutation in MUTATIONS.values() for model in mutation.models}
    options = ("--select", *sorted(models), *NOT_MUTATED)
    return make_full_refresh(zone, folder, "duckdb", project=parsed_project, options=options, progress=print)


def test_the_project_as_it_is_has_no_difference(whole: FullRefresh, tmp_path: Path) -> None:
    report = replay(whole, STORY, tmp_path / "replayed", batches=2, seed=7, progress=print)
    assert report.differences == []
    assert report.tables > 30
    assert [batch.files > 0 for batch in report.batches] == [True, True]


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_guard_taken_out_is_found(zone: Path, whole: FullRefresh, tmp_path: Path, name: str) -> None:
    mutation = MUTATIONS[name]
    mutated = tmp_path / "mutated"
    assert whole.workshop.project is not None
    # With what dbt has parsed.
    shutil.copytree(whole.workshop.project, mutated)
    file = mutated / mutation.file
    text = file.read_text(encoding="utf-8")
    assert text.count(mutation.text) == 1, f"{mutation.file} has changed: break it in another way"
    file.write_text(text.replace(mutation.text, mutation.broken), encoding="utf-8")
    options = ("--select", *mutation.models)
    full = make_full_refresh(
        zone, tmp_path / "full", "duckdb", project=mutated, options=options, progress=print
    )
    report = replay(full, STORY, tmp_path / "replayed", batches=2, seed=7, progress=print)
    found = {difference.partition(":")[0] for difference in report.differences}
    assert mutation.differing <= found, report.differences
