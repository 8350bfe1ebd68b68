"""The payment processor: transactions of four kinds as JSON lines, and what it pays out as CSV."""

from duckshift.landing import write_text_files
from duckshift.sources._engine import Run

_TRANSACTIONS = """
    create table payment as
        with approved as (
            select order_number, order_id, payment_method, amount_due, currency_code, digits, shipped_at,
                format('PAY-{:08d}', order_number) as stem,
                (case when payment_method = 'bank_transfer' then coalesce(paid_at, cancelled_at)
                    else after_seconds(ordered_at, 40 * u('authorised', order_number))
                end) as authorised_at,
                (case when payment_method = 'klarna' then 3 + (order_number % 2) end) as installments,
            from order_milestone
            where amount_due > 0
        ),
        refund as (
            select order_number, any_value(return_id) as return_id,
                after_seconds(any_value(returned_at), 86400 * (0.5 + 2 * u('refunded', order_number)))
                    as refunded_at,
                any_value(payment_method) as payment_method, any_value(order_id) as order_id,
                any_value(currency_code) as currency_code,
                money(
                    sum(refund_amount)::double * (1
                        + (case when any_value(is_tax_included) then 0 else any_value(tax_rate) end)),
                    any_value(digits)
                ) as amount,
            from return_line
            group by order_number
        ),
        transaction as (
            select order_number, stem || '-A1' as payment_id, order_id, 'authorisation' as transaction_type,
                payment_method, amount_due as amount, currency_code, authorised_at as payment_at,
                'approved' as transaction_status, null::varchar as authorisation_id, installments,
                    1 as arrives_after,
            from approved
            union all
            -- A first try that is declined.
            select order_number, stem || '-A0', order_id, 'authorisation', payment_method, amount_due,
                currency_code, authorised_at - interval 90 second, 'declined', null, installments, 1,
            from approved
            where payment_method in ('card', 'klarna') and u('declined', order_number) < 0.03
            union all
            -- Captured when the goods leave; the processor reports it a day later than the others.
            select order_number, stem || '-C1', order_id, 'capture', payment_method, amount_due,
                currency_code,
                after_seconds(shipped_at, 60 + 900 * u('captured', order_number)),
                (case when order_number % 5 = 0 then null else 'approved' end), stem || '-A1', installments,
                    2,
            from approved
            where shipped_at is not null
            union all
            select order_number, stem || '-B1', order_id, 'chargeback', payment_method, amount_due,
                currency_code,
                after_seconds(shipped_at, 86400 * (4 + 4 * u('charged back', order_number))), 'approved',
                    null, null, 1,
            from (
                from approved
                where payment_method = 'card' and shipped_at < end_at() - interval 9 day
                qualify row_number() over (order by u('disputes', order_number), order_number)
                    <= greatest(1, round(0.003 * count(*) over ()))
            )
            union all
            select order_number, format('PAY-{:08d}-R1', order_number), order_id, 'refund', payment_method,
                amount,
                currency_code, refunded_at, 'approved', null, null, 1,
            from refund
            where amount > 0
        )
        select *, payment_at::date + arrives_after::int as arrival_date,
            row_number() over (order by u('payment fault', payment_id), payment_id) as choice,
            row_number() over (
                order by transaction_type = 'capture' desc, u('capture fault', payment_id), payment_id
            ) as capture_choice,
            fault_count(0.003, count(*) over ()) as quota,
        from transaction
        where payment_at < end_at();
"""

