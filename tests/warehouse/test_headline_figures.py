"""Headline figures of the marts, worked out anew from landing files and truth, and compared exactly.

The other road is plain Python over files (tests/warehouse/landed.py). What truth states as one number is in
test_figures; rejected records by reason and duplicates dropped are in test_accounting.
"""

import csv
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from tests.warehouse.building import Warehouse
from tests.warehouse.landed import Landed, in_shares, local_date, rounded, seed
from tests.warehouse.truth import Truth

CANCELLED = {row["order_status"] for row in seed("order_statuses") if row["is_cancelled"] == "true"}


MILLIONTH = Decimal("0.000001")


@pytest.fixture(scope="module")
def landed(built: Warehouse, truth: Truth) -> Landed:
    return Landed(built.landing, truth)


def test_sales_by_day_and_currency(built: Warehouse, landed: Landed) -> None:
    expected: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for line in landed.sold:
        order = landed.orders[line.order_id]
        expected[order.day, order.currency] += line.net
    found = built.rows(
        "select order_date, currency_code, sum(net_amount) from gold.fct_order_items group by all"
    )
    assert {(day, currency): amount for day, currency, amount in found} == expected
    assert len({day for day, _ in expected}) >= 30


def test_net_sales_by_day_in_the_reporting_currency(built: Warehouse, landed: Landed) -> None:
    """Without tax, each line converted by itself at the rate of its day or the last before."""
    rate_of = landed.euros_per_unit()
    expected: dict[date, Decimal] = defaultdict(Decimal)
    for line in landed.sold:
        order = landed.orders[line.order_id]
        rate = rate_of(order.currency, order.day)
        assert rate
        expected[order.day] += rounded(line.net_without_tax * rate)
    found = built.rows(
        "select business_date, sum(net_sales_amount) from gold.sales_daily"
        " where sold_line_count > 0 group by all"
    )
    assert dict(found) == expected


def test_refunds_by_day_are_without_the_tax_that_they_hold(built: Warehouse, landed: Landed) -> None:
    rate_of = landed.euros_per_unit()
    expected: dict[date, Decimal] = defaultdict(Decimal)
    for line in landed.returned:
        rate = rate_of(line.currency, line.day)
        assert rate
        expected[line.day] += rounded(line.net_without_tax * rate)
    found = built.rows(
        "select business_date, sum(refund_amount) from gold.sales_daily"
        " where returned_line_count > 0 group by all"
    )
    assert dict(found) == expected
    assert {line.is_taxed_on_top for line in landed.returned} == {True, False}


def test_lifetime_value_by_customer(built: Warehouse, landed: Landed) -> None:
    """What was bought and not cancelled less what came back, both without tax and in euros of their day."""
    rate_of = landed.euros_per_unit()
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for line in landed.sold:
        order = landed.orders[line.order_id]
        if order.customer_id and order.status not in CANCELLED:
            expected[order.customer_id] += rounded(
                line.net_without_tax * (rate_of(order.currency, order.day) or 0)
            )
    for back in landed.returned:
        if back.customer_id:
            expected[back.customer_id] -= rounded(
                back.net_without_tax * (rate_of(back.currency, back.day) or 0)
            )
    found = built.rows(
        "select customer_id, lifetime_value_amount from gold.mart_customer_360"
        " inner join gold.dim_customer using (customer_durable_key)"
        " where dim_customer.is_current and lifetime_value_amount != 0"
    )
    assert dict(found) == {name: worth for name, worth in expected.items() if worth}
    assert len(found) > 100


@dataclass(frozen=True, order=True)
class Seen:
    """What a web event says, in the order of time."""

    moment: datetime
    event_id: str
    name: str = field(compare=False)
    visitor_id: str = field(compare=False)
    order_id: str | None = field(compare=False)
    country: str | None = field(compare=False)
    campaign: str | None = field(compare=False)


Session = list[Seen]
STEPS = ("view_item", "add_to_cart", "begin_checkout", "purchase")


