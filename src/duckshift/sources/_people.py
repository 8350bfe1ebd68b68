"""Customers and their addresses, with their history: `version_customers` and `version_customer_addresses`."""

from duckshift.sources._engine import Run

# Numbers follow registration. Three quarters of the customers are in the full load.
_CUSTOMERS = """
    create table customer as
        with numbered as (
            select n as customer_number, count(*) over () as customer_count,
                floor(0.75 * count(*) over ())::bigint as loaded_count,
                u('customer country', n) as at_country,
            from range(1, greatest(200, (40000 * scale())::bigint) + 1) as r (n)
        ),
        dated as (
            select *,
                case
                    when customer_number <= loaded_count
                        then after_seconds(
                            load_at() - interval 1800 day, customer_number / (loaded_count + 1) * 1799 * 86400
                        )
                    else after_seconds(
                        start_at(),
                        (customer_number - loaded_count - u('customer start', customer_number))
                        / (customer_count - loaded_count) * period_seconds()
                    )
                end as registered_at,
                row_number() over (
                    order by customer_number > loaded_count, u('customer leaves', customer_number),
                        customer_number
                ) as leaving_choice,
            from numbered
        )
        select
            dated.* exclude (at_country),
            format('C-{:07d}', customer_number) as customer_id,
            country_code,
            floor(pow(u('customer city', customer_number), 1.5) * 4)::bigint as city_pick,
            pick(first_names(), u('first name', customer_number)) as first_name,
            pick(last_names(), u('last name', customer_number)) as last_name,
            case
                when leaving_choice <= fault_count(0.003, customer_count) + 1
                    then after_seconds(start_at(), (0.35 + 0.6 * u('leaves at', customer_number))
                        * period_seconds())
            end as left_at,
            -- Who moves to another country, and when.
            case
                when u('emigrates', customer_number) < 0.02
                    then after_seconds(registered_from, u('emigrates at', customer_number) * seconds_left)
            end as emigrated_at,
        from (
            select *, greatest(registered_at, start_at()) as registered_from,
                epoch(end_at() - greatest(registered_at, start_at())) as seconds_left,
            from dated
        ) as dated
        asof join country on dated.at_country >= country.share_from;

    create table emigration as
        with destination as (
            select customer_number, emigrated_at, country_code as old_country_code,
                u('emigrates to', customer_number) as at_country,
            from customer
            where emigrated_at is not null
        )
        select customer_number, emigrated_at, country_code as new_country_code
        from destination
        asof join country on destination.at_country >= country.share_from
        where country_code != old_country_code;

    -- What changes and when; a null is an attribute that stays.
    create table customer_event as
        select customer_number, registered_at as event_at, 1 as step, 'I' as op, 1 as email_version,
            1 as phone_version, country_code, null::varchar as fault,
            (case when u('business', customer_number) < 0.08 then 'business' else 'consumer' end) as segment,
            u('consent', customer_number) < 0.6 as has_marketing_consent,
        from customer
        union all
        select customer_number, after_seconds(registered_from,
            u('segment at', customer_number) * seconds_left),
            2, 'U', null, null, null, null,
            (case when u('business', customer_number) < 0.08 then 'consumer' else 'business' end), null,
        from customer
        where u('segment changes', customer_number) < 0.03
        union all
        select customer_number, after_seconds(registered_from,
            u('consent at', customer_number) * seconds_left),
            3, 'U', null, null, null, null, null, u('consent', customer_number) >= 0.6,
        from customer
        where u('consent changes', customer_number) < 0.08
        union all
        select customer_number, after_seconds(registered_from, u('email at', customer_number) * seconds_left),
            4, 'U', 2, null, null, null, null, null,
        from customer
        where u('email changes', customer_number) < 0.02
        union all
        select customer_number, emigrated_at, 5, 'U', null, null, new_country_code, null, null, null
        from emigration
        union all
        -- Two changes within one second: consent taken back and given again.
        select customer_number,
            after_seconds(start_at(), (0.1 + 0.8 * u('second thought', customer_number)) * period_seconds()),
            10 + k, 'U', null, null, null, 'same_second', null, k = 2,
        from (
            from customer
            where customer_number <= loaded_count
            qualify row_number() over (order by u('wavers', customer_number), customer_number)
                <= fault_count(0.002, customer_count) + 1
        ) as customer, range(1, 3) as r (k)
        where faults()
        union all
        -- Committed shortly before the full load was extracted: both the load and the first change file
        -- have it.
        select customer_number, load_at() - interval 40 minute, 6, 'U', null, 2, null, 'full_load_overlap',
            null, null
        from (
            from customer
            where customer_number <= loaded_count
            qualify row_number() over (order by u('overlap', customer_number), customer_number)
                <= fault_count(0.002, customer_count) + 1
        ) as customer
        where faults()
        union all
        select customer_number, left_at, 30, 'D', null, null, null,
            (case when faults() then (case when customer_number % 2 = 0 then 'delete_key_only'
                else 'delete' end) end),
            null, null,
        from customer
        where left_at is not null;

    create table customer_state as
        select
            customer_number, event_at, step, op, fault,
            last_value(email_version ignore nulls) over history as email_version,
            last_value(phone_version ignore nulls) over history as phone_version,
            last_value(event.country_code ignore nulls) over history as country_code,
            last_value(segment ignore nulls) over history as segment,
            last_value(has_marketing_consent ignore nulls) over history as has_marketing_consent,
        from customer_event as event
        inner join customer using (customer_number)
        where left_at is null or event_at <= left_at
        window history as (
            partition by customer_number order by event_at, step rows between unbounded preceding
                and current row
        );

    create macro column_added_at() as (start_at()::date + (period_seconds() // 86400 // 3)::int)::timestamp;

    create table version_customers as
        select
            customer_id,
            regexp_replace(
                lower(strip_accents(first_name || '.' || last_name)), '[^a-z.]', '', 'g'
            ) || customer_number || '@'
                || (case email_version when 1 then pick(['example.com', 'example.org'],
                    u('domain', customer_number))
                    else 'example.net' end) as email,
            first_name, last_name,
            -- As customers type it: three habits.
            case customer_number % 3
                when 0 then phone_prefix || ' ' || phone_digits[1:2] || ' ' || phone_digits[3:9]
                when 1 then phone_prefix || phone_digits
                else '00' || phone_prefix[2:] || '-' || phone_digits[1:3] || '-' || phone_digits[4:9]
            end as phone,
            date '1940-01-01' + (25000 * u('born', customer_number))::int as birth_date,
            segment, customer_state.country_code, has_marketing_consent, registered_at,
            -- The column was added to the table later: a change before that cannot have it.
            (case when event_at >= column_added_at() or not faults() then language end) as preferred_language,
            op as "Op", event_at as _commit_ts, step as _step, fault as _fault,
        from (
            select *, format('{:09d}', (1e9 * u('phone ' || phone_version, customer_number))::bigint)
                as phone_digits
            from customer_state
        ) as customer_state
        inner join customer using (customer_number)
        inner join country on country.country_code = customer_state.country_code
        union all
        -- The deletion of an account that no file ever showed.
        select 'C-9999999', null, null, null, null, null, null, null, null, null, null, 'D',
            after_seconds(start_at(), 0.45 * period_seconds()), 1, 'delete_unseen',
        where faults();
"""