# At most one fault each. Some captures lose their authorisation, change their currency, or come again with
# another amount or status; some transactions of any kind come again, or have their amount as text.
_FAULTS = """
    create table payment_fault as
        select payment.*,
            case
                when capture_choice <= quota then 'capture_without_authorisation'
                when capture_choice <= 2 * quota then 'currency_differs'
                when capture_choice <= 3 * quota + 1 then 'changed_copy'
                when choice <= 3 * quota then 'repeated'
                when choice <= 6 * quota then 'amount_as_text'
            end as fault,
        from payment
        where faults();

    create table payment_delivery as
        with base as (
            select payment.* replace (
                    (case when fault = 'currency_differs'
                        then (case when currency_code = 'USD' then 'EUR' else 'USD' end)
                        else currency_code
                    end) as currency_code,
                    (case when fault = 'capture_without_authorisation' then null else authorisation_id end)
                        as authorisation_id
                ),
                fault,
            from payment
            left join (select payment_id, fault from payment_fault) using (payment_id)
            where payment_id not in (
                select authorisation_id from payment_fault
                where fault = 'capture_without_authorisation' and authorisation_id is not null
            )
        ),
        delivered as (
            -- An older copy: the later one counts.
            select * exclude (fault), arrival_date + interval 20 minute as produced_at, 1 as page,
                fault as _fault,
                (case fault when 'repeated' then 'duplicate' when 'changed_copy' then 'superseded'
                    else 'loaded' end)
                    as _disposition,
                fault = 'amount_as_text' as is_text, false as is_broken,
            from base
            union all
            select * exclude (fault), arrival_date + interval 1 day + interval 6 hour, 2,
                fault || '_later', 'loaded', false, false,
            from base
            where fault = 'repeated'
            union all
            -- Every other one turns out to be declined, the others lower.
            select * exclude (fault) replace (
                    (case when capture_choice % 2 = 0 then 'declined' else transaction_status end)
                        as transaction_status,
                    (case when capture_choice % 2 = 1 then amount - money(amount::double / 10, 2)
                        else amount end) as amount
                ),
                arrival_date + interval 1 day + interval 6 hour, 2, fault || '_later', 'loaded', false, false,
            from base
            where fault = 'changed_copy'
            union all
            select * exclude (fault) replace (
                    replace(payment_id, 'PAY-', 'PAX-') as payment_id,
                    'O-9' || order_id[4:] as order_id,
                    null as authorisation_id
                ),
                arrival_date + interval 20 minute, 1, 'unknown_order', 'loaded', false, false,
            from base
            where faults() and transaction_type = 'authorisation' and choice > 6 * quota
            qualify row_number() over (order by choice) <= quota
            union all
            select * exclude (fault), arrival_date + interval 20 minute, 1, 'malformed', 'rejected', false,
                true
            from base
            where faults() and fault is null
            qualify row_number() over (order by choice desc) <= quota
        ),
        written as (
            select *, (
                to_json({
                    'payment_id': payment_id, 'order_id': order_id, 'transaction_type': transaction_type,
                    'payment_method': payment_method, 'amount': 0, 'currency_code': currency_code,
                    'payment_at': strftime(payment_at, '%Y-%m-%d %H:%M:%S'),
                    'transaction_status': transaction_status, 'authorisation_id': authorisation_id,
                    'installments': installments
                })::varchar
            ) as text,
            from delivered
        )
        select * exclude (text, is_broken, is_text),
            -- The amount keeps its cents; a broken line ends in the middle.
            (case when is_broken then text[:70]
                else replace(text, '"amount":0,',
                    '"amount":' || (case when is_text then '"' || amount || '"' else amount::varchar end)
                        || ',')
            end) as line,
            format('payments/transactions/dt={}/page-{:05d}.{}.json', strftime(produced_at, '%Y-%m-%d'), page,
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            row_number() over (partition by produced_at, page order by payment_at, payment_id,
                is_broken desc) as _position,
        from written;

    insert into truth_fault
        select 'payments', 'transactions', _fault, _path, _position, payment_id, _disposition
        from payment_delivery
        where _fault is not null and _fault not like '%_later';
    insert into truth_accounting
        select 'payments', 'transactions', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), count(*) filter (_disposition = 'rejected'),
            count(*) filter (_disposition = 'duplicate'), count(*) filter (_disposition = 'superseded'),
        from payment_delivery;
"""


