"""`duckshift trace` finds every record that a row follows from, and all that a record became."""

from collections.abc import Iterator

import duckdb
import pytest
from tests.warehouse.building import Warehouse

from duckshift.errors import UserError
from duckshift.trace import Record, Step, Trace, trace_back, trace_forward
from duckshift.trace_rules import Graph, read_graph

ALL = 1_000_000

WITHOUT_RECORDS = {
    "bridge_date_holidays": "a seed, a row per day",
    "dim_date": "the days between two vars",
    "dim_time_of_day": "the minutes of a day",
}
OF_SEEDS = {"dim_carrier", "dim_channel", "dim_currency", "dim_payment_method", "dim_return_reason"}
EMPTY = {"mart_review_queue": "no order of this data is risky and still in the warehouse"}

# Ways of which no single row can be told, by table and input.
ONLY_WHOLE = {
    ("mart_customer_360", "fct_interactions"): "belong to a contact; the bridge leads to the person's",
    ("mart_inventory_turnover", "mart_order_summary"): "says what is cancelled; the lines lead to it",
    **{
        (name, "dim_run_date"): "its one row is the day as of which reports look"
        for name in (
            "fct_inventory_daily", "mart_basket_affinity", "mart_customer_360", "mart_customer_cohorts",
            "mart_payment_ageing", "mart_product_performance", "mart_review_queue", "mart_store_growth",
        )
    },
}  # fmt: skip


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
            f"select _file, _file_version, _line, _status, _run_id from bronze.{node}"
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


def test_the_end_of_every_way_is_a_record_or_a_member_that_stands_for_none(of_order: Trace) -> None:
    """A guest is the member -1 of dim_customer, which no source has sent."""
    ends = [step for step in steps(of_order.first) if not step.steps and not step.is_above and not step.whole]
    records_found = [step for step in ends if step.records]
    assert {step.relation.split(".")[0] for step in records_found} == {"bronze"}
    for step in ends:
        if step not in records_found:
            assert step.node.startswith("dim_"), step
            assert {value for sample in step.samples for value in sample.values()} <= {"-1", "-2"}, step


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


def keys(trace: Trace, node: str, column: str) -> set[str]:
    return {sample[column] for step in steps(trace.first) if step.node == node for sample in step.samples}


def values(built: Warehouse, query: str) -> set[str]:
    return {str(value) for (value,) in built.rows(query)}


def test_an_order_becomes_the_sums_of_its_days_and_not_all_that_shares_its_city(
    built: Warehouse, graph: Graph, of_order: Trace, order: str
) -> None:
    record = min(records(of_order, "bronze_shop__orders"), key=lambda found: (found.file, found.line or 0))
    forward = trace_forward(built.database, graph, record.file, record.line, ALL)
    sold = values(built, f"select order_date_key from gold.fct_order_items where order_id = '{order}'")
    returned = values(built, f"select return_date_key from gold.fct_returns where order_id = '{order}'")
    found = keys(forward, "sales_daily", "date_key")
    assert sold <= found <= sold | returned
    assert keys(forward, "mart_order_risk", "order_id") == values(
        built,
        "select risks.order_id from gold.mart_order_risk as risks where risks.buyer_key in ("
        f"select buyer_key from gold.mart_order_risk where order_id = '{order}')",
    )
    [place] = [step for step in steps(forward.first) if step.node == "dim_geography" and not step.is_above]
    assert place.shared == ["gold.sales_daily", "gold.mart_order_risk"]
    assert not place.steps
    told = "rows of gold.sales_daily that share no more than this are not followed"
    assert [line.strip() for line in forward.lines(1)].count(told) == 1


def test_the_sums_of_a_day_lead_to_its_orders_and_not_to_all_of_their_cities(
    built: Warehouse, graph: Graph, order: str
) -> None:
    [(day,)] = built.rows(f"select min(order_date_key) from gold.fct_order_items where order_id = '{order}'")
    found = trace_back(built.database, graph, "sales_daily", f"date_key={day}", ALL)
    of_the_day = values(
        built,
        f"select order_id from gold.fct_order_items where order_date_key = {day}"
        f" union select order_id from gold.fct_returns where return_date_key = {day}",
    )
    assert order in of_the_day
    assert keys(found, "int_orders__unite_orders", "order_id") == of_the_day


def test_a_place_that_is_asked_for_leads_to_all_orders_that_name_it(built: Warehouse, graph: Graph) -> None:
    place, country, city = built.rows("""
        select geography_key, country_code, city from gold.dim_geography where city is not null order by all
    """)[0]
    found = trace_back(built.database, graph, "dim_geography", str(place), ALL)
    wanted = values(
        built,
        "select order_id from silver.int_orders__unite_orders"
        f" where country_code = '{country}' and city = '{city}'",
    )
    assert wanted
    assert keys(found, "int_orders__unite_orders", "order_id") >= wanted


