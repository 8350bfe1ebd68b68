"""Stock agrees with orders, returns and tills; discounts agree with the promotions that gave them."""

from decimal import Decimal
from typing import Any


def stock(landing: Any) -> str:
    """Return SQL for opening stock and movements as one list of changes of stock."""
    return f"""(
        select product_id, location_id, quantity, counted_at as moved_at
        from {landing.state("opening_stock", "product_id, location_id")}
        union all
        select product_id, location_id, quantity, moved_at
        from {landing.state("inventory_movements", "movement_id")}
    )"""


def test_opening_stock_and_movements_sum_to_the_closing_stock(landing: Any) -> None:
    [(compared, differing)] = landing.rows(f"""
        select count(*), count(*) filter (summed.quantity is distinct from closing.quantity)
        from (
            select product_id, location_id, sum(quantity)::bigint as quantity
            from {stock(landing)}
            group by all
        ) as summed
        full join read_csv('{{root}}/_truth/closing_stock.csv') as closing using (product_id, location_id)
    """)
    assert compared > 500
    assert differing == 0


def test_stock_is_never_negative_and_at_times_there_is_none(landing: Any) -> None:
    [(negative, empty)] = landing.rows(f"""
        select count(*) filter (level < 0), count(*) filter (level = 0)
        from (
            select sum(quantity) over (
                partition by product_id, location_id order by moved_at range unbounded preceding
            ) as level
            from {stock(landing)}
        )
    """)
    assert negative == 0
    assert empty > 50


def test_what_was_sold_on_the_web_left_a_warehouse_line_by_line(landing: Any) -> None:
    """Orders that were shipped long ago; of the last ones a second parcel may still be here."""
    wrong = landing.rows(f"""
        with item as (
            select order_item_id, items.quantity, order_status
            from {landing.state("order_items", "order_item_id")} as items
            inner join {landing.state("orders", "order_id")} using (order_id)
            where product_id is not null
        ),
        moved as (
            select reference_id as order_item_id, -sum(quantity) as quantity
            from {landing.state("inventory_movements", "movement_id")}
            where movement_type = 'sale' and reference_type = 'order_item' and location_id like 'W-%'
            group by all
        )
        select * from item
        full join moved using (order_item_id)
        where
            (item.order_status in ('placed', 'paid', 'cancelled') and moved.quantity is not null)
            or (item.order_status = 'delivered' and item.quantity is distinct from moved.quantity)
            or moved.quantity > item.quantity
    """)
    # Orders whose statuses are swapped are called paid after they were shipped.
    swapped = {fault["record_key"] for fault in landing.faults_of("status_order")}
    assert [row for row in wrong if f"O-{row[0][3:11]}" not in swapped] == []


def test_returned_goods_come_back_into_stock(landing: Any) -> None:
    [(lines, wrong)] = landing.rows(f"""
        select count(*), count(*) filter (moved.quantity is distinct from returned.quantity)
        from {landing.state("return_items", "return_item_id")} as returned
        inner join {landing.state("returns", "return_id")} as heads using (return_id)
        left join {landing.state("inventory_movements", "movement_id")} as moved
            on moved.reference_id = return_item_id and movement_type = 'return'
        where returned_at < timestamp '2024-01-30 22:00:00'
    """)
    assert lines > 10
    assert wrong == 0


def test_some_movements_are_booked_days_late(landing: Any) -> None:
    [(late,)] = landing.rows(f"""
        select count(distinct movement_id) from {landing.log("inventory_movements")}
        where "Op" = 'I' and _commit_ts > moved_at + interval 1 day
    """)
    assert late == len(landing.faults_of("late_movement")) > 0


def test_the_promotions_of_a_line_sum_to_its_discount(landing: Any) -> None:
    rows = landing.rows(f"""
        select items.discount_amount, granted.discount_amount, grants
        from (
            from {landing.state("order_items", "order_item_id")} where discount_amount > 0
        ) as items
        full join (
            select order_item_id, sum(discount_amount) as discount_amount, count(*) as grants
            from {landing.state("order_item_promotions", "order_item_promotion_id")}
            group by order_item_id
        ) as granted using (order_item_id)
    """)
    assert [row for row in rows if row[0] != row[1]] == []
    assert {row[2] for row in rows} == {1, 2}
    assert sum(row[0] for row in rows) > Decimal(0)


def test_a_promotion_was_valid_when_it_was_granted(landing: Any) -> None:
    wrong = landing.rows(f"""
        select order_item_promotion_id
        from {landing.state("order_item_promotions", "order_item_promotion_id")}
        inner join {landing.state("order_items", "order_item_id")} using (order_item_id)
        inner join {landing.state("orders", "order_id")} using (order_id)
        inner join {landing.state("promotions", "promotion_id")} using (promotion_id)
        where not (ordered_at >= starts_at and (ends_at is null or ordered_at < ends_at))
    """)
    assert wrong == []


def test_a_late_promotion_was_granted_before_it_was_entered(landing: Any) -> None:
    [fault] = landing.faults_of("late_promotion")
    [(early,)] = landing.rows(f"""
        select count(*)
        from {landing.log("order_item_promotions")} as granted
        inner join {landing.log("promotions")} as promotions using (promotion_id)
        where promotion_id = '{fault["record_key"]}' and granted._commit_ts < promotions._commit_ts
    """)
    assert early > 0


def test_cards_are_scanned_with_the_account_they_are_linked_to_or_without_one(landing: Any) -> None:
    shown = landing.rows(f"""
        select distinct sales.customer_id, card.customer_id
        from read_csv('{{root}}/pos/sales/**/sales.csv', all_varchar = true, union_by_name = true,
            ignore_errors = true, hive_partitioning = false) as sales
        inner join {landing.state("loyalty_cards", "card_number")} as card
            on card.card_number = sales.loyalty_card_number
    """)
    assert {account is None for account, _ in shown} == {True, False}
    assert [pair for pair in shown if pair[0] is not None and pair[0] != pair[1]] == []