# Two days after a card, PayPal or Klarna payment the processor pays out what it keeps nothing of. A batch is
# what it pays in one currency on one day.
_SETTLEMENTS = """
    create table settlement_delivery as
        with settled as (
            select payment_id, order_id, transaction_type, payment_method, currency_code, payment_at,
                (case when transaction_type = 'capture' then amount else -amount end)::decimal(18, 2)
                    as gross,
                digits,
                row_number() over (
                    order by transaction_type != 'capture' or payment_at >= end_at() - interval 8 day,
                        u('settlement fault', payment_id), payment_id
                ) as choice,
                fault_count(0.002, count(*) over ()) as quota,
            from payment_delivery
            inner join currency using (currency_code)
            where _disposition = 'loaded' and transaction_type in ('capture', 'refund', 'chargeback')
                and coalesce(transaction_status, 'approved') = 'approved'
                and payment_method in ('card', 'paypal', 'klarna')
        ),
        charged as (
            select *,
                case
                    -- Not in the last days, for a later file must still come.
                    when not faults() or payment_at >= end_at() - interval 8 day then null
                    when choice <= quota then 'payment_missing'
                    when choice <= 2 * quota then 'settled_twice'
                    when choice <= 3 * quota then 'amount_differs'
                    when choice <= 4 * quota then 'settled_late'
                    when choice <= 5 * quota then 'repeated'
                    when choice <= 6 * quota then 'comma_in_amount'
                    when choice <= 7 * quota then 'unknown_payment'
                end as fault,
                money(case transaction_type
                    when 'capture' then gross::double * (case payment_method when 'card' then 0.014
                        when 'paypal' then 0.029 else 0.032 end) + (case when digits = 0 then 40 else 0.3 end)
                    when 'chargeback' then (case when digits = 0 then 2400 else 15 end)
                    else 0
                end, digits) as fee,
            from settled
        ),
        paid as (
            select *, payment_at::date + (case when fault = 'settled_late' then 7 else 2 end)
                    as payout_date,
                fault as _fault, 1 as part,
                (case fault when 'repeated' then 'duplicate' when 'comma_in_amount' then 'rejected'
                    when 'payment_missing' then 'missing' else 'loaded' end) as _disposition,
            from charged
            union all
            -- In a second batch, under a line of its own.
            select *, payment_at::date + 5, null, 2, 'loaded' from charged where fault = 'settled_twice'
            union all
            -- The same line once more, in the file of the next day.
            select *, payment_at::date + 3, null, 1, 'loaded' from charged where fault = 'repeated'
        ),
        written as (
            select * replace (
                    (case when _fault = 'amount_differs' then gross - money(gross::double / 20, digits)
                        else gross end) as gross,
                    (case when _fault = 'unknown_payment' then replace(payment_id, 'PAY-', 'PAY-9')
                        else payment_id end) as payment_id
                ),
                payout_date + interval 18 hour as produced_at,
                format('STL-{}-{}', strftime(payment_at::date + (case when fault = 'settled_late' then 7
                    when part = 2 then 5 else 2 end), '%Y%m%d'), currency_code) as batch_id,
                'SL-' || substr(payment_id, 5) || '-' || part as settlement_line_id,
            from paid
            where payout_date <= end_at()::date
        )
        select *,
            format('payments/settlements/dt={}/settlements.{}.csv', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            1 + row_number() over (
                partition by produced_at, _disposition = 'missing' order by batch_id, settlement_line_id
            ) as _position,
            concat_ws(',', settlement_line_id, batch_id,
                -- The date of the batch, which a repeated line keeps.
                strftime(strptime(batch_id[5:12], '%Y%m%d'), '%Y-%m-%d'), payment_id, transaction_type,
                (case when _fault = 'comma_in_amount' then '1,' || gross else gross::varchar end), fee,
                (gross - fee)::decimal(18, 2), currency_code) as line,
        from written;

    insert into truth_fault
        select 'payments', 'settlements', _fault, (case when _disposition != 'missing' then _path end),
            (case when _disposition != 'missing' then _position end),
            (case when _disposition = 'missing' then payment_id else settlement_line_id end), _disposition,
        from settlement_delivery
        where _fault is not null;
    insert into truth_accounting
        select 'payments', 'settlements', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), count(*) filter (_disposition = 'rejected'),
            count(*) filter (_disposition = 'duplicate'), 0,
        from settlement_delivery
        where _disposition != 'missing';
    insert into truth_figure
        select 'settled_gross.' || currency_code, sum(gross)
        from settlement_delivery
        where _disposition = 'loaded'
        group by currency_code
        union all
        select 'settled_fee.' || currency_code, sum(fee)
        from settlement_delivery
        where _disposition = 'loaded'
        group by currency_code;
"""


def land(run: Run) -> None:
    """Write the files below `payments/`: one page a day, now and then a second one; one payout a day."""
    run.progress("payments/transactions")
    run.sql(_TRANSACTIONS)
    run.sql(_FAULTS)
    write_text_files(run.connection, "select _path, _position, line from payment_delivery", run.root)
    run.progress("payments/settlements")
    run.sql(_SETTLEMENTS)
    header = ",".join(column.name for column in run.entity("payments", "settlements").columns)
    write_text_files(
        run.connection,
        f"""
        select distinct _path, 1 as _position, '{header}' as line
        from settlement_delivery
        where _disposition != 'missing'
        union all
        select _path, _position, line from settlement_delivery where _disposition != 'missing'
        """,
        run.root,
    )
