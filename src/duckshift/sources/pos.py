"""Sales of the stores: one CSV per store and day in the store's local time, each with a manifest."""

from datetime import datetime

from duckshift.landing import write_file_manifest, write_text_files
from duckshift.sources._engine import Run

_RECEIPTS = """
    create table store_day as
        with day_weight as (
            select day_number, sum(weight)::bigint as day_weight from till_slot group by day_number
        ),
        weighted as (
            select day_number, store.*,
                (start_at() + to_days(day_number::int))::date as business_date,
                -- Midnight in the store is when the export is made.
                timezone('UTC', timezone(time_zone, business_date + interval 1450 minute)) as exported_at,
                day_weight * store.weight as store_day_weight,
            from day_weight, store
        )
        select *,
            format('pos/sales/year={}/month={}/day={}/store={}/', strftime(business_date, '%Y'),
                strftime(business_date, '%m'), strftime(business_date, '%d'), store_id) as folder,
            (sum(store_day_weight) over (order by day_number, store_number) - store_day_weight)::bigint
                as weight_from,
            (sum(store_day_weight) over ())::bigint as weight_total,
        from weighted;

    create table receipt as
        with placed as (
            -- Evenly spaced over the weights, so that a store has about what its weight says, every day.
            select n as receipt_number, (n - 0.5) / receipt_count
                * (select any_value(weight_total) from store_day) as at_weight,
            from (
                select greatest(20, round(30000 * scale() * period_seconds() / 86400 / 90))::bigint
                    as receipt_count
            ) as size, range(1, receipt_count + 1) as r (n)
        ),
        dated as (
            select receipt_number, day_number, store_number,
                (select any_value(w) from (select day_number as d, sum(weight)::bigint as w
                    from till_slot group by 1)
                    where d = day_number) as day_weight,
            from placed
            asof join store_day on at_weight >= weight_from
        ),
        timed as (
            select dated.*,
                after_seconds(slot_at, 3600 * u('minute', receipt_number)) as sold_at,
            from (
                select dated.*, u('hour', receipt_number) * day_weight as at_weight from dated
            ) as dated
            asof join (
                select *, sum(weight) over (partition by day_number order by hour_of_day) - weight
                    as hour_from
                from till_slot
            ) as till_slot
                on dated.day_number = till_slot.day_number and at_weight >= hour_from
        )
        select
            timed.*, store.store_id, store.country_code, store.per_euro, store.digits, store.tax_rate,
                store.currency_code,
            format('{}-{}-{:04d}', store_id, strftime(sold_at, '%Y%m%d'), row_number() over (
                partition by store_number, day_number order by sold_at, receipt_number
            )) as receipt_id,
            row_number() over (partition by store_number order by sold_at, receipt_number) as store_sequence,
            -- Every 33rd receipt is goods handed back, of one of the twenty before (all of them sales).
            store_sequence % 33 = 32 as is_return,
            (case when is_return
                then store_sequence - 1 - floor(20 * u('original receipt', receipt_number))::bigint
            end) as original_sequence,
            (case when u('method', 'till ' || receipt_number) < 0.68 then 'card' else 'cash' end)
                as payment_method,
        from timed
        inner join store using (store_number);
"""

# A card that is linked to an account is scanned with it; the others are scanned by people without one.
_CARDS = """
    create table receipt_card as
        with line as (
            select receipt_number, any_value(customer_id) as customer_id,
                any_value(country_code) as country_code,
            from till_line
            group by receipt_number
        ),
        usable as (
            select card_number, customer_id, is_linked, store.country_code,
                row_number() over (partition by is_linked, store.country_code order by card_number) as place,
                count(*) over (partition by is_linked, store.country_code) as places,
            from card
            inner join store using (store_id)
            where issued_at < load_at() and card_index = 1
        ),
        linked as (
            select customer_id, min(card_number) as card_number from usable where is_linked
                group by customer_id
        ),
        unlinked as (
            select country_code, place, card_number from usable where not is_linked
        ),
        unlinked_count as (
            select country_code, any_value(places) as places from usable where not is_linked
                group by country_code
        )
        select receipt_number, coalesce(linked.card_number, unlinked.card_number) as card_number,
        from line
        left join linked using (customer_id)
        left join unlinked_count using (country_code)
        left join unlinked
            on unlinked.country_code = line.country_code
            and unlinked.place = 1 + floor(pow(u('card', receipt_number), 1.5) * places)::bigint
            and line.customer_id is null and u('shows card', receipt_number) < 0.25;
"""