# Every customer has a primary address from registration on, a fifth have a second one. Of the second ones
# some
# swap places with the first, some are deleted, some come back, and some vanish without a change record (in
# the
# time before the table is loaded again): they are simply absent from the reload.
_ADDRESSES = """
    create macro reloaded_at() as
        (start_at()::date + (0.55 * period_seconds() / 86400)::int)::timestamp + interval 1 hour;

    create table address as
        with second_address as (
            select customer_number, percent_rank() over (
                order by u('second address fate', customer_number), customer_number
            ) as fate,
            from customer
            where customer_number <= loaded_count and u('second address', customer_number) < 0.22
                and left_at is null and emigrated_at is null
        )
        select customer_number, 1 as address_number, null as fate from customer
        union all
        select customer_number, 2,
            case
                when fate < 0.06 then 'swaps'
                when fate < 0.12 then 'deleted'
                when fate < 0.18 and faults() then 'comes back'
                when fate < 0.22 and faults() then 'vanishes'
            end,
        from second_address;

    -- `place` counts the streets, `city_offset` the moves from city to city.
    create table address_event as
        select customer_number, address_number, registered_at as event_at, 1 as step, 'I' as op, 1 as place,
            address_number - 1 as city_offset, country_code, address_number = 1 as is_primary,
                null::varchar as fault,
        from address
        inner join customer using (customer_number)
        union all
        select customer_number, 1, after_seconds(registered_from,
            u('moves at', customer_number) * seconds_left), 2,
            'U', 3, (2 * u('moves far', customer_number))::int, null, null, null,
        from customer
        where u('moves house', customer_number) < 0.08 and emigrated_at is null
        union all
        select customer_number, 1, emigrated_at, 2, 'U', 4, 0, new_country_code, null, null
        from emigration
        union all
        select customer_number, k,
            after_seconds(start_at(), (0.1 + 0.8 * u('swaps at', customer_number)) * period_seconds()), 3,
                'U',
            null, null, null, k = 2, null,
        from address, range(1, 3) as r (k)
        where fate = 'swaps'
        union all
        select customer_number, 2,
            after_seconds(start_at(), (0.05 + 0.4 * u('deleted at', customer_number)) * period_seconds()),
                4, 'D',
            null, null, null, null,
            (case when faults() then (case when customer_number % 2 = 0 then 'delete_key_only'
                else 'delete' end) end),
        from address
        where fate in ('deleted', 'comes back')
        union all
        select customer_number, 2,
            after_seconds(start_at(), (0.5 + 0.4 * u('back at', customer_number)) * period_seconds()), 5, 'I',
            5, null, null, null, 'reinsert',
        from address
        where fate = 'comes back'
        union all
        select customer_number, address_number, left_at, 30, 'D', null, null, null, null, null
        from address
        inner join customer using (customer_number)
        where left_at is not null;

    create table version_customer_addresses as
        with state as (
            select
                customer_number, address_number, event_at, step, op, fault,
                last_value(place ignore nulls) over history as place,
                last_value(city_offset ignore nulls) over history as city_offset,
                last_value(event.country_code ignore nulls) over history as country_code,
                last_value(is_primary ignore nulls) over history as is_primary,
            from address_event as event
            inner join customer using (customer_number)
            where left_at is null or event_at <= left_at
            window history as (
                partition by customer_number, address_number order by event_at, step
                rows between unbounded preceding and current row
            )
        )
        select
            format('A-{:07d}-{}', customer_number, address_number) as address_id,
            customer_id,
            pick(street_names(), u('street ' || place || ' ' || address_number, customer_number)) || ' '
                || (1 + 180 * u('house ' || place || ' ' || address_number, customer_number))::int as street,
            replace(
                postal_pattern, '#',
                floor(10 * u('postal ' || place || ' ' || address_number, customer_number))::int::varchar
            ) as postal_code,
            city, region, state.country_code, is_primary,
            op as "Op", event_at as _commit_ts, step as _step, fault as _fault,
        from state
        inner join customer using (customer_number)
        inner join city
            on city.country_code = state.country_code
            and city.city_index = (city_pick + city_offset) % city.city_count
        union all
        select 'A-9999999-1', 'C-9999999', null, null, null, null, null, true, 'D',
            after_seconds(start_at(), 0.45 * period_seconds()), 1, 'delete_unseen',
        where faults();
"""


def model(run: Run) -> None:
    """Create the tables of customers and addresses and their versions."""
    run.sql(_CUSTOMERS)
    run.sql(_ADDRESSES)
