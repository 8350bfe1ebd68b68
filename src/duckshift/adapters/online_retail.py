"""UCI Online Retail to the landing contract: the invoices of a British wholesaler, replayed by day.

The source is one record per invoice line (InvoiceNo, StockCode, Description, Quantity, InvoiceDate,
UnitPrice, CustomerID, Country). Every record lands exactly once, as an order line or as a return line:

- Invoices that begin with `C` are credit notes: returns, with the sign turned round, so that quantity and
  refund are positive when goods come back. All other invoices are orders.
- Line type of an order line, first match: bad_debt (an `A` invoice, code B, a negative price), adjustment
  (no positive quantity), free (price zero), by NON_PRODUCT_CODES for a code that is no product, else sale.
- Line type of a return line, first match: adjustment (a credit note that charges: no negative quantity), by
  NON_PRODUCT_CODES, else return.
- A product code begins with five digits, as UCI documents it, and is trimmed and upper-cased: 112 codes
  differ only in case. A line with another code has no product; its `line_description` is `<code>:
  <description>`.
- There is no line id: lines are numbered by their place in the invoice (order of the files), and 5,268
  lines that repeat another in every column are kept, each as a scan of its own.
- A product is named by lines that charge for it: lines without a price carry notes ('damaged', '?'). Within
  a day the most frequent description counts, then the first by alphabet; a later day that differs is an
  update.
- A customer's country is that of the day's last line that names a country; a later day that differs is an
  update.
- A place that is no country (Channel Islands, European Community, Unspecified, a name unknown here) has no
  country code; orders keep it as the region shipped to.
- Times are UK local time. Goods are invoiced when they leave, so the one status of an order is delivered.

Everything arrives as changes in the file of its source day; there is no full load, for nothing is older.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from duckshift.adapters import reading
from duckshift.adapters.reading import Rule, quoted
from duckshift.adapters.replay import LandingReport, land_changes
from duckshift.errors import UserError

SOURCE_COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
ENTITIES = ("orders", "order_items", "returns", "return_items", "customers", "products")
ZONE = "Europe/London"

# Codes that are no product: pattern of the whole code, line type in an order, line type in a return, meaning.
# The first match counts; the last one takes every code that no one has listed.
NON_PRODUCT_CODES = (
    ("POST", "fee", "fee", "postage"),
    ("DOT", "fee", "fee", "postage of the web shop Dotcomgiftshop"),
    (r"C\d", "fee", "fee", "carriage"),
    ("BANK CHARGES", "fee", "fee", "bank charges"),
    ("AMAZONFEE", "fee", "fee", "fees of Amazon"),
    ("CRUK", "fee", "fee", "commission for Cancer Research UK"),
    ("M", "adjustment", "adjustment", "manual entry"),
    ("D", "adjustment", "adjustment", "discount"),
    ("S", "adjustment", "adjustment", "samples"),
    (r"ADJUST\d*", "adjustment", "adjustment", "adjustment by a clerk"),
    (r"TEST\d*", "adjustment", "adjustment", "test entry"),
    ("B", "bad_debt", "adjustment", "bad debt written off"),
    ("PADS", "sale", "return", "pads to match all cushions"),
    (r"GIFT.*", "sale", "return", "gift voucher"),
    (r"DCGS.*", "sale", "return", "goods of the web shop Dotcomgiftshop, outside the catalogue"),
    (r".*", "fee", "fee", "unknown: money without goods"),
)

# ISO 3166-1 alpha-2 by the source's names, of both editions of the data set.
COUNTRY_CODES = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Bermuda": "BM", "Brazil": "BR",
    "Canada": "CA", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE", "Finland": "FI",
    "France": "FR", "Germany": "DE", "Greece": "GR", "Hong Kong": "HK", "Iceland": "IS", "Ireland": "IE",
    "Israel": "IL", "Italy": "IT", "Japan": "JP", "Korea": "KR", "Lebanon": "LB", "Lithuania": "LT",
    "Malta": "MT", "Netherlands": "NL", "Nigeria": "NG", "Norway": "NO", "Poland": "PL", "Portugal": "PT",
    "RSA": "ZA", "Saudi Arabia": "SA", "Singapore": "SG", "South Africa": "ZA", "Spain": "ES", "Sweden": "SE",
    "Switzerland": "CH", "Thailand": "TH", "USA": "US", "United Arab Emirates": "AE", "United Kingdom": "GB",
    "United States": "US",
}  # fmt: skip

# A change arrives on the source's own day, which begins its sequence number.
_ARRIVAL_DATE = "cast(strptime(left(_change_seq, 8), '%Y%m%d') as date)"

# How public copies write InvoiceDate; one form holds for all files, the first that fits every record.
_DATE_FORMS = (
    reading.timestamp("InvoiceDate"),
    "try_strptime(\"InvoiceDate\", ['%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%m/%d/%y %H:%M'])",
    "try_strptime(\"InvoiceDate\", ['%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S', '%d/%m/%y %H:%M'])",
)


def land(source: Path, root: Path, until: date | None = None) -> LandingReport:
    """Write the invoices in the CSV files of `source` below the landing root, one file per day and table.

    `until` leaves out days after it; a later call without it adds their files and touches no other. Returns
    the new files and their records by entity. Raises UserError for a folder, file, column or value that is
    not as documented.
    """
    with reading.connect() as connection:
        _read(connection, source)
        _build(connection)
        report = LandingReport()
        land_changes(connection, ENTITIES, _ARRIVAL_DATE, root, until, report)
        return report


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Create `source_lines`, the records as the files have them, and `invoice_lines`, typed and numbered."""
    reading.require_folder(source, "UCI Online Retail")
    paths = sorted(path for path in source.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if not paths:
        raise UserError(f"{source}: expected CSV files of UCI Online Retail, found {reading.listed(source)}")
    reading.read_table(connection, "source_lines", paths, SOURCE_COLUMNS)
    invoiced_at = _date_form(connection)
    quantity = reading.whole_number("Quantity")
    unit_price = reading.number("UnitPrice", "decimal(18, 6)")
    rules = [
        Rule("InvoiceNo", "an invoice number", '"InvoiceNo"'),
        Rule("Quantity", "a whole number", quantity),
        Rule("UnitPrice", "a number", unit_price),
        Rule("InvoiceDate", "a date and time such as 2010-12-01 08:26:00", invoiced_at),
    ]
    reading.check_values(connection, "source_lines", rules)
    connection.execute(_invoice_lines(quantity, unit_price, invoiced_at))


def _invoice_lines(quantity: str, unit_price: str, invoiced_at: str) -> str:
    return f"""
    create table invoice_lines as
    with typed_lines as (
        select
            rowid as file_order,
            upper(InvoiceNo) as invoice_id,
            upper(StockCode) as stock_code,
            coalesce(regexp_matches(StockCode, '^[0-9]{{5}}'), false) as is_product,
            Description as description,
            {quantity} as quantity,
            {unit_price} as unit_price,
            -- Spreadsheets write the numbers of customers as 17850.0, because some are missing.
            regexp_replace(CustomerID, '\\.0+$', '') as customer_id,
            Country as country,
            {invoiced_at} as invoiced_at,
        from source_lines
    ),

    numbered_lines as (
        select
            *,
            cast(invoiced_at as date) as invoiced_date,
            row_number() over (partition by invoice_id order by file_order) as line_number,
            row_number() over (partition by cast(invoiced_at as date) order by file_order) as day_number,
        from typed_lines
    )

    select
        *,
        invoice_id || '-' || line_number as line_id,
        {reading.utc("invoiced_at", ZONE)} as _commit_ts,
        -- One line has one number in all tables, whatever other days are landed.
        strftime(invoiced_date, '%Y%m%d') || format('{{:08d}}', day_number) as _change_seq,
    from numbered_lines
    """


def _date_form(connection: duckdb.DuckDBPyConnection) -> str:
    """Return SQL of the first form that fits every InvoiceDate; if none does the first, whose check fails."""
    for form in _DATE_FORMS:
        miss = f'select 1 from source_lines where "InvoiceDate" is not null and ({form}) is null limit 1'
        if not connection.execute(miss).fetchone():
            return form
    return _DATE_FORMS[0]


def _build(connection: duckdb.DuckDBPyConnection) -> None:
    """Create one table of changes per entity, named like it."""
    code_kinds = [(place, *kind[:3]) for place, kind in enumerate(NON_PRODUCT_CODES)]
    connection.execute(
        f"""
        create table code_kinds (
            place integer, pattern varchar, order_line_type varchar, return_line_type varchar
        );
        insert into code_kinds values {_rows(code_kinds)};
        create table country_codes (country varchar, country_code varchar);
        insert into country_codes values {_rows(COUNTRY_CODES.items())};
        """
    )
    for statement in _STATEMENTS:
        connection.execute(statement)


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    return ", ".join("(" + ", ".join(quoted(str(value)) for value in row) + ")" for row in rows)


_LINES = """
create table lines as
with non_product_codes as (
    select distinct stock_code from invoice_lines where not is_product
),

classified_codes as (
    select
        non_product_codes.stock_code,
        arg_min(code_kinds.order_line_type, code_kinds.place) as order_line_type,
        arg_min(code_kinds.return_line_type, code_kinds.place) as return_line_type,
    from non_product_codes
    inner join code_kinds on regexp_full_match(coalesce(non_product_codes.stock_code, ''), code_kinds.pattern)
    group by non_product_codes.stock_code
)

select
    invoice_lines.*,
    starts_with(invoice_lines.invoice_id, 'C') as is_return,
    classified_codes.order_line_type,
    classified_codes.return_line_type,
    case when invoice_lines.is_product then invoice_lines.stock_code end as product_id,
    case
        when invoice_lines.is_product then invoice_lines.description
        else concat_ws(': ', invoice_lines.stock_code, invoice_lines.description)
    end as line_description,
    country_codes.country_code,
from invoice_lines
left join classified_codes
    on not invoice_lines.is_product
    and invoice_lines.stock_code is not distinct from classified_codes.stock_code
left join country_codes on invoice_lines.country = country_codes.country
"""

_ORDER_ITEMS = """
create table order_items as
select
    line_id as order_item_id,
    invoice_id as order_id,
    line_number,
    case
        when starts_with(invoice_id, 'A') or unit_price < 0 or order_line_type = 'bad_debt' then 'bad_debt'
        -- Outside credit notes a negative quantity is a stock correction: breakage, a miscount.
        when quantity <= 0 then 'adjustment'
        when unit_price = 0 then 'free'
        else coalesce(order_line_type, 'sale')
    end as line_type,
    product_id,
    line_description,
    quantity,
    unit_price,
    _commit_ts,
    'I' as "Op",
    _change_seq,
from lines
where not is_return
"""

_RETURN_ITEMS = """
create table return_items as
select
    line_id as return_item_id,
    invoice_id as return_id,
    line_number,
    case
        when quantity >= 0 then 'adjustment'
        else coalesce(return_line_type, 'return')
    end as line_type,
    product_id,
    line_description,
    -quantity as quantity,
    unit_price,
    round(-quantity * unit_price, 2) as refund_amount,
    _commit_ts,
    'I' as "Op",
    _change_seq,
from lines
where is_return
"""

# 43 invoices carry two times, a minute apart: the earlier one is the invoice's.
_INVOICES = """
create table invoices as
select
    invoice_id,
    is_return,
    arg_min(customer_id, file_order) as customer_id,
    arg_min(country, file_order) as country,
    arg_min(country_code, file_order) as country_code,
    'wholesale' as channel_code,
    'GBP' as currency_code,
    min(_commit_ts) as _commit_ts,
    'I' as "Op",
    min(_change_seq) as _change_seq,
from lines
group by invoice_id, is_return
"""

_ORDERS = """
create table orders as
select
    * exclude (invoice_id, is_return, country),
    invoice_id as order_id,
    'delivered' as order_status,
    _commit_ts as ordered_at,
    false as is_tax_included,
    case when country_code is null then country end as ship_to_region,
from invoices
where not is_return
"""

_RETURNS = """
create table returns as
select
    * exclude (invoice_id, is_return, country),
    invoice_id as return_id,
    _commit_ts as returned_at,
from invoices
where is_return
"""


def _value_changes(daily: str, key: str, value: str) -> str:
    """Return SQL for the changes of one value that each day states anew; a day without it changes nothing.

    `daily` yields key, value, `invoiced_date`, `_commit_ts` and `_change_seq`, one row per key and day.
    """
    return f"""
    with daily_values as ({daily}),

    compared as (
        select
            *,
            row_number() over (partition by {key} order by invoiced_date) = 1 as is_first,
            last_value({value} ignore nulls) over (
                partition by {key} order by invoiced_date
                rows between unbounded preceding and 1 preceding
            ) as previous_value,
        from daily_values
    )

    select
        * exclude (is_first, previous_value, invoiced_date),
        case when is_first then 'I' else 'U' end as "Op",
    from compared
    where is_first or ({value} is not null and {value} is distinct from previous_value)
    """


_CUSTOMERS = "create table customers as" + _value_changes(
    """
    select
        customer_id,
        arg_max(country_code, file_order) as country_code,
        invoiced_date,
        min(_commit_ts) as _commit_ts,
        min(_change_seq) as _change_seq,
    from lines
    where customer_id is not null
    group by customer_id, invoiced_date
    """,
    "customer_id",
    "country_code",
)

_PRODUCTS = "create table products as" + _value_changes(
    """
    select
        product_id,
        any_value(product_id) as sku,
        arg_min(description, (-uses, description)) as product_name,
        invoiced_date,
        min(_commit_ts) as _commit_ts,
        min(_change_seq) as _change_seq,
    from (
        select
            product_id,
            case
                when unit_price > 0 and regexp_matches(description, '[A-Za-z]{2}') then description
            end as description,
            count(*) as uses,
            invoiced_date,
            min(_commit_ts) as _commit_ts,
            min(_change_seq) as _change_seq,
        from lines
        where product_id is not null
        group by all
    )
    group by product_id, invoiced_date
    """,
    "product_id",
    "product_name",
)

_STATEMENTS = (
    _LINES,
    _ORDER_ITEMS,
    _RETURN_ITEMS,
    _INVOICES,
    _ORDERS,
    _RETURNS,
    _CUSTOMERS,
    _PRODUCTS,
)
