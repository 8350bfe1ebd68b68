"""Olist (Brazilian marketplace) to the landing contract, replayed by month.

- An order has no history in the source, only times: its changes are placed, paid (approved), shipped
  (handed to the carrier) and delivered, as far as they have a time, then its present status if that is
  another one. `status_at` is the source's time, null for a present status without one (cancelled,
  unavailable, invoiced, processing).
- Changes of an order are numbered by their rank in its life, not by time: 279 orders were handed to the
  carrier before they were approved. A log does not run backwards, so `_commit_ts` is the latest `status_at`
  up to that change, and the reversal stays visible in `status_at`.
- A customer is the customer_unique_id (customer_id is new with every order). Its one address is that of its
  latest order: I with the first order, U with an order that goes elsewhere. Postal codes are padded to 5
  digits.
- A category keeps its Portuguese name as identifier and has the English one as name, where there is one.
- Sellers are suppliers. Products, sellers and categories have no date: they arrive with the first month.
- Freight is charged by item. Prices include tax, as is the rule in Brazil; the rate is not stated.
- Payments have neither time nor identifier: captures named `<order>-<sequence>`. They all arrive on the day
  of the first order, before any order does, so each waits for its order; zero and not_defined ones are
  kept.
- Times are those of America/Sao_Paulo. Reviews and geolocation are out of scope.
"""

from datetime import date
from pathlib import Path

import duckdb

from duckshift.adapters import reading
from duckshift.adapters.reading import Rule
from duckshift.adapters.replay import LandingReport, land_changes, land_text
from duckshift.contract import landing_contract
from duckshift.errors import UserError

# Tables of the data set, as (name here, file name without suffix, columns that are used).
SOURCE_TABLES = (
    (
        "source_orders",
        "olist_orders_dataset",
        (
            "order_id",
            "customer_id",
            "order_status",
            "order_purchase_timestamp",
            "order_approved_at",
            "order_delivered_carrier_date",
            "order_delivered_customer_date",
            "order_estimated_delivery_date",
        ),
    ),
    (
        "source_items",
        "olist_order_items_dataset",
        (
            "order_id",
            "order_item_id",
            "product_id",
            "seller_id",
            "shipping_limit_date",
            "price",
            "freight_value",
        ),
    ),
    (
        "source_payments",
        "olist_order_payments_dataset",
        ("order_id", "payment_sequential", "payment_type", "payment_installments", "payment_value"),
    ),
    (
        "source_customers",
        "olist_customers_dataset",
        ("customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city", "customer_state"),
    ),
    ("source_products", "olist_products_dataset", ("product_id", "product_category_name")),
    ("source_sellers", "olist_sellers_dataset", ("seller_id", "seller_city", "seller_state")),
    (
        "source_translations",
        "product_category_name_translation",
        ("product_category_name", "product_category_name_english"),
    ),
)
ENTITIES = (
    "categories",
    "suppliers",
    "products",
    "customers",
    "customer_addresses",
    "orders",
    "order_items",
)
ZONE = "America/Sao_Paulo"

# The source's statuses that the warehouse calls otherwise; the others keep their name.
STATUSES = {"created": "placed", "approved": "paid", "canceled": "cancelled"}

PAYMENTS_PER_PAGE = 10_000


def land(source: Path, root: Path, until: date | None = None) -> LandingReport:
    """Write the tables of `source` below the landing root: the shop's by month, payments on one early day.

    A month arrives on its last day. `until` leaves out months that arrive after it; a later call without it
    adds their files and touches no other. Payments always land in full. Returns the new files and their
    records by entity. Raises UserError for a folder, file, column or value that is not as documented.
    """
    with reading.connect() as connection:
        _read(connection, source)
        for statement in _STATEMENTS:
            connection.execute(statement)
        report = LandingReport()
        land_changes(connection, ENTITIES, "last_day(cast(_commit_ts as date))", root, until, report)
        land_text(connection, landing_contract()["payments", "transactions"], _PAYMENTS, root, report)
        return report


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    reading.require_folder(source, "Olist")
    for table, name, columns in SOURCE_TABLES:
        reading.read_table(connection, table, [reading.find_table(source, name)], columns)
    for table, rules in _rules().items():
        reading.check_values(connection, table, rules)
    reading.check_unique(connection, "source_orders", "order_id")
    reading.check_unique(connection, "source_customers", "customer_id")
    if not connection.execute("select count(*) from source_orders").fetchall()[0][0]:
        raise UserError(f"{source}: expected orders in olist_orders_dataset, found none")


