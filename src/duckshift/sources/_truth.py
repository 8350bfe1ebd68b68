"""Writes what the warehouse has to find: faults, accounts and figures, below `_truth/`."""

import json
from pathlib import Path

from duckshift.landing import write_file
from duckshift.sources._engine import Run

FOLDER = "_truth"

_FIGURES = """
    insert into truth_figure
        select 'shop_orders', count(*) from order_head
        union all
        select 'pos_receipts', count(distinct (store_id, receipt_id)) from till_record
            where _disposition = 'loaded'
        union all
        select 'shop_order_lines', count(*) from order_line
        union all
        select 'pos_lines', count(*) from till_record where _disposition = 'loaded'
        union all
        select 'pos_sale_lines', count(*) from till_record where _disposition = 'loaded' and quantity > 0
        union all
        select 'order_lines',
            (select count(*) from order_line)
            + (select count(*) from till_record where _disposition = 'loaded' and quantity > 0)
        union all
        select 'shop_returns', count(distinct return_id) from return_line
        union all
        select 'shop_return_lines', count(*) from return_line
        union all
        select 'pos_return_lines', count(*) from till_record where _disposition = 'loaded' and quantity < 0
        union all
        select 'return_lines',
            (select count(*) from return_line)
            + (select count(*) from till_record where _disposition = 'loaded' and quantity < 0)
        union all
        select 'customers_ever', count(*) from customer
        union all
        select 'current_customers', count(*) from customer where left_at is null
        union all
        select 'products_ever', count(*) from product
        union all
        select 'current_products', count(*) - (select count(*) from product_gap where gap_to is null)
            from product
        union all
        select 'current_addresses', count(*)
        from address
        inner join customer using (customer_number)
        where left_at is null and (fate is null or fate not in ('deleted', 'vanishes'))
        union all
        select 'stores', count(*) from store
        union all
        select 'guest_orders', count(*) from order_head where customer_id is null
        union all
        -- The last status that was written down before the end.
        select 'orders_' || order_status, count(*)
        from (
            select order_id, max_by(order_status, (_commit_ts, _step)) as order_status
            from version_orders
            where _commit_ts < end_at()
            group by order_id
        )
        group by order_status;

    -- Amounts as priced: with tax where prices include it, without where they do not; without shipping.
    create table net_sales as
        select currency_code, 'shop' as sold_by, sum(goods_amount) as amount
            from order_line group by currency_code
        union all
        select currency_code, 'shop', -sum(order_discount) from order_total
            where order_discount is not null group by all
        union all
        select currency_code, 'pos', sum(quantity * unit_price - coalesce(discount_amount, 0)),
        from till_record
        where _disposition = 'loaded' and quantity > 0
        group by currency_code;

    insert into truth_figure
        select 'net_sales.' || currency_code, sum(amount) from net_sales group by currency_code
        union all
        select sold_by || '_net_sales.' || currency_code, sum(amount) from net_sales group by sold_by,
            currency_code
        union all
        select 'shop_gross.' || currency_code, sum(gross_amount) from order_line group by currency_code
        union all
        select 'shop_line_discount.' || currency_code, sum(coalesce(discount_amount, 0))
            from order_line group by currency_code
        union all
        select 'shop_order_discount.' || currency_code, sum(coalesce(order_discount, 0))
            from order_total group by currency_code
        union all
        select 'shop_shipping.' || currency_code, sum(coalesce(order_shipping, 0))
            from order_total group by currency_code
        union all
        select 'shop_refund.' || currency_code, sum(refund_amount) from return_line group by currency_code
        union all
        select 'pos_returned.' || currency_code, -sum(quantity * unit_price - coalesce(discount_amount, 0)),
        from till_record
        where _disposition = 'loaded' and quantity < 0
        group by currency_code
        union all
        select 'captured.' || currency_code, sum(amount),
        from payment_delivery
        where _disposition = 'loaded' and transaction_type = 'capture'
            and coalesce(transaction_status, 'approved') = 'approved'
        group by currency_code;
"""


# What no single figure can hold.
_TABLES = {
    "web_robots": """
        select visitor_id, any_value(web_session.kind) as kind, count(*) as events
        from web_record
        inner join web_event using (event_number)
        inner join web_session using (session_number)
        where _disposition = 'loaded' and web_session.kind in ('robot', 'stealth robot')
        group by visitor_id
        order by all
    """,
    "persons": """
        select format('PER-{:07d}', person_number) as person_id, source, record_id, relation,
            format('PER-{:07d}', related_number) as related_person_id,
        from person_record
        left join (select person_number, relation, related_number from person) using (person_number)
        order by all
    """,
    "closing_stock": """
        select product_id, location_id, sum(quantity)::bigint as quantity
        from (
            select product_id, location_id, quantity from opening
            union all
            select product_id, location_id, quantity from stock_flow
        )
        group by product_id, location_id
        order by all
    """,
}


def parameters(run: Run) -> bytes:
    """Return the content of parameters.json: what makes this generation the one it is."""
    plan = run.plan
    return (
        json.dumps(
            {
                "generator": 2,  # to be raised whenever the same arguments give other files
                "scale": plan.scale,
                "days": plan.days,
                "seed": plan.seed,
                "start": plan.start.isoformat(),
                "faults": plan.faults,
                "contract_breaks": plan.contract_breaks,
            },
            indent=2,
        )
        + "\n"
    ).encode()


def write(run: Run) -> None:
    """Write faults.csv, accounting.csv and figures.csv."""
    run.progress(FOLDER)
    run.sql(_FIGURES)
    for name, query in (
        ("faults", "from truth_fault order by all"),
        ("accounting", "from truth_accounting order by all"),
        ("figures", "from truth_figure order by all"),
    ):
        _write_csv(run, run.root / FOLDER / f"{name}.csv", query)
    for name, query in _TABLES.items():
        _write_csv(run, run.root / FOLDER / f"{name}.csv", query)


def _write_csv(run: Run, file: Path, query: str) -> None:
    result = run.connection.execute(query)
    header = ",".join(column[0] for column in result.description or [])
    lines = [",".join("" if value is None else str(value) for value in row) for row in result.fetchall()]
    write_file(file, ("\n".join([header, *lines]) + "\n").encode())