_LINES = """
    create table till_line as
        with shopper as (
            -- Accounts of the store's country that existed before the first day.
            select customer_id, country_code,
                row_number() over (partition by country_code order by customer_number) as shopper_number,
            from customer
            where registered_at < load_at()
        ),
        shopper_country as (
            select country_code, count(*) as shopper_count from shopper group by country_code
        ),
        numbered as (
            select receipt.*, line_number, 'till ' || receipt_number || '-' || line_number as line_name,
            from receipt, range(1, 7) as r (line_number)
            where not is_return and line_number <= 1 + len(list_filter(
                [0.38, 0.62, 0.80, 0.92, 0.97], lambda limit_: u('lines', 'till ' || receipt_number) >= limit_
            ))
        ),
        chosen as (
            select numbered.*,
                case
                    when u('popular', line_name) < 0.5
                        then floor(pow(product.product_number + 1, u('product', line_name)))::bigint
                    else 1 + floor(pow(u('product', line_name), 1.4) * product.product_number)::bigint
                end as product_number,
            from numbered
            asof join (select product_number, created_at from product) as product
                on numbered.sold_at >= product.created_at
        ),
        priced as (
            select chosen.*, sku as product_code, money(price * per_euro, digits) as unit_price,
                (1 + len(list_filter([0.8, 0.94],
                    lambda limit_: u('quantity', line_name) >= limit_)))::bigint as quantity,
                (case when u('discounted', line_name) < 0.1
                    then money(quantity * unit_price * pick([0.1, 0.2], u('discount', line_name)), digits)
                end) as discount_amount,
            from chosen
            asof join product_price
                on product_price.product_number = chosen.product_number and chosen.sold_at >= price_from
            inner join product on product.product_number = chosen.product_number
        ),
        sold as (
            select store_number, day_number, store_sequence, store_id, receipt_id, line_number, sold_at,
                product_code,
                quantity, unit_price, discount_amount, tax_rate, payment_method, priced.country_code,
                    receipt_number,
                null::varchar as original_receipt_id, currency_code,
            from priced
        ),
        handed_back as (
            select receipt.store_number, receipt.day_number, receipt.store_sequence, receipt.store_id,
                receipt.receipt_id, 1 as line_number, receipt.sold_at, sold.product_code,
                -sold.quantity as quantity, sold.unit_price, -sold.discount_amount as discount_amount,
                sold.tax_rate, receipt.payment_method, sold.country_code, receipt.receipt_number,
                sold.receipt_id as original_receipt_id, sold.currency_code,
            from receipt
            inner join sold
                on sold.store_number = receipt.store_number
                and sold.store_sequence = receipt.original_sequence
                and sold.line_number = 1
            where receipt.is_return
        ),
        line as (
            from sold
            union all
            from handed_back
        )
        select line.*, customer_id,
        from (
            select line.*, (case when u('shows account', receipt_number) < 0.3
                    then 1 + floor(pow(u('shopper', receipt_number), 1.5) * shopper_count)::bigint
                end) as shopper_number,
            from line
            left join shopper_country using (country_code)
        ) as line
        left join shopper using (country_code, shopper_number);
"""

# What happens to whole files, at most one thing each.
_FILE_FAULTS = """
    create table till_file as
        with counted as (
            select store_number, day_number, count(*) as line_count from till_line group by store_number,
                day_number
        ),
        ranked as (
            select store_day.*, coalesce(line_count, 0) as line_count,
                row_number() over (
                    order by coalesce(line_count, 0) < 3, u('file fault', store_id || day_number),
                        day_number, store_number
                ) as choice,
                fault_count(0.006, count(*) over ()) as quota,
            from store_day
            left join counted using (store_number, day_number)
        )
        select *,
            case
                when not faults() or line_count < 3 then null
                when choice <= quota then 'corrected_file'
                when choice <= 2 * quota then 'missing_file'
                when choice <= 3 * quota then 'missing_manifest'
                when choice <= 4 * quota then 'header_order'
            end as file_fault,
            file_fault = 'corrected_file' and choice = 1 as is_first_corrected,
        from ranked;
"""