def _rules() -> dict[str, list[Rule]]:
    def text(column: str) -> Rule:
        return Rule(column, "an identifier", f'"{column}"')

    def time(column: str, is_required: bool = False) -> Rule:
        expected = "a date and time such as 2017-10-02 10:56:33"
        return Rule(column, expected, reading.timestamp(column), is_required)

    def amount(column: str) -> Rule:
        return Rule(column, "an amount of money", reading.number(column, "decimal(18, 2)"))

    def count(column: str, is_required: bool = True) -> Rule:
        return Rule(column, "a whole number", reading.whole_number(column), is_required)

    return {
        "source_orders": [
            text("order_id"),
            text("order_status"),
            time("order_purchase_timestamp", is_required=True),
            time("order_approved_at"),
            time("order_delivered_carrier_date"),
            time("order_delivered_customer_date"),
            time("order_estimated_delivery_date"),
        ],
        "source_items": [
            text("order_id"),
            count("order_item_id"),
            time("shipping_limit_date", is_required=True),
            amount("price"),
            amount("freight_value"),
        ],
        "source_payments": [
            text("order_id"),
            count("payment_sequential"),
            text("payment_type"),
            count("payment_installments", is_required=False),
            amount("payment_value"),
        ],
        "source_customers": [text("customer_id"), text("customer_unique_id")],
        "source_products": [text("product_id")],
        "source_sellers": [text("seller_id")],
        "source_translations": [text("product_category_name")],
    }


def _utc(column: str) -> str:
    return reading.utc(reading.timestamp(column), ZONE)


def _statuses() -> str:
    whens = " ".join(f"when '{found}' then '{meant}'" for found, meant in STATUSES.items())
    return f"case lower(source_orders.order_status) {whens} else lower(source_orders.order_status) end"


_PURCHASES = f"""
create table purchases as
select
    source_orders.order_id,
    source_orders.customer_id as customer_record_id,
    source_customers.customer_unique_id as customer_id,
    {_statuses()} as present_status,
    {_utc("order_purchase_timestamp")} as purchased_at,
    {_utc("order_approved_at")} as approved_at,
    {_utc("order_delivered_carrier_date")} as handed_over_at,
    {_utc("order_delivered_customer_date")} as delivered_at,
    cast({reading.timestamp("order_estimated_delivery_date")} as date) as promised_date,
    source_customers.customer_city as city,
    source_customers.customer_state as region,
    -- Unique, sorts by time, and does not depend on which orders a sample holds.
    strftime({_utc("order_purchase_timestamp")}, '%Y%m%d%H%M%S-') || source_orders.order_id as purchase_seq,
from source_orders
left join source_customers on source_orders.customer_id = source_customers.customer_id
"""

# Everything without a date of its own is taken to have been there at the first purchase.
_BEGINNING = """
create table beginning as
select
    min(purchased_at) as _commit_ts,
    'I' as "Op",
from purchases
"""

_ORDERS = """
create table orders as
with dated_changes as (
    select order_id, 1 as life_rank, 'placed' as order_status, purchased_at as status_at from purchases
    union all
    select order_id, 2, 'paid', approved_at from purchases where approved_at is not null
    union all
    select order_id, 3, 'shipped', handed_over_at from purchases where handed_over_at is not null
    union all
    select order_id, 4, 'delivered', delivered_at from purchases where delivered_at is not null
),

last_dated_statuses as (
    select order_id, arg_max(order_status, life_rank) as order_status
    from dated_changes
    group by order_id
),

undated_changes as (
    select purchases.order_id, 9 as life_rank, purchases.present_status as order_status, null as status_at
    from purchases
    inner join last_dated_statuses on purchases.order_id = last_dated_statuses.order_id
    where purchases.present_status != last_dated_statuses.order_status
),

changes as (
    select * from dated_changes
    union all
    select * from undated_changes
)

select
    changes.order_id,
    purchases.customer_id,
    'marketplace' as channel_code,
    changes.order_status,
    changes.status_at,
    purchases.purchased_at as ordered_at,
    'BRL' as currency_code,
    'BR' as country_code,
    purchases.region as ship_to_region,
    purchases.city as ship_to_city,
    true as is_tax_included,
    purchases.promised_date,
    case when changes.life_rank = 1 then 'I' else 'U' end as "Op",
    max(changes.status_at) over (
        partition by changes.order_id order by changes.life_rank rows unbounded preceding
    ) as _commit_ts,
    purchases.purchase_seq || '-' || changes.life_rank as _change_seq,
from changes
inner join purchases on changes.order_id = purchases.order_id
"""

