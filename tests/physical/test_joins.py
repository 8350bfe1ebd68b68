"""No join of two large tables moves rows: it compares the columns by which they are distributed.

Large is every table that is no seed, is not copied to all nodes (`dist='all'`) and does not say
`meta.size: small`. One that Redshift distributes by itself (AUTO) must be joined on the key of the other one;
two of them pass, whatever they are joined on. One distributed in turn (EVEN) is always moved.
"""

import pytest
from tests.conventions.conftest import project  # noqa: F401 - a fixture
from tests.physical.compiled import Node, compiled  # noqa: F401 - a fixture
from tests.physical.joins import Join, Relation, Warehouse

# Joins that move rows, (model, table, table), by the reason for which that is accepted.
ACCEPTED_REASONS = {
    "fct_returns is distributed on the return: most name no order; those that name one are summed"
    " to it first, and only the sums move": [
        ("mart_order_summary", "int_orders__unite_orders", "fct_returns")
    ],
    "who is who is found by values that records share, wherever they lie; a row is a person, not an event": [
        ("int_identity__block_pairs", "vault_person_records", "vault_person_records"),
        ("int_identity__score_pairs", "vault_person_records", "vault_person_records"),
        ("int_identity__connect_groups", "vault_person_records", "vault_person_records"),
        ("int_identity__connect_groups", "vault_person_records", "int_identity__score_pairs"),
        ("int_identity__connect_groups", "int_identity__score_pairs", "vault_person_records"),
    ],
    "orders and returns are summed to the customer first, and only the sums meet": [
        ("mart_customer_360", "mart_order_summary", "mart_order_summary"),
        ("mart_customer_360", "mart_order_summary", "fct_returns"),
        ("mart_customer_360", "fct_returns", "mart_order_summary"),
        ("mart_customer_360", "fct_returns", "fct_returns"),
    ],
    "page events lie by session; only those that report an order move, one in a hundred": [
        ("mart_order_events", "fct_page_events", "fct_page_events"),
        *(
            ("mart_order_events", *pair)
            for other in ("fct_shipments", "fct_settlements", "bridge_order_item_promotions")
            for pair in (("fct_page_events", other), (other, "fct_page_events"))
        ),
        ("mart_attribution", "fct_page_events", "mart_order_summary"),
    ],
    "a visitor has many sessions, a session many events: one of the two moves, the few who bought": [
        ("mart_attribution", "fct_page_events", "fct_sessions"),
    ],
    "one row, the day since which payouts are known, is put beside all others": [
        ("mart_payment_ageing", "mart_settlement_reconciliation", "mart_settlement_reconciliation"),
    ],
    "payouts that name no order are asked whether their payment is there; they are few": [
        ("mart_settlement_reconciliation", "fct_settlements", "fct_payments"),
    ],
    "sums per campaign and day meet, and only they move": [
        ("mart_campaign_return", "fct_sessions", "fct_sessions"),
        ("mart_campaign_return", "fct_sessions", "fct_ad_spend_daily"),
        ("mart_campaign_return", "fct_ad_spend_daily", "fct_sessions"),
        ("mart_campaign_return", "fct_sessions", "mart_attribution"),
        ("mart_campaign_return", "fct_ad_spend_daily", "mart_attribution"),
    ],
}
ACCEPTED = {join for joins in ACCEPTED_REASONS.values() for join in joins}


def relations(manifest: Node) -> list[Relation]:
    found = []
    for node in manifest["nodes"].values():
        config = node["config"]
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        dist = config.get("dist") or "auto"
        found.append(
            Relation(
                name=node["alias"],
                columns=tuple(node["columns"]),
                sql=node["compiled_code"] if config["materialized"] == "view" else None,
                dist=dist,
                is_large=node["resource_type"] != "seed"
                and dist != "all"
                and config["meta"].get("size") != "small",
            )
        )
    for source in manifest["sources"].values():
        found.append(Relation(source["identifier"], tuple(source["columns"]), is_large=False))
    return found


def large_joins(manifest: Node, *models: str) -> list[Join]:
    """Return the joins of these models, of all if none is named."""
    warehouse = Warehouse(relations(manifest), "duckdb")
    return [
        join
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "snapshot") and (not models or node["name"] in models)
        for join in warehouse.large_joins(node["name"], node["compiled_code"])
    ]


@pytest.fixture(scope="session")
def joins(compiled: Node) -> list[Join]:  # noqa: F811
    return large_joins(compiled)


