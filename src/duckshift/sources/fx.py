"""Daily exchange rates against the euro as CSV, without week-ends."""

from duckshift.landing import write_text_files
from duckshift.sources._engine import Run

_RATES = """
    create table fx_rate as
        with weekday as (
            select (start_at() + to_days(n::int))::date as rate_date
            from range(-10, period_seconds() // 86400) as r (n)
            where isodow(rate_date) <= 5
        )
        -- A random walk: a day's step is at most 0.6 %.
        select rate_date, 'EUR' as base_currency, currency_code as quote_currency,
            (per_euro * exp(
                sum(0.012 * (u('rate ' || currency_code, rate_date) - 0.5))
                    over (partition by currency_code order by rate_date rows unbounded preceding)
            ))::decimal(18, 6)::decimal(18, 10) as rate,
            row_number() over (order by u('rate fault', currency_code || rate_date), rate_date,
                currency_code) as choice,
            fault_count(0.005, count(*) over ()) as quota,
        from weekday, currency
        where currency_code != 'EUR';

    create table fx_delivery as
        with marked as (
            -- Not in the last days, for the later file must still come.
            select *, (case
                    when not faults() or rate_date > end_at()::date - 4 then null
                    when later_choice <= quota then 'late'
                    when later_choice <= 2 * quota then 'restated'
                    when later_choice <= 3 * quota then 'repeated'
                end) as fault,
            from (
                select *, row_number() over (order by rate_date > end_at()::date - 4, choice) as later_choice
                from fx_rate
            )
        ),
        delivered as (
            select rate_date, base_currency, quote_currency, rate,
                (case when fault = 'late' then rate_date + interval 2 day + interval 945 minute
                    else rate_date + interval 930 minute
                end) as produced_at,
                fault as _fault,
                (case fault when 'restated' then 'superseded' when 'repeated' then 'duplicate'
                    else 'loaded' end)
                    as _disposition,
            from marked
            union all
            select rate_date, base_currency, quote_currency,
                (case when fault = 'restated' then (rate::double * 1.004)::decimal(18, 6)::decimal(18, 10)
                    else rate end),
                rate_date + interval 1 day + interval 9 hour, null, 'loaded',
            from marked
            where fault in ('restated', 'repeated')
        )
        select *,
            format('fx/rates/dt={}/rates.{}.csv', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ'))
                as _path,
            1 + row_number() over (partition by produced_at order by rate_date, quote_currency) as _position,
            concat_ws(',', rate_date, base_currency, quote_currency, rate) as line,
        from delivered;

    -- Files that are no good as a whole: an empty one, and, if asked for, one without the rates.
    create table fx_held as
        select
            format('fx/rates/dt={}/rates.{}.csv', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ'))
                as _path,
            fault, _position, line,
        from (
            select max(rate_date) filter (rate_date <= start_at()::date
                + (period_seconds() // 86400 // 2)::int) as held_date
            from fx_rate
        ) as held, (
            values
                ('empty_file', interval 960 minute, 1, null),
                ('missing_column', interval 970 minute, 1, 'rate_date,base_currency,quote_currency'),
                ('missing_column', interval 970 minute, 2, '2024-01-01,EUR,USD')
        ) as v (fault, after, _position, line), lateral (select held_date + after as produced_at)
        where case when fault = 'missing_column' then contract_breaks() else faults() end;

    insert into truth_fault
        select 'fx', 'rates', _fault, _path, _position,
            concat_ws('|', rate_date, base_currency, quote_currency), _disposition
        from fx_delivery
        where _fault is not null
        union all
        select distinct 'fx', 'rates', fault, _path, null::bigint, null, 'held' from fx_held;
    insert into truth_accounting
        select 'fx', 'rates', count(distinct _path) + any_value(held.files), any_value(held.files), 0,
            count(*),
            count(*) filter (_disposition = 'loaded'), 0,
            count(*) filter (_disposition = 'duplicate'), count(*) filter (_disposition = 'superseded'),
        from fx_delivery, (select count(distinct _path) as files from fx_held) as held;
"""

_LINES = """
    select distinct _path, 1 as _position, 'rate_date,base_currency,quote_currency,rate' as line
        from fx_delivery
    union all
    select _path, _position, line from fx_delivery
    union all
    select _path, _position, line from fx_held
"""


def land(run: Run) -> None:
    """Write the files below `fx/rates/`: one a working day, from ten days before the start."""
    run.progress("fx/rates")
    run.sql(_RATES)
    write_text_files(run.connection, _LINES, run.root)