_ORDER_ITEMS = f"""
create table order_items as
with items as (
    select
        *,
        {reading.whole_number("order_item_id")} as line_number,
        {reading.number("price", "decimal(18, 6)")} as unit_price,
        {reading.number("freight_value", "decimal(18, 2)")} as shipping_amount,
        {_utc("shipping_limit_date")} as shipping_limit_at,
    from source_items
)

select
    items.order_id || '-' || items.line_number as order_item_id,
    items.order_id,
    items.line_number,
    case when items.unit_price = 0 then 'free' else 'sale' end as line_type,
    items.product_id,
    1 as quantity,
    items.unit_price,
    items.shipping_amount,
    items.seller_id as supplier_id,
    'I' as "Op",
    -- An item whose order a sample left out is dated by the one time it has.
    coalesce(purchases.purchased_at, items.shipping_limit_at) as _commit_ts,
    concat_ws(
        '-',
        strftime(coalesce(purchases.purchased_at, items.shipping_limit_at), '%Y%m%d%H%M%S'),
        items.order_id,
        format('{{:04d}}', items.line_number)
    ) as _change_seq,
from items
left join purchases on items.order_id = purchases.order_id
"""

# The source writes a new customer record, with the address, for every order.
_CUSTOMER_RECORDS = """
create table customer_records as
with dated_records as (
    select
        source_customers.customer_unique_id as customer_id,
        -- Some copies have lost the leading zeros.
        repeat('0', 5 - length(customer_zip_code_prefix)) || customer_zip_code_prefix as postal_code,
        source_customers.customer_city as city,
        source_customers.customer_state as region,
        'BR' as country_code,
        coalesce(purchases.purchased_at, beginning._commit_ts) as _commit_ts,
        coalesce(
            purchases.purchase_seq,
            strftime(beginning._commit_ts, '%Y%m%d%H%M%S') || '-' || source_customers.customer_id
        ) as _change_seq,
    from source_customers
    left join purchases on source_customers.customer_id = purchases.customer_record_id
    cross join beginning
)

select
    *,
    row_number() over (partition by customer_id order by _change_seq) as record_number,
from dated_records
"""

_CUSTOMERS = """
create table customers as
select
    customer_id,
    country_code,
    'I' as "Op",
    _commit_ts,
    _change_seq,
from customer_records
where record_number = 1
"""

_CUSTOMER_ADDRESSES = """
create table customer_addresses as
with compared as (
    select
        *,
        lag(address) over (partition by customer_id order by record_number) as previous_address,
    from (select *, row(postal_code, city, region) as address from customer_records)
)

select
    customer_id || '-1' as address_id,
    customer_id,
    postal_code,
    city,
    region,
    country_code,
    true as is_primary,
    case when record_number = 1 then 'I' else 'U' end as "Op",
    _commit_ts,
    _change_seq,
from compared
where record_number = 1 or address is distinct from previous_address
"""


def _undated(entity: str, key: str, query: str) -> str:
    return f"""
    create table {entity} as
    select
        records.*,
        beginning.*,
        strftime(beginning._commit_ts, '%Y%m%d%H%M%S') || '-' || records.{key} as _change_seq,
    from ({query}) as records
    cross join beginning
    """


_CATEGORIES = _undated(
    "categories",
    "category_id",
    """
    select
        category_id,
        coalesce(any_value(source_translations.product_category_name_english), category_id) as category_name,
    from (
        select product_category_name as category_id from source_translations
        union
        select product_category_name from source_products where product_category_name is not null
    ) as named
    left join source_translations on named.category_id = source_translations.product_category_name
    group by category_id
    """,
)

_SUPPLIERS = _undated(
    "suppliers",
    "supplier_id",
    """
    select seller_id as supplier_id, seller_city as city, seller_state as region, 'BR' as country_code
    from source_sellers
    """,
)

_PRODUCTS = _undated(
    "products",
    "product_id",
    "select product_id, product_category_name as category_id from source_products",
)

_PAYMENTS = f"""
with numbered as (
    select
        *,
        row_number() over (order by rowid) as _position,
    from source_payments
),

arrival as (
    select cast(min(purchased_at) as date) as arrival_date from purchases
)

select
    'payments/transactions/dt=' || arrival.arrival_date
    || format('/page-{{:05d}}.', 1 + (_position - 1) // {PAYMENTS_PER_PAGE})
    || strftime(arrival.arrival_date, '%Y%m%dT000000Z.json') as _path,
    numbered._position,
    to_json({{
        payment_id: numbered.order_id || '-' || {reading.whole_number("payment_sequential")},
        order_id: numbered.order_id,
        transaction_type: 'capture',
        payment_method: numbered.payment_type,
        amount: {reading.number("payment_value", "decimal(18, 2)")},
        currency_code: 'BRL',
        payment_at: null,
        installments: {reading.whole_number("payment_installments")}
    }}) as line,
from numbered
cross join arrival
"""

_STATEMENTS = (
    _PURCHASES,
    _BEGINNING,
    _ORDERS,
    _ORDER_ITEMS,
    _CUSTOMER_RECORDS,
    _CUSTOMERS,
    _CUSTOMER_ADDRESSES,
    _CATEGORIES,
    _SUPPLIERS,
    _PRODUCTS,
)