@pytest.fixture(scope="module")
def sessions(landed: Landed) -> list[Session]:
    """What people did in the shop without half an hour's break."""
    with (landed.root / "_truth" / "web_robots.csv").open(encoding="utf-8", newline="") as file:
        robots = {row["visitor_id"] for row in csv.DictReader(file)}
    events = {}
    for _, _, text in landed.lines("web/events"):
        for part in text.replace("}{", "}\n{").split("\n"):
            event = json.loads(part)
            events[event["event_id"]] = event
    visits: dict[str, Session] = defaultdict(list)
    for event in events.values():
        if event["visitor_id"] not in robots:
            context = event.get("context") or {}
            campaign = (context.get("utm") or {}).get("campaign")
            visits[event["visitor_id"]].append(
                Seen(
                    datetime.fromisoformat(event["event_at"]), event["event_id"], event["event_name"],
                    event["visitor_id"], event.get("order_id"), context.get("country"),
                    campaign and campaign.strip().lower(),
                )
            )  # fmt: skip
    found: list[Session] = []
    for visit in visits.values():
        last = None
        for seen in sorted(visit):
            if last is None or seen.moment - last > timedelta(minutes=30):
                found.append([])
            found[-1].append(seen)
            last = seen.moment
    return found


def test_sessions_and_steps_of_the_funnel_by_day(
    built: Warehouse, landed: Landed, sessions: list[Session]
) -> None:
    """Days are those of the market in which a session begins, by which all marts of marketing group."""
    expected: Counter[tuple[date, str]] = Counter()
    ahead = 0
    for session in sessions:
        first, names = session[0], {seen.name for seen in session}
        day = local_date(first.moment, landed.zones.get(first.country or "", "UTC"))
        ahead += day != first.moment.date()
        expected[day, "session"] += 1
        expected.update((day, step) for step in STEPS if step in names)
    found = Counter[tuple[date, str]]()
    for day, *counts in built.rows(
        "select session_date, count(*), count(*) filter (has_product_view),"
        " count(*) filter (has_cart_addition), count(*) filter (has_checkout),"
        " count(*) filter (has_purchase) from gold.fct_sessions group by all"
    ):
        found.update({(day, step): count for step, count in zip(("session", *STEPS), counts, strict=True)})
    assert found == expected
    assert expected.total() > 1000
    assert ahead > 10


def test_the_funnel_counts_a_session_for_its_deepest_step_and_all_before(
    built: Warehouse, sessions: list[Session]
) -> None:
    reached: Counter[int] = Counter()
    for session in sessions:
        names = {seen.name for seen in session}
        deepest = max((number for number, step in enumerate(STEPS, 1) if step in names), default=0)
        reached.update(range(deepest + 1))
    [found] = built.rows(
        "select sum(session_count), sum(view_session_count), sum(cart_session_count),"
        " sum(checkout_session_count), sum(purchase_session_count) from gold.mart_funnel_daily"
    )
    assert dict(enumerate(map(int, found))) == reached
    assert 0 < reached[4] < reached[3] < reached[2] < reached[1] < reached[0]