def test_what_a_record_says_of_a_product_leads_to_all_facts_of_it(built: Warehouse, graph: Graph) -> None:
    product, file, line = built.rows("""
        select product_durable_key, _file, _line from bronze.bronze_shop__products
        inner join gold.dim_product using (product_id)
        inner join gold.fct_order_items using (product_durable_key)
        where _status = 'loaded' group by all having count(distinct order_date_key) > 1 order by all
    """)[0]
    forward = trace_forward(built.database, graph, file, line, ALL)
    lines = f"from gold.fct_order_items where product_durable_key = {product}"
    [member] = [step for step in steps(forward.first) if step.node == "dim_product" and not step.is_above]
    assert {"fct_order_items", "sales_daily", "mart_product_performance"} <= {
        step.node for step in member.steps
    }
    assert keys(forward, "fct_order_items", "order_item_id") >= values(built, f"select order_item_id {lines}")
    assert keys(forward, "sales_daily", "date_key") >= values(built, f"select order_date_key {lines}")


def test_a_product_that_only_lines_name_leads_to_them_also_after_one_of_them_was_followed(
    built: Warehouse, graph: Graph
) -> None:
    """By way of a line the member is the end; the mart's own way to it is not told `as above` then."""
    product = built.rows("""
        select product_durable_key from gold.mart_product_performance
        inner join gold.dim_product using (product_durable_key) where is_inferred order by all
    """)[0][0]
    found = trace_back(built.database, graph, "mart_product_performance", str(product), ALL)
    members = [step for step in steps(found.first) if step.node == "dim_product"]
    assert [bool(step.shared) for step in members] == [True, False]
    assert [step.node for step in members[1].steps] == ["int_orders__unite_lines"]
    wanted = values(
        built, f"select order_item_id from gold.fct_order_items where product_durable_key = {product}"
    )
    assert wanted
    assert keys(found, "int_orders__unite_lines", "order_item_id") >= wanted


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
    for key, said in {
        "no such line": "gold.fct_order_items has no row with order_item_id=no such line: see"
        " `select order_item_id from gold.fct_order_items`",
        "order_item_id=1,order_id=2": "gold.fct_order_items has no row with order_item_id=1,order_id=2: see"
        " `select order_item_id from gold.fct_order_items`",
        "orderid=O-1": "fct_order_items has no column orderid: did you mean order_id?",
        "xyz=O-1": "fct_order_items has no column xyz: see `describe gold.fct_order_items`",
        "order_id=O-1,": "'' is no column=value: write column=value,column=value",
        "order_id=O-1,2": "'2' is no column=value: write column=value,column=value",
    }.items():
        with pytest.raises(UserError) as raised:
            trace_back(built.database, graph, "fct_order_items", key, 5)
        assert str(raised.value) == said
    with pytest.raises(UserError, match=r"below the landing root: shop/orders/2024/01/06/1\.parquet$"):
        trace_forward(built.database, graph, "data/landing/shop/orders/2024/01/06/1.parquet", 1, 5)
    with pytest.raises(UserError, match=r"no record of shop/no_file.* is in bronze"):
        trace_forward(built.database, graph, "shop/no_file.parquet", None, 5)


def is_member(step: Step) -> bool:
    """Whether a row stands for what is unknown or not applicable, or is one that a seed has."""
    members = {value for sample in step.samples for value in sample.values()} <= {"-1", "-2"}
    return step.node in OF_SEEDS or (step.node.startswith("dim_") and members)


@pytest.mark.full  # half a minute; that every way can be asked is tested below
def test_a_row_of_every_table_of_gold_ends_in_landing_records(built: Warehouse, graph: Graph) -> None:
    """So does every way from it, but where all rows of a table count."""
    wrong, empty, checked = [], set(), 0
    for node in graph.nodes.values():
        if node.schema != "gold" or node.name in WITHOUT_RECORDS:
            continue
        no_member = " and ".join(f"cast({name} as varchar) not in ('-1', '-2')" for name in node.key)
        keys = ", ".join(f"cast({name} as varchar)" for name in node.key)
        found = built.rows(f"select {keys} from {node.relation} where {no_member} order by all limit 1")
        if not found:
            empty.add(node.name)
            continue
        key = ",".join(f"{name}={value}" for name, value in zip(node.key, found[0], strict=True))
        trace = trace_back(built.database, graph, node.name, key, 2)
        below = list(steps(trace.first))
        reached = {step.relation for step in below}
        ends = [step for step in below if not (step.steps or step.records or step.is_above or step.whole)]
        # A member that is only shared is an end if what shares it is on the way by itself.
        ends = [step for step in ends if not reached & set(step.shared)]
        if node.name in OF_SEEDS:
            assert "no landing record: a seed says it" in "".join(trace.lines(2)), node.name
        elif not any(step.records for step in below):
            wrong.append(f"{node.name} {key} leads to no record")
        wrong += [f"{node.name} {key} ends in {end.node}" for end in ends if not is_member(end)]
        checked += 1
    assert not wrong, "\n".join(wrong)
    assert empty == set(EMPTY)
    assert checked > 45