_LINE_FAULTS = ", ".join(
    f"'{fault}'"
    for fault in (
        "invalid_date",
        "invalid_date_other_format",
        "unknown_product",
        "code_lower_case",
        "code_with_blanks",
        "too_few_fields",
        "too_many_fields",
        "undecodable_byte",
        "decimal_quantity",
        "missing_quantity",
        "repeated_line",
    )
)

_RECORDS = f"""
    -- Faults of lines go to files that are read; the corrected ones have some too, in their first revision.
    create table till_record as
        with numbered as (
            select till_line.*, card_number, folder, file_fault, is_first_corrected,
                row_number() over (
                    partition by store_number, day_number order by till_line.sold_at, receipt_id, line_number
                ) as line_in_file,
                count(*) over (partition by store_number, day_number) as lines_in_file,
                coalesce(file_fault, '') in ('', 'header_order', 'corrected_file') as may_be_faulty,
                receipt_id || '-' || line_number as line_name,
            from till_line
            left join receipt_card using (receipt_number)
            inner join till_file using (store_number, day_number, store_id)
            where file_fault is distinct from 'missing_file'
        ),
        faulty as (
            select *,
                [{_LINE_FAULTS}] as line_faults,
                -- The second line of the first corrected file is invalid, so that there always is such a one.
                row_number() over (
                    order by not may_be_faulty,
                        is_first_corrected and line_in_file = 2 desc,
                        original_receipt_id is not null
                            or (file_fault = 'corrected_file' and line_in_file in (1, lines_in_file)),
                        u('line fault', line_name), line_name
                ) as choice,
                fault_count(0.0006, count(*) over ()) as quota,
            from numbered
        ),
        first_revision as (
            select *, 1 as revision, 0 as copy,
                (case when faults() and may_be_faulty then line_faults[1 + (choice - 1) // quota] end)
                    as fault,
            from faulty
        ),
        delivered as (
            from first_revision
            union all
            select * replace (1 as copy) from first_revision where fault = 'repeated_line'
            union all
            -- The corrected export: the last line goes, the first changes, one is new, the faults are mended.
            select * replace (
                    2 as revision,
                    (case when line_in_file = 1 then quantity + sign(quantity) else quantity end) as quantity,
                    (case when line_in_file = 1 then 'line_changed' end) as fault
                )
            from first_revision
            where file_fault = 'corrected_file' and line_in_file < lines_in_file
            union all
            select * replace (
                    2 as revision, 'line_added' as fault, 1 as line_number, null as original_receipt_id,
                    abs(quantity) as quantity, abs(discount_amount) as discount_amount,
                    format('{{}}-{{}}-9001', store_id, strftime(sold_at, '%Y%m%d')) as receipt_id
                )
            from first_revision
            where file_fault = 'corrected_file' and line_in_file = lines_in_file
        ),
        -- In the order of the contract; an empty string is a value that is missing.
        spelt as (
            select *,
                [
                    store_id,
                    receipt_id,
                    line_number::varchar,
                    case fault
                        when 'invalid_date' then strftime(sold_at, '%Y') || '-02-31 '
                            || strftime(sold_at, '%H:%M:%S')
                        when 'invalid_date_other_format' then '31/02/' || strftime(sold_at, '%Y %H:%M')
                        else strftime(sold_at, '%Y-%m-%d %H:%M:%S')
                    end,
                    case fault
                        when 'unknown_product' then 'XXX-' || (900000 + receipt_number)
                        when 'code_lower_case' then lower(product_code)
                        when 'code_with_blanks' then ' ' || product_code || '  '
                        when 'undecodable_byte' then product_code || chr(57599)
                        else product_code
                    end,
                    case fault
                        when 'decimal_quantity' then quantity || '.5'
                        when 'missing_quantity' then ''
                        else quantity::varchar
                    end,
                    unit_price::varchar,
                    coalesce(discount_amount::varchar, ''),
                    tax_rate::varchar,
                    payment_method,
                    coalesce(customer_id, ''),
                    coalesce(original_receipt_id, ''),
                    coalesce(card_number, '')
                ][:column_count()] as all_fields,
                case fault
                    when 'too_few_fields' then all_fields[1:8]
                    when 'too_many_fields' then list_append(all_fields, 'x')
                    else all_fields
                end as fields,
            from delivered
        )
        select * exclude (all_fields, fields, line_faults),
            folder || (case when revision = 1 then 'sales.csv' else 'sales.r2.csv' end) as _path,
            1 + row_number() over (
                partition by store_number, day_number, revision order by line_in_file, copy
            ) as _position,
            array_to_string(case when file_fault = 'header_order' then list_reverse(fields) else fields end,
                ',') as line,
            case
                when file_fault = 'missing_manifest' then 'waiting'
                when fault in (
                    'invalid_date', 'invalid_date_other_format', 'too_few_fields', 'too_many_fields',
                    'undecodable_byte', 'decimal_quantity', 'missing_quantity'
                ) then 'rejected'
                when file_fault = 'corrected_file' and revision = 1 then 'superseded'
                when copy = 1 then 'duplicate'
                else 'loaded'
            end as _disposition,
        from spelt;

    create table till_csv as
        select folder || 'sales.csv' as _path, 1 as revision, exported_at as produced_at, file_fault,
            file_fault is distinct from 'missing_manifest' as has_manifest,
        from till_file
        where file_fault is distinct from 'missing_file'
        union all
        -- Two days later, in the morning.
        select folder || 'sales.r2.csv', 2, exported_at + interval 2 day + interval 9 hour, null, true
        from till_file
        where file_fault = 'corrected_file';

    insert into truth_fault
        select 'pos', 'sales', fault, _path, _position, concat_ws('|', store_id, receipt_id, line_number),
            _disposition
        from till_record
        where fault is not null and (copy = 1 or fault != 'repeated_line')
        union all
        select 'pos', 'sales', 'line_removed', _path, _position,
            concat_ws('|', store_id, receipt_id, line_number), _disposition
        from till_record
        where file_fault = 'corrected_file' and revision = 1 and line_in_file = lines_in_file and copy = 0
        union all
        select 'pos', 'sales', file_fault, folder || 'sales.csv', null, null,
            (case file_fault when 'missing_file' then 'missing' when 'missing_manifest' then 'waiting'
                when 'corrected_file' then 'superseded' else 'loaded' end),
        from till_file
        where file_fault is not null
        union all
        select 'pos', 'sales', 'negative_quantity', _path, _position,
            concat_ws('|', store_id, receipt_id, line_number), _disposition
        from till_record
        where quantity < 0 and fault is null and faults() and copy = 0;
    insert into truth_accounting
        select 'pos', 'sales', any_value(csv.files), 0, any_value(csv.waiting),
            count(*) filter (_disposition != 'waiting'), count(*) filter (_disposition = 'loaded'),
            count(*) filter (_disposition = 'rejected'), count(*) filter (_disposition = 'duplicate'),
            count(*) filter (_disposition = 'superseded'),
        from till_record, (
            select count(*) as files, count(*) filter (not has_manifest) as waiting from till_csv
        ) as csv;
"""