def test_joins_of_large_tables_carry_the_distribution_key(joins: list[Join]) -> None:
    found = [join for join in joins if (join.model, join.left, join.right) not in ACCEPTED]
    assert not [str(join) for join in found if not join.is_collocated], (
        "rows move: join on the distribution key too, distribute one like the other, say `meta.size: small`"
        " with the reason, or accept the join here"
    )


def test_every_accepted_join_is_still_there_and_still_moves_rows(joins: list[Join]) -> None:
    moving = {(join.model, join.left, join.right) for join in joins if not join.is_collocated}
    assert moving >= ACCEPTED


def test_joins_are_found_behind_ctes_filters_and_sums(joins: list[Join]) -> None:
    found = {(join.model, join.left, join.right, join.predicates) for join in joins}
    on_order = ("order_id = order_id",)
    assert {
        # a sum of the fact, behind two CTEs
        ("mart_order_summary", "int_orders__unite_orders", "fct_order_items", on_order),
        ("fct_order_lifecycle", "int_orders__value_lines", "int_orders__unite_orders", on_order),
        # behind a filter on the affected keys
        ("fct_payments", "stg_payments__transactions", "int_orders__unite_orders", on_order),
    } <= found


RELATIONS = [
    Relation("items", ("item_id", "order_id", "customer_id"), dist="order_id"),
    Relation("payments", ("payment_id", "order_id", "customer_id"), dist="order_id"),
    Relation("returns", ("return_id", "order_id"), dist="return_id"),
    Relation("visits", ("visit_id", "order_id", "customer_id")),
    Relation("calls", ("call_id", "order_id", "customer_id")),
    Relation("clicks", ("click_id", "order_id"), dist="even"),
    Relation("scans", ("scan_id", "order_id"), dist="even"),
    Relation("countries", ("country_code", "order_id"), dist="all", is_large=False),
    Relation(
        "staged",
        ("order_id", "trimmed_id"),
        sql="select order_id, trim(order_id) as trimmed_id from w.s.items",
    ),
]

COLLOCATED = [
    "select * from w.s.items as i inner join w.s.payments as p on i.order_id = p.order_id",
    "select * from w.s.items as i inner join w.s.payments as p using (order_id)",
    "select * from w.s.items as i, w.s.payments as p where (i.item_id > 1 and i.order_id = p.order_id)",
    """
    with i as (select * from w.s.items),
    sums as (select order_id as o, count(*) as n from i group by 1)
    select * from sums left join w.s.payments as p on sums.o = p.order_id
    """,
    "select * from w.s.staged as s inner join w.s.payments as p on s.order_id = p.order_id",
    "select * from w.s.items where order_id in (select order_id from w.s.payments)",
    """
    select * from w.s.items as i
    where exists (select 1 from w.s.payments as p where p.order_id = i.order_id)
    """,
    # Redshift can distribute `visits` on what it is joined on, and that is the key of `items`.
    "select * from w.s.items as i inner join w.s.visits as v using (order_id)",
    # And two tables on any column of both.
    "select * from w.s.visits as v inner join w.s.calls as c using (customer_id)",
    """
    select * from (select order_id from w.s.items union all select order_id from w.s.visits) as u
    inner join w.s.payments as p using (order_id)
    """,
]

MOVING = {
    "select * from w.s.items as i inner join w.s.payments as p on i.customer_id = p.customer_id": (
        "items with payments on customer_id = customer_id"
    ),
    "select * from w.s.items as i inner join w.s.returns as r using (order_id)": (
        "items with returns on order_id = order_id"
    ),
    "select * from w.s.items as i inner join w.s.visits as v using (customer_id)": (
        "items with visits on customer_id = customer_id"
    ),
    "select * from w.s.items as i inner join w.s.payments as p on i.order_id > p.order_id": (
        "items with payments on no column of theirs as it is"
    ),
    "select * from w.s.items as i cross join w.s.payments": "items with payments",
    # EVEN has no key that a join could be on.
    "select * from w.s.clicks as c inner join w.s.items as i using (order_id)": (
        "clicks with items on order_id = order_id"
    ),
    "select * from w.s.visits as v inner join w.s.clicks as c using (order_id)": (
        "visits with clicks on order_id = order_id"
    ),
    "select * from w.s.clicks as c inner join w.s.scans as s using (order_id)": (
        "clicks with scans on order_id = order_id"
    ),
    # A calculated key is another key.
    """
    with i as (select customer_id, max(order_id) as order_id from w.s.items group by 1)
    select * from i left join w.s.payments as p on i.order_id = p.order_id
    """: "items with payments on no column of theirs as it is",
    "select * from w.s.staged as s inner join w.s.payments as p on s.trimmed_id = p.order_id": (
        "items with payments on no column of theirs as it is"
    ),
    "select * from w.s.items where customer_id not in (select customer_id from w.s.payments)": (
        "items with payments on customer_id = customer_id"
    ),
    """
    select * from w.s.items as i
    where exists (select 1 from w.s.payments as p where p.customer_id = i.customer_id)
    """: "items with payments on customer_id = customer_id",
    """
    select * from w.s.items as i
    inner join w.s.payments as p using (order_id)
    inner join w.s.returns as r on i.order_id = r.order_id
    """: "items with returns on order_id = order_id",
}