def test_credits_by_campaign_and_model(built: Warehouse, landed: Landed, sessions: list[Session]) -> None:
    """Each order is handed out to the visits of a month before it, as four models see them."""
    rate_of = landed.euros_per_unit()
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    for line in landed.sold:
        order = landed.orders[line.order_id]
        if order.status not in CANCELLED:
            revenue[line.order_id] += rounded(
                line.net_without_tax * (rate_of(order.currency, order.day) or 0)
            )
    of_visitor: dict[str, list[Session]] = defaultdict(list)
    reports: dict[str, Seen] = {}
    for session in sessions:
        of_visitor[session[0].visitor_id].append(session)
        for seen in session:
            if seen.name == "purchase" and seen.order_id in landed.orders:
                reports[seen.order_id] = min(seen, reports.get(seen.order_id, seen))
    expected: dict[tuple[str, str | None], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for name, report in reports.items():
        touches = sorted(
            (
                session
                for session in of_visitor[report.visitor_id]
                if timedelta(0) <= report.moment - session[0].moment <= timedelta(days=30)
            ),
            key=lambda session: session[0],
        )
        ages = [(report.moment - session[0].moment).days for session in touches]
        last = len(touches) - 1
        for model, weights in {
            "first": [int(number == 0) for number in range(len(touches))],
            "last": [int(number == last) for number in range(len(touches))],
            "linear": [1] * len(touches),
            "time_decay": [round(1000 * 0.5 ** (days / 7)) for days in ages],
        }.items():
            parts = {f"{number:04}": Decimal(weight) for number, weight in enumerate(weights)}
            order_count = Decimal(0 if landed.orders[name].status in CANCELLED else 10000)
            amounts, shares = in_shares(revenue[name], parts), in_shares(order_count, parts)
            for number, session in enumerate(touches):
                campaign = next((seen.campaign for seen in session if seen.campaign), None)
                expected[model, campaign][0] += amounts[f"{number:04}"]
                expected[model, campaign][1] += shares[f"{number:04}"] / 10000
    found = built.rows(
        "select attribution_model, utm_campaign, sum(credited_revenue_amount), sum(order_share)"
        " from gold.mart_attribution inner join gold.fct_sessions using (session_key) group by all"
    )
    assert {(model, campaign): [amount, share] for model, campaign, amount, share in found if share} == {
        key: sums for key, sums in expected.items() if sums[1]
    }
    assert len({campaign for _, campaign in expected}) > 3
    assert any(landed.orders[name].status in CANCELLED for name in reports)


def test_deliveries_on_time_by_country(built: Warehouse, landed: Landed, truth: Truth) -> None:
    """A line is delivered once, by the clock of its country, however many carriers report it."""
    parcels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in landed.latest_records("shipping/events", "event_id").values():
        parcels[event["shipment_line_id"]].append(event)
    expected: Counter[tuple[str, bool | None]] = Counter()
    delivered = set()
    for name, events in parcels.items():
        first = min(events, key=lambda event: (event["event_at"], event["event_id"]))
        moments = [event["event_at"] for event in events if event["status"] == "delivered"]
        order = landed.orders.get(first["order_id"])
        is_on_time = None
        if moments:
            delivered.add(name)
            day = local_date(datetime.fromisoformat(min(moments)), landed.zones[first["country_code"]])
            is_on_time = day <= order.promised if order and order.promised else None
        expected[first["country_code"], is_on_time] += 1
    found = built.rows("select country_code, is_on_time, count(*) from gold.fct_shipments group by all")
    assert {(country, state): count for country, state, count in found} == expected
    assert {state for _, state in expected} == {True, False, None}
    # As happened: some deliveries were told in records that had to be refused.
    [(count,)] = built.rows("select count(*) from gold.fct_shipments where is_delivered")
    refused = [
        fault for fault in truth.faults if (fault.source, fault.disposition) == ("shipping", "rejected")
    ]
    assert count == len(delivered)
    assert 0 <= truth.figures["delivered_shipment_lines"] - count <= len(refused)


@pytest.fixture(scope="module")
def stock(landed: Landed) -> dict[tuple[str, str], list[tuple[datetime, int]]]:
    """What changed the stock of a product at a place, and when."""
    counts: dict[tuple[str, str], tuple[str, datetime, int]] = {}
    for row in landed.changes("opening_stock"):
        pair = (row["product_id"], row["location_id"])
        if pair not in counts or row["_change_seq"] >= counts[pair][0]:
            counts[pair] = (row["_change_seq"], row["counted_at"], row["quantity"])
    found = {pair: [(moment, quantity)] for pair, (_, moment, quantity) in counts.items()}
    for row in landed.shop("inventory_movements", "movement_id").values():
        pair = (row["product_id"], row["location_id"])
        found.setdefault(pair, []).append((row["moved_at"], row["quantity"]))
    return found


def test_closing_stock(built: Warehouse, landed: Landed) -> None:
    with (landed.root / "_truth" / "closing_stock.csv").open(encoding="utf-8", newline="") as file:
        expected = {
            (row["product_id"], row["location_id"]): int(row["quantity"]) for row in csv.DictReader(file)
        }
    found = built.rows("""
        select products.product_id, places.location_id, levels.quantity_on_hand
        from gold.fct_inventory as levels
        left join gold.dim_product as products
            on levels.product_durable_key = products.product_durable_key and products.is_current
        left join gold.dim_location as places using (location_key)
        where levels.is_current
    """)
    assert {(product, place): quantity for product, place, quantity in found} == expected
    assert len(found) == len(expected)


def test_stock_out_days_by_place(
    built: Warehouse, landed: Landed, stock: dict[tuple[str, str], list[tuple[datetime, int]]]
) -> None:
    """Days that end, by the clock of the place, with nothing on hand of what was there before."""
    [(last_day,)] = built.rows("select run_date from gold.dim_run_date")
    zones = {name: row["time_zone"] for name, row in landed.shop("locations", "location_id").items()}
    expected: Counter[str] = Counter()
    for (_, place), changes in stock.items():
        moved: dict[date, int] = defaultdict(int)
        for moment, quantity in changes:
            moved[local_date(moment, zones[place])] += quantity
        day, level = min(moved), 0
        while day <= last_day:
            level += moved.get(day, 0)
            expected[place] += level <= 0
            day += timedelta(days=1)
    found = built.rows(
        "select location_id, count(*) filter (is_stock_out) from gold.fct_inventory_daily"
        " inner join gold.dim_location using (location_key) group by all"
    )
    assert dict(found) == expected
    assert expected.total() > 100
    [(days,)] = built.rows("select sum(stock_out_place_day_count) from gold.mart_inventory_turnover")
    assert days == expected.total()


def test_turnover_by_product(
    built: Warehouse, landed: Landed, stock: dict[tuple[str, str], list[tuple[datetime, int]]]
) -> None:
    """Days with a known stock, what was sold on them and not cancelled, and what lay there on average."""
    [(last_day,)] = built.rows("select run_date from gold.dim_run_date")
    zones = {name: row["time_zone"] for name, row in landed.shop("locations", "location_id").items()}
    levels: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for (product, place), changes in stock.items():
        moved: dict[date, int] = defaultdict(int)
        for moment, quantity in changes:
            moved[local_date(moment, zones[place])] += quantity
        day, level = min(moved), 0
        while day <= last_day:
            level += moved.get(day, 0)
            if day > last_day - timedelta(days=90):
                levels[product][day] += level
            day += timedelta(days=1)
    sold: Counter[str] = Counter()
    for line in landed.sold_units:
        order = landed.orders.get(line.order_id)
        if order and order.status not in CANCELLED and order.day in levels.get(line.product_id, {}):
            sold[line.product_id] += line.quantity
    found = built.rows("""
        select products.product_id, day_count, sold_quantity, average_stock_quantity
        from gold.mart_inventory_turnover
        inner join gold.dim_product as products using (product_durable_key)
        where products.is_current
    """)
    assert {row[0]: row[1:] for row in found} == {
        product: (len(days), sold[product], rounded(Decimal(sum(days.values())) / len(days), MILLIONTH))
        for product, days in levels.items()
    }
    assert sum(sold.values()) > 100


def test_products_bought_together(built: Warehouse, landed: Landed) -> None:
    """Pairs of products in at least three orders, of products in at least three."""
    baskets: dict[str, set[str]] = defaultdict(set)
    for line in landed.sold_units:
        if line.line_type == "sale" and line.order_id in landed.orders:
            baskets[line.order_id].add(line.product_id)
    kept = [basket for basket in baskets.values() if len(basket) <= 30]
    orders_of = Counter(product for basket in kept for product in basket)
    pairs = Counter(frozenset(pair) for basket in kept for pair in combinations(sorted(basket), 2))
    expected = {
        pair: (count, rounded(Decimal(count * len(kept)) / (orders_of[one] * orders_of[other]), MILLIONTH))
        for pair, count in pairs.items()
        for one, other in [sorted(pair)]
        if count >= 3
    }
    found = built.rows("""
        select coalesce(firsts.product_id, firsts.sku), coalesce(seconds.product_id, seconds.sku),
            pair_order_count, lift_ratio
        from gold.mart_basket_affinity
        inner join gold.dim_product as firsts
            on first_product_durable_key = firsts.product_durable_key and firsts.is_current
        inner join gold.dim_product as seconds
            on second_product_durable_key = seconds.product_durable_key and seconds.is_current
    """)
    assert {frozenset((one, other)): (count, lift) for one, other, count, lift in found} == expected
    assert len(found) == len(expected)
    assert expected


def test_cohorts_by_month(built: Warehouse, landed: Landed) -> None:
    months: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for order in landed.orders.values():
        if order.customer_id and order.status not in CANCELLED:
            months[order.customer_id].add((order.day.year, order.day.month))
    expected = Counter(
        (*min(own), 12 * (year - min(own)[0]) + month - min(own)[1])
        for own in months.values()
        for year, month in own
    )
    found = built.rows(
        "select year(cohort_month), month(cohort_month), months_since, active_customer_count, customer_count"
        " from gold.mart_customer_cohorts where active_customer_count > 0"
    )
    assert {tuple(row[:3]): row[3] for row in found} == expected
    for year, month, _, _, size in found:
        assert size == expected[year, month, 0]
    assert sum(count for (*_, since), count in expected.items() if since == 0) == len(months)


def test_reconciled_amount_by_currency(built: Warehouse, landed: Landed) -> None:
    """Captures of orders that paid what they owe, to within five cents, and need no second look."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for line in landed.sold:
        owed[line.order_id] += line.net_without_tax + line.tax + line.shipping
    payments = [
        payment
        for payment in landed.latest_records("payments/transactions", "payment_id").values()
        if payment["transaction_status"] in (None, "approved")
    ]
    odd = {
        payment["order_id"]
        for payment in payments
        if payment["order_id"] in landed.orders
        and payment["currency_code"] != landed.orders[payment["order_id"]].currency
    }
    known = {
        (payment["order_id"], payment["payment_id"])
        for payment in payments
        if payment["transaction_type"] == "authorisation"
    }
    captures = [payment for payment in payments if payment["transaction_type"] == "capture"]
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in captures:
        paid[payment["order_id"]] += Decimal(payment["amount"])
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for payment in captures:
        name, authorisation = payment["order_id"], payment["authorisation_id"]
        order = landed.orders.get(name)
        if (
            order is not None
            and name not in odd
            and order.status not in CANCELLED
            and (
                (name, authorisation) in known
                if authorisation
                else payment["payment_method"] not in ("card", "paypal", "klarna")
            )
            and abs(paid[name] - owed[name]) <= Decimal("0.05")
        ):
            expected[payment["currency_code"]] += Decimal(payment["amount"])
    found = built.rows(
        "select currency_code, sum(amount) from gold.mart_payment_reconciliation"
        " where class_code = 'capture_agrees' group by all"
    )
    assert dict(found) == expected
    assert len(expected) > 5


def test_refunds_that_the_processor_paid_agree_with_what_came_back(built: Warehouse, landed: Landed) -> None:
    """Refunds differ where what was paid back is not, to within five cents, what came back with its tax."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for line in landed.returned:
        if line.order_id:
            owed[line.order_id] += line.net_without_tax + line.tax
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in landed.latest_records("payments/transactions", "payment_id").values():
        if payment["transaction_type"] == "refund" and payment["transaction_status"] in (None, "approved"):
            paid[payment["order_id"]] += Decimal(payment["amount"])
    found = built.rows(
        "select order_id, class_code from gold.mart_payment_reconciliation"
        " where class_code in ('refund_agrees', 'refund_differs')"
    )
    agrees = {name: abs(paid[name] - owed[name]) <= Decimal("0.05") for name, _ in found}
    assert dict(found) == {
        name: "refund_agrees" if is_so else "refund_differs" for name, is_so in agrees.items()
    }
    on_top = {line.order_id for line in landed.returned if line.is_taxed_on_top and line.tax}
    assert any(agrees[name] for name, _ in found if name in on_top)
    returned = built.rows(
        "select order_id, refund_total_amount from gold.mart_order_summary where return_line_count > 0"
    )
    assert dict(returned) == owed


def test_settled_payments_by_class_and_what_was_paid_out(
    built: Warehouse, landed: Landed, truth: Truth
) -> None:
    kinds = ("unknown_payment", "settled_twice", "amount_differs", "settled_late")
    odd = {fault.record_key: fault.fault for fault in truth.faults_of(*kinds)}
    assert set(odd.values()) == set(kinds)
    lines = landed.latest_records("payments/settlements", "settlement_line_id")
    expected = {line["payment_id"]: "paid_out" for line in lines.values()}
    for (name,), line in lines.items():
        if name in odd:
            expected[line["payment_id"]] = odd[name]
    found = built.rows(
        "select payment_id, class_code from gold.mart_settlement_reconciliation where settlement_count > 0"
    )
    assert dict(found) == expected
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines.values():
        if expected[line["payment_id"]] == "paid_out":
            amounts[line["currency_code"]] += Decimal(line["gross_amount"])
    paid_out = built.rows(
        "select currency_code, sum(settled_amount) from gold.mart_settlement_reconciliation"
        " where class_code = 'paid_out' group by all"
    )
    assert dict(paid_out) == amounts


def test_advertising_by_campaign(built: Warehouse, landed: Landed) -> None:
    """The last export that has a campaign and day counts; what was refused is in a later one."""
    expected: dict[str, tuple[Decimal, int]] = {}
    for (campaign, _), row in landed.latest_records(
        "marketing/ad_spend", "campaign_id", "spend_date"
    ).items():
        spent, clicks = expected.get(campaign, (Decimal(0), 0))
        expected[campaign] = (spent + Decimal(row["spend_amount"]), clicks + int(row["clicks"]))
    found = built.rows(
        "select campaign_id, sum(spend_amount), sum(clicks) from gold.fct_ad_spend_daily group by all"
    )
    assert {campaign: (spent, clicks) for campaign, spent, clicks in found} == expected


def true_persons(landed: Landed) -> dict[str, str]:
    """Return who each record of a source is."""
    with (landed.root / "_truth" / "persons.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['source']}:{row['record_id']}": row["person_id"] for row in csv.DictReader(file)}


def test_records_of_one_person(built: Warehouse, landed: Landed) -> None:
    """Pairs of records that are one person, among those that landed; of this seed every one is found."""
    person_of = true_persons(landed)
    groups: dict[str, set[str]] = defaultdict(set)
    truly: dict[str, set[str]] = defaultdict(set)
    for record, person in built.rows(
        "select record_id, master_customer_id from gold.bridge_customer_records"
    ):
        groups[person].add(record)
        truly[person_of[record]].add(record)

    def pairs(of: dict[str, set[str]]) -> set[tuple[str, str]]:
        return {pair for records in of.values() for pair in combinations(sorted(records), 2)}

    assert pairs(groups) == pairs(truly)
    assert len(pairs(truly)) > 100


def test_interactions_with_customers(built: Warehouse, landed: Landed) -> None:
    """By person: those of the newest dump, over all contacts of whoever has an account."""
    person_of = true_persons(landed)
    damaged = {file for file, _ in landed.refused}
    dumps: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for file, _, text in landed.lines("crm/interactions"):
        if file not in damaged:
            record = json.loads(text)
            dumps[file][record["interaction_id"]] = record
    accounts = built.rows("select record_id from gold.bridge_customer_records where source_system = 'shop'")
    customers = {person_of[record] for (record,) in accounts}
    expected: dict[str, tuple[int, datetime]] = {}
    for record in dumps[max(dumps)].values():
        person = person_of.get(f"crm:{record['contact_id']}")
        if person in customers:
            count, last = expected.get(person, (0, datetime.min))
            expected[person] = (count + 1, max(last, datetime.fromisoformat(record["occurred_at"])))
    found = built.rows(
        "select master_customer_id, sum(interaction_count), max(last_interaction_at)"
        " from gold.mart_customer_360 where interaction_count > 0 group by all"
    )
    assert {person_of[record]: (count, last) for record, count, last in found} == expected
    assert len(expected) > 10
    assert len(dumps) > 1


def test_cards_shown_at_tills(built: Warehouse, landed: Landed) -> None:
    """Lines sold by card, and each card of the tills is a record that has a person."""
    expected = Counter(
        line["loyalty_card_number"]
        for line in landed.receipt_lines.values()
        if int(line["quantity"]) > 0 and line.get("loyalty_card_number")
    )
    found = built.rows(
        "select source_record_id, count(*) from gold.fct_order_items"
        " inner join gold.bridge_customer_records on loyalty_card_key = record_key"
        " where fct_order_items.source_system = 'pos' group by all"
    )
    assert dict(found) == expected
    assert expected