def model(run: Run) -> None:
    """Create the tables of receipts, their lines and what becomes of them in the files."""
    run.progress("pos")
    columns = len(run.entity("pos", "sales").columns)
    run.sql(f"create macro column_count() as {columns}")
    for statements in (_RECEIPTS, _LINES, _CARDS, _FILE_FAULTS, _RECORDS):
        run.sql(statements)


def land(run: Run) -> None:
    """Write the files below `pos/sales/`; a day without sales has a file with nothing but its header."""
    run.progress("pos/sales")
    names = [column.name for column in run.entity("pos", "sales").columns]
    write_text_files(
        run.connection,
        f"""
        select _path, 1 as _position,
            (case when file_fault = 'header_order' then '{",".join(reversed(names))}'
                else '{",".join(names)}' end) as line,
        from till_csv
        union all
        select _path, _position, line from till_record
        """,
        run.root,
    )
    run.progress("pos/sales manifests")
    manifests = run.rows("""
        select _path, count(till_record._position), any_value(produced_at), any_value(till_csv.revision)
        from till_csv
        left join till_record using (_path)
        where has_manifest
        group by _path
        order by _path
    """)
    for path, records, produced_at, revision in manifests:
        assert isinstance(produced_at, datetime)
        write_file_manifest(
            run.root / str(path),
            records=int(str(records)),
            produced_at=produced_at,
            revision=int(str(revision)),
        )
