"""`duckshift trace` finds every record that a row follows from, and all that a record became."""

from collections.abc import Iterator

import pytest
from tests.warehouse.building import Warehouse

from duckshift.errors import UserError
from duckshift.trace import Record, Step, Trace, trace_back, trace_forward
from duckshift.trace_rules import Graph, read_graph

ALL = 1_000_000


@pytest.fixture(scope="module")
def graph(built: Warehouse) -> Graph:
    return read_graph(built.folder / "target" / "manifest.json")


@pytest.fixture(scope="module")
def order(built: Warehouse) -> str:
    """An order of the shop with a payment, lines and a return."""
    rows = built.rows("""
        select order_id from gold.mart_order_summary
        where source_system = 'shop' and return_line_count > 0 and payment_count > 0 and line_count > 1
        order by 1
    """)
    return str(rows[0][0])


@pytest.fixture(scope="module")
def of_order(built: Warehouse, graph: Graph, order: str) -> Trace:
    return trace_back(built.database, graph, "mart_order_summary", order, ALL)


def steps(step: Step) -> Iterator[Step]:
    yield step
    for below in step.steps:
        yield from steps(below)


def records(trace: Trace, node: str) -> set[Record]:
    return {record for step in steps(trace.first) if step.node == node for record in step.records}


def expected(built: Warehouse, node: str, condition: str) -> set[Record]:
    return {
        Record(*row)
        for row in built.rows(
            f"select _file, _line, _status, _run_id from bronze.{node}"
            f" where _status != 'file' and {condition}"
        )
    }


@pytest.mark.parametrize(
    ("node", "condition"),
    [
        ("bronze_shop__orders", "trim(order_id) = '{order}'"),
        ("bronze_payments__transactions", "trim(order_id) = '{order}'"),
        (
            "bronze_shop__order_items",
            "trim(order_item_id) in ("
            "select order_item_id from gold.fct_order_items where order_id = '{order}')",
        ),
        (
            "bronze_shop__return_items",
            "trim(return_item_id) in ("
            "select return_item_id from gold.fct_returns where order_id = '{order}')",
        ),
    ],
)
def test_an_order_leads_to_each_of_its_records(
    built: Warehouse, of_order: Trace, order: str, node: str, condition: str
) -> None:
    """The records are those of bronze, found by a plain query over its keys; other orders' are not there."""
    wanted = expected(built, node, condition.format(order=order))
    assert wanted
    assert records(of_order, node) >= wanted
    strangers = records(of_order, node) - wanted
    if node in ("bronze_shop__orders", "bronze_payments__transactions"):
        assert not strangers


def test_the_end_of_every_way_is_a_record(of_order: Trace) -> None:
    ends = [step for step in steps(of_order.first) if not step.steps and not step.is_above and not step.whole]
    assert ends
    assert {step.relation.split(".")[0] for step in ends} == {"bronze"}


def test_each_record_found_leads_forward_to_the_row(
    built: Warehouse, graph: Graph, of_order: Trace, order: str
) -> None:
    record = min(
        records(of_order, "bronze_shop__order_items"), key=lambda found: (found.file, found.line or 0)
    )
    forward = trace_forward(built.database, graph, record.file, record.line, ALL)
    reached = {step.node for step in steps(forward.first)}
    assert {"stg_shop__order_items", "fct_order_items", "fct_order_lifecycle", "sales_daily"} <= reached
    summaries = [step for step in steps(forward.first) if step.node == "mart_order_summary"]
    assert [sample["order_id"] for step in summaries for sample in step.samples] == [order]


def test_rows_that_are_followed_already_are_told_once(of_order: Trace) -> None:
    lines = list(of_order.lines(2))
    followed = [line for line in lines if "silver.stg_shop__orders" in line and "as above" not in line]
    assert len(followed) == 1
    assert any(line.endswith("as above") for line in lines)


def test_a_key_of_several_columns_is_written_by_column(built: Warehouse, graph: Graph) -> None:
    rows = built.rows("select customer_id, valid_from from silver.int_customers__merge_history order by 1, 2")
    customer, since = rows[0]
    found = trace_back(
        built.database, graph, "int_customers__merge_history", f"customer_id={customer},valid_from={since}", 5
    )
    assert found.first.row_count == 1
    with pytest.raises(UserError, match=r"2 columns: write customer_id=\.\.\.,valid_from=\.\.\."):
        trace_back(built.database, graph, "int_customers__merge_history", str(customer), 5)


def test_what_is_not_there_is_said_with_a_remedy(built: Warehouse, graph: Graph) -> None:
    with pytest.raises(UserError, match="did you mean fct_order_items"):
        trace_back(built.database, graph, "fct_order_itmes", "1", 5)
    with pytest.raises(UserError, match="has no row where"):
        trace_back(built.database, graph, "fct_order_items", "no such line", 5)
    with pytest.raises(UserError, match=r"no record of shop/no_file.* is in bronze"):
        trace_forward(built.database, graph, "shop/no_file.parquet", None, 5)