def moving_joins(sql: str) -> list[str]:
    joins = Warehouse(RELATIONS, "duckdb").large_joins("model", sql)
    assert joins, "no join found"
    return [str(join) for join in joins if not join.is_collocated]


@pytest.mark.parametrize("sql", COLLOCATED)
def test_a_join_on_the_distribution_key_is_collocated(sql: str) -> None:
    assert not moving_joins(sql)


def test_a_table_on_all_nodes_is_joined_on_anything() -> None:
    sql = "select * from w.s.items as i cross join w.s.countries"
    assert not Warehouse(RELATIONS, "duckdb").large_joins("model", sql)


@pytest.mark.parametrize(("sql", "text"), MOVING.items())
def test_a_join_that_moves_rows_is_found_and_named(sql: str, text: str) -> None:
    (found,) = moving_joins(sql)
    assert found.startswith(f"model joins {text}")


def test_a_join_without_the_key_fails_this_suite(compiled: Node) -> None:  # noqa: F811
    """Mutation: the mart asks for the customer of both facts instead of their order."""
    mutant = {**compiled, "nodes": dict(compiled["nodes"])}
    name = "model.duckshift.mart_order_summary"
    node = dict(mutant["nodes"][name])
    join = "orders.order_id = payments.order_id"
    assert join in node["compiled_code"]
    node["compiled_code"] = node["compiled_code"].replace(join, "orders.customer_id = payments.customer_id")
    mutant["nodes"][name] = node
    broken = [str(join) for join in large_joins(mutant, "mart_order_summary") if not join.is_collocated]
    assert any(
        text.startswith("mart_order_summary joins int_orders__unite_orders with fct_payments on ")
        for text in broken
    )


def moving_merges(manifest: Node) -> list[str]:
    """Return the models whose merge joins the staged rows without the distribution key of the table."""
    found = []
    for node in manifest["nodes"].values():
        config = node["config"]
        dist = config.get("dist") or "auto"
        is_merged = config.get("incremental_strategy") in ("merge", "delete+insert")
        if config["materialized"] != "incremental" or not is_merged or dist in ("auto", "all", "even"):
            continue
        key = config["unique_key"]
        column = node["columns"].get(dist, {}).get("config", {}).get("meta", {})
        if dist not in ([key] if isinstance(key, str) else key or []) and not column.get("immutable"):
            found.append(f"{node['name']} is distributed on {dist} and merged by {key}")
    return found


def test_merges_compare_the_distribution_key(compiled: Node) -> None:  # noqa: F811
    assert not moving_merges(compiled), (
        "rows move: distribute on a column of the key, or say that no version of a row changes the column"
        " (`meta.immutable: true`)"
    )


@pytest.mark.parametrize(
    ("change", "is_moving"),
    [
        ({}, True),
        ({"unique_key": ["order_id", "item_id"]}, False),
        ({"dist": "auto"}, False),
        ({"incremental_strategy": "append"}, False),
    ],
)
def test_a_merge_that_moves_rows_is_found_and_named(change: dict[str, object], is_moving: bool) -> None:
    config = {"materialized": "incremental", "incremental_strategy": "merge", "unique_key": "item_id"}
    node = {"name": "items", "config": config | {"dist": "order_id"} | change, "columns": {}}
    moving = ["items is distributed on order_id and merged by item_id"]
    assert moving_merges({"nodes": {"items": node}}) == (moving if is_moving else [])


def test_a_merge_on_an_immutable_distribution_key_moves_nothing() -> None:
    config = {"materialized": "incremental", "incremental_strategy": "merge", "unique_key": "item_id"}
    columns = {"order_id": {"config": {"meta": {"immutable": True}}}}
    node = {"name": "items", "config": config | {"dist": "order_id"}, "columns": columns}
    assert not moving_merges({"nodes": {"items": node}})