def test_every_way_can_be_asked_and_those_of_whole_tables_are_known(built: Warehouse, graph: Graph) -> None:
    """Ways to the inputs and to the readers; what `meta.trace` names is an input."""
    whole, asked = set(), 0
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for node in graph.nodes.values():
            assert set(node.narrowed) <= {source for source, _ in node.rules}, node.name
            for edge in (*graph.inputs(node.name), *graph.outputs(node.name)):
                query = edge.query(node.relation)
                if query is not None:
                    connection.execute(f"explain {query}")
                    asked += 1
            whole |= {(node.name, edge.target.name) for edge in graph.inputs(node.name) if not edge.ways}
    assert asked > 200
    assert whole == set(ONLY_WHOLE)


def test_a_customer_leads_to_all_orders_and_the_records_of_the_person(built: Warehouse, graph: Graph) -> None:
    customer, person, durable_key = built.rows("""
        select dim_customer.customer_id, dim_customer.master_customer_id, dim_customer.customer_durable_key
        from gold.dim_customer
        inner join gold.bridge_customer_records using (master_customer_id)
        inner join gold.mart_order_summary using (customer_durable_key)
        where dim_customer.is_current and bridge_customer_records.source_system = 'crm'
        group by all
        having count(distinct order_id) > 1
        order by 1
    """)[0]
    found = trace_back(built.database, graph, "mart_customer_360", str(durable_key), ALL)
    wanted = expected(built, "bronze_shop__orders", f"trim(customer_id) = '{customer}'")
    assert wanted
    assert records(found, "bronze_shop__orders") >= wanted
    contacts = expected(
        built,
        "bronze_crm__contacts",
        "'crm:' || trim(contact_id) in ("
        f"select record_id from gold.bridge_customer_records where master_customer_id = '{person}')",
    )
    assert contacts
    # Not those of a dump that was not applied.
    assert records(found, "bronze_crm__contacts") <= contacts
    assert records(found, "bronze_crm__contacts")


def test_an_amount_in_another_currency_leads_to_the_rates_of_its_day(built: Warehouse, graph: Graph) -> None:
    line, day = built.rows("""
        select order_item_id, valid_from_date
        from gold.fct_order_items
        inner join silver.int_money__daily_rates
            on
                fct_order_items.currency_code = int_money__daily_rates.currency_code
                and order_date >= valid_from_date
                and order_date < valid_to_date
        order by 1
    """)[0]
    found = trace_back(built.database, graph, "fct_order_items", str(line), ALL)
    rates = records(found, "bronze_fx__rates")
    assert rates == expected(built, "bronze_fx__rates", f"rate_date = '{day}' and _status = 'loaded'")
    record = min(rates, key=lambda rate: (rate.file, rate.line or 0))
    forward = trace_forward(built.database, graph, record.file, record.line, ALL)
    lines = [step for step in steps(forward.first) if step.node == "fct_order_items"]
    assert str(line) in {sample["order_item_id"] for step in lines for sample in step.samples}


def test_a_contact_becomes_its_person_and_no_other_of_the_dump(built: Warehouse, graph: Graph) -> None:
    file, line, contact = built.rows("""
        select _file, _line, contact_id
        from bronze.bronze_crm__contacts
        inner join gold.bridge_customer_records on record_id = 'crm:' || contact_id
        where _status = 'loaded' and master_customer_id like 'shop:%'
        order by all
    """)[0]
    forward = trace_forward(built.database, graph, file, line, ALL)
    below = list(steps(forward.first))
    versions = [step for step in below if step.node == "snp_crm__contacts"]
    assert {sample["contact_id"] for step in versions for sample in step.samples} == {contact}
    assert {"bridge_customer_records", "dim_customer", "mart_customer_360"} <= {step.node for step in below}


def test_a_refused_record_is_found_in_quarantine_and_became_nothing(built: Warehouse, graph: Graph) -> None:
    key, file, line = built.rows("""
        select reject_key, file, line_number from quarantine.quarantined_records
        where reject_kind = 'failed_cast' and entity_name = 'sales' order by all
    """)[0]
    forward = trace_forward(built.database, graph, file, line, 5)
    assert [step.node for step in forward.first.steps] == ["quarantined_records"]
    assert f"reject_key={key}, reject_state=open" in "\n".join(forward.lines(5))


def test_what_concerns_every_row_is_said_forward_too(built: Warehouse, graph: Graph) -> None:
    """The newest record is the day as of which reports look."""
    file, line = built.rows("""
        select _file, _line from bronze.bronze_shipping__events, gold.dim_run_date
        where _landed_at = run_at and _status = 'loaded'
    """)[0]
    forward = trace_forward(built.database, graph, file, line, 5)
    assert any(line.endswith("every row of gold.mart_customer_360") for line in forward.lines(5))


def test_what_is_not_made_from_records_says_so(built: Warehouse, graph: Graph) -> None:
    for name in WITHOUT_RECORDS:
        with pytest.raises(UserError, match=f"{name} is not made from landing records: .* seeds and vars"):
            trace_back(built.database, graph, name, "20240105", 5)
    with pytest.raises(UserError, match=r"ops_store_deliveries has no key .* bronze_pos__sales"):
        trace_back(built.database, graph, "ops_store_deliveries", "S-0001", 5)
