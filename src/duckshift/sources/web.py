"""Click stream of the web shop: gzip JSON lines through a buffer that delivers at least once.

Sessions are made first, then their events, then how these are delivered. Text is rendered last, a few files
at a time, for it is much larger than all the rest.
"""

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from duckshift.landing import UNDECODABLE, write_file
from duckshift.sources._engine import Run

_RECORDS_AT_ONCE = 100_000

# Who comes when, from where and with what. A visitor is a cookie: customers have two (two devices), guests
# one for each order.
_SESSIONS = """
    -- Numbers of sessions and of events are in proportion to the scale and the days.
    create macro of_period(n) as n * scale() * period_seconds() / 86400 / 90;

    create table device as
        select * from (values
            (1, 0.30, 'mobile', 'Android', 'Chrome', '412x915',
                'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36'
                    || ' Chrome/120.0.0.0 Mobile Safari/537.36'),
            (2, 0.56, 'mobile', 'iOS', 'Safari', '390x844',
                'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X)'
                    || ' AppleWebKit/605.1.15 Version/17.2 Mobile/15E148 Safari/604.1'),
            (3, 0.80, 'desktop', 'Windows', 'Chrome', '1920x1080',
                'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
                    || ' AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'),
            (4, 0.88, 'desktop', 'macOS', 'Safari', '1440x900',
                'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2)'
                    || ' AppleWebKit/605.1.15 Version/17.2 Safari/605.1.15'),
            (5, 0.94, 'desktop', 'Linux', 'Firefox', '1920x1080',
                'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101'
                    || ' Firefox/121.0'),
            (6, 1.0, 'tablet', 'iPadOS', 'Safari', '820x1180',
                'Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X)'
                    || ' AppleWebKit/605.1.15 Version/17.2 Mobile/15E148 Safari/604.1')
        ) as v (device_number, share_to, category, os, browser, screen, user_agent);

    create table robot as
        select * from (values
            (1, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
            (2, 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'),
            (3, 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'),
            (4, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36'),
            (5, 'python-requests/2.31.0')
        ) as v (robot_number, user_agent);

    create table web_visit as
        with ordered as (
            -- Six web orders in ten are seen; the others come from browsers that block the script.
            select order_number, order_id, ordered_at, country_code, customer_id,
                coalesce('C' || substr(customer_id, 3) || '-' || (1 + (u('device', order_number) < 0.3)::int),
                    'G' || order_number) as visitor_key,
            from order_head
            where channel_code = 'web' and u('seen', order_number) < 0.6
        ),
        browsing as (
            select n as browse_number,
                (n - u('browse time', n)) / visit_count * (select any_value(weight_total) from shop_slot)
                    as at_weight,
                u('browse visitor', n) as at_visitor, visit_count,
            from (select greatest(30, round(of_period(188000)))::bigint as visit_count) as size,
                range(1, visit_count + 1) as r (n)
        ),
        placed as (
            select browsing.*,
                after_seconds(slot_at, (at_weight - weight_from) / weight * 3600) as started_at,
            from browsing
            asof join shop_slot on at_weight >= weight_from
        ),
        visitor as (
            -- A quarter are customers with an account; the others come back at times.
            select placed.*, customer_id, coalesce(customer.country_code, country.country_code)
                    as country_code,
                coalesce('C' || substr(customer_id, 3) || '-'
                        || (1 + (u('device', browse_number) < 0.3)::int),
                    'A' || floor(u('stranger', browse_number) * visit_count * 0.6)::bigint) as visitor_key,
            from placed
            asof left join country
                on u('stranger country', floor(u('stranger', browse_number) * visit_count * 0.6)::bigint)
                    >= country.share_from
            left join customer
                on at_visitor < 0.25
                and customer_number = 1 + floor(pow(at_visitor / 0.25, 1.5) * 0.75
                    * (select count(*) from customer))::bigint
                and (left_at is null or left_at > started_at)
        )
        select 'purchase' as kind, 'P' || order_number as visit_name, visitor_key, country_code, customer_id,
            order_number, ordered_at as started_at,
        from ordered
        union all
        -- Buyers look before they buy.
        select 'browse', 'T' || order_number || '-' || k, visitor_key, country_code, customer_id, null,
            after_seconds(ordered_at,
                -3600 * (2 + 330 * pow(u('looked ' || k, order_number), 2))) as started_at,
        from ordered, range(1, 4) as r (k)
        where k <= len(list_filter([0.45, 0.75, 0.92], lambda limit_: u('looks', order_number) >= limit_))
            and started_at > start_at()
        union all
        select 'browse', 'B' || browse_number, visitor_key, country_code, customer_id, null, started_at
        from visitor
        union all
        -- Robots that say so, and robots that do not.
        select 'robot', 'R' || n, 'R' || (n % 40), 'US', null, null,
            after_seconds(start_at(), u('robot', n) * (period_seconds() - 1800)),
        from range(greatest(3, round(of_period(450)))::bigint) as r (n)
        union all
        select 'stealth robot', 'S' || n, 'S' || n, 'US', null, null,
            after_seconds(start_at(), u('stealth robot', n) * (period_seconds() - 1800)),
        from range(greatest(2, round(of_period(60)))::bigint) as r (n);

    create table web_session as
        with numbered as (
            select web_visit.*, row_number() over (order by started_at, visit_name) as session_number,
                u('source', visit_name) as at_source,
                (started_at::date - start_at()::date)::bigint as day_number,
                u('campaign place', visit_name) as at_campaign,
            from web_visit
        ),
        sourced as (
            select numbered.*, campaign_number,
                case
                    when kind in ('robot', 'stealth robot') or at_source < 0.3 then 'direct'
                    when at_source < 0.55 then 'organic'
                    when at_source < 0.62 then 'referral'
                    else 'campaign'
                end as source_kind,
            from numbered
            left join (select distinct day_number, places from campaign_day) as day using (day_number)
            left join campaign_day
                on campaign_day.day_number = numbered.day_number
                and campaign_day.place = 1 + floor(pow(at_campaign, 1.6) * day.places)::bigint
                and at_source >= 0.62 and kind in ('browse', 'purchase')
        )
        select session_number, kind, visit_name, visitor_key,
            md5(seed() || ' visitor ' || visitor_key) as visitor_id,
            sourced.country_code, customer_id, order_number, started_at, source_kind, campaign_number,
            country.currency_code, per_euro, digits,
            -- From which event on the account is known: 1 remembered, 2 logs in, null never.
            case
                when customer_id is null then null
                when kind = 'purchase' then (case when u('remembered', visit_name) < 0.4 then 1 end)
                when u('remembered', visit_name) < 0.35 then 1
                when u('remembered', visit_name) < 0.5 then 2
            end as known_from,
            case when kind in ('robot', 'stealth robot')
                then 90 + floor((case kind when 'robot' then 0 else 200 end) * u('crawl', visit_name))::bigint
                else 1 + least(24, floor(-2.3 * ln(1 - u('length', visit_name))))::bigint
            end as event_count,
            u('second link', visit_name) < 0.05 as has_second_link,
            (case when u('experiment', visit_name) < 0.3
                then ',"experiment":"' || pick(['a', 'b'], u('experiment', visit_name) / 0.3) || '"'
            end) as experiment_text,
            ',"consent_status":"'
                || (case when u('consents', visitor_key) < 0.8 then 'granted' else 'partial' end)
                || '"' as consent_text,
            '{"user_agent":"' || coalesce(robot.user_agent, device.user_agent)
                || '","device":{"category":"' || category || '","os":"' || os || '","browser":"' || browser
                || '","screen":"' || screen || '"},"country":"' || sourced.country_code || '","language":"'
                || language || '"' as context_text,
            case source_kind
                when 'organic' then ',"referrer":"https://search.example.com/"'
                when 'referral' then ',"referrer":"https://'
                    || pick(['blog', 'forum', 'news'], u('referrer', visit_name)) || '.example.org/"'
                when 'campaign' then ',"referrer":"https://' || utm_source || '.example.net/"'
                else ''
            end as referrer_text,
            ',"utm":{"source":"' || utm_source || '","medium":"' || utm_medium || '","campaign":"'
                -- Some links were typed by hand.
                || (case when faults() and u('utm', visit_name) < 0.03 then upper(utm_campaign)
                    else utm_campaign end)
                || '"' || (case when u('utm content', visit_name) < 0.5
                    then ',"content":"' || pick(['a', 'b', 'c'], u('utm content', visit_name) * 2) || '"'
                    else '' end) || '}' as utm_text,
        from sourced
        inner join country using (country_code)
        left join campaign using (campaign_number)
        left join robot
            on kind = 'robot' and robot_number = 1 + try_cast(substr(visitor_key, 2) as bigint) % 5
        asof join device on u('visitor device', visitor_key) < device.share_to
        order by session_number;
"""

# `value` is in the currency of the session; `product_number` null where no product is shown.
_EVENTS = """
    create table web_basket as
        select order_number,
            list(product_id order by line_number) as product_ids,
            '[' || string_agg(
                '{"product_id":"' || product_id || '","quantity":' || quantity || ',"price":'
                || unit_price || '}', ',' order by line_number
            ) || ']' as items_text,
            sum(goods_amount) as value,
        from order_line
        where line_type = 'sale' and order_number in (select order_number from web_session)
        group by order_number;

    create table web_event as
        with script as (
            -- What happens in a session that ends with an order: the lines are looked at and taken.
            select session_number, list_concat(
                    [{'name': 'page_view', 'product_id': null}],
                    (case when u('searches', visit_name) < 0.3
                        then [{'name': 'search', 'product_id': null}] else [] end),
                    flatten(list_transform(product_ids, lambda product_id: [
                        {'name': 'view_item', 'product_id': product_id},
                        {'name': 'add_to_cart', 'product_id': product_id}
                    ])),
                    [{'name': 'view_cart', 'product_id': null}],
                    (case when customer_id is not null and known_from is null
                        then [{'name': 'login', 'product_id': null}] else [] end),
                    [{'name': 'begin_checkout', 'product_id': null},
                        {'name': 'purchase', 'product_id': null}]
                ) as steps,
            from web_session
            inner join web_basket using (order_number)
        ),
        buying as (
            select session_number, event_index, step.name as event_name, step.product_id as product_id,
                max(event_index) over (partition by session_number) as last_index,
                case step.name when 'login' then event_index end as login_index,
            from (
                select session_number, unnest(steps) as step, generate_subscripts(steps, 1) as event_index
                from script
            )
        ),
        looking as (
            select session_number, event_index, session_number || '-' || event_index as event_key,
                kind, event_count, known_from, visit_name, u('does', event_key) as does,
                case
                    when kind != 'browse' then (case when event_index % 5 = 1 then 'page_view'
                        else 'view_item' end)
                    when event_index = 1 then (case when does < 0.65 then 'page_view' else 'view_item' end)
                    when event_index = 2 and known_from = 2 then 'login'
                    when event_index = event_count and event_count >= 4
                        and u('leaves checkout', session_number) < 0.25 then 'begin_checkout'
                    when event_index = event_count - 1 and event_count >= 4
                        and u('leaves checkout', session_number) < 0.25 then 'add_to_cart'
                    when does < 0.34 then 'page_view'
                    when does < 0.76 then 'view_item'
                    when does < 0.85 then 'search'
                    when does < 0.97 then 'add_to_cart'
                    else 'remove_from_cart'
                end as event_name,
            from (
                select web_session.*, unnest(range(1, event_count + 1)) as event_index
                from web_session
                where kind != 'purchase'
            )
        ),
        done as (
            select session_number, event_index, event_name, product_id,
                last_index - event_index as events_after,
                max(login_index) over (partition by session_number) as login_index,
            from buying
            union all
            select session_number, event_index, event_name,
                (case when event_name in ('view_item', 'add_to_cart', 'remove_from_cart', 'begin_checkout')
                    then format('P-{:06d}', floor(pow((select any_value(loaded_count) from product) + 1,
                        u('looks at', session_number || '-' || (event_index + 1) // 2)))::bigint)
                end),
                null,
                known_from,
            from looking
        ),
        timed as (
            select done.*, kind, order_number, started_at,
                -- Seconds since the event before: robots are quick, people read.
                (case
                    when event_index = 1 then 0
                    when kind = 'stealth robot' then 1
                    when kind = 'robot' then 1 + floor(6 * u('pause', session_number || '-' || event_index))
                    when event_name = 'login' then 6
                    else 3 + floor(170 * pow(u('pause', session_number || '-' || event_index), 2.5))
                end)::bigint as pause,
            from done
            inner join web_session using (session_number)
        )
        select row_number() over (order by session_number, event_index) as event_number,
            timed.* exclude (pause, started_at, events_after),
            -- An order is placed at the end of its session, everything else goes forward from the start.
            (case when order_number is not null then started_at - to_seconds(
                    coalesce(sum(pause) over (partition by session_number order by event_index desc
                        rows between unbounded preceding and 1 preceding), 0)::bigint)
                else started_at + to_seconds(
                    sum(pause) over (partition by session_number order by event_index
                        rows unbounded preceding)::bigint)
            end) as event_at,
        from timed;

    -- Some reload the page that thanks them: the order is reported again, by another event.
    insert into web_event
        select (select max(event_number) from web_event) + row_number() over (order by event_number),
            * exclude (event_number, event_at) replace (event_index + 1 as event_index),
            event_at + interval 70 second,
        from web_event
        where event_name = 'purchase' and faults()
        qualify row_number() over (order by u('reloads', event_number), event_number)
            <= fault_count(0.005, count(*) over ());

    delete from web_event where event_at < start_at() or event_at >= end_at();
"""

_MALFORMED = (
    "truncated_line",
    "undecodable_byte",
    "missing_event_id",
    "invalid_event_at",
    "no_object",
    "unknown_item",
    "delivery_failed",
)

# An event has at most one fault. A record is one delivery of an event; it lies in the file of its block of
# hours, behind those that were received before.
_DELIVERIES = f"""
    -- A buffer that fills slowly is emptied less often.
    create macro hours_per_file() as case when scale() < 0.1 then 4 else 1 end;
    create macro last_received_at() as end_at() + interval 11 hour;

    create table web_received as
        with chosen as (
            select event_number, event_at, chance, count(*) over () as event_total,
                row_number() over (
                    order by kind != 'browse' or event_name not in ('view_item', 'add_to_cart'), chance,
                        event_number
                ) as choice,
            from (select *, u('event fault', event_number) as chance from web_event)
        ),
        faulty as (
            select *,
                case
                    when not faults() then null
                    when choice <= {len(_MALFORMED)} * fault_count(0.0001, event_total)
                        then {list(_MALFORMED)}[1 + (choice - 1) // fault_count(0.0001, event_total)]
                    when chance between 0.500 and 0.512 then 'late'
                    when chance between 0.600 and 0.615 then 'duplicate'
                end as fault,
            from chosen
        )
        select event_number, fault, chance,
            least(last_received_at(), after_seconds(event_at, case
                when fault = 'late'
                    then 3600 * (1.2 + 166 * pow(u('late by', event_number), 3))
                else 20 * (1e6 * chance - floor(1e6 * chance))
            end)) as received_at,
        from faulty;

    create table web_record as
        with delivery as (
            select event_number, fault, chance, received_at, received_at as delivered_at, 0 as copy
            from web_received
            union all
            -- Every other copy lies in the same file, the others in one of the next.
            select event_number, fault, chance, received_at,
                (case when event_number % 2 = 0 then received_at
                    else least(last_received_at(), after_seconds(received_at,
                        hours_per_file() * 3600 * (1 + floor(3 * u('copy', event_number)))))
                end), 1,
            from web_received
            where fault = 'duplicate'
        ),
        filed as (
            select *, fault is not distinct from 'delivery_failed' as is_failed,
                time_bucket(to_hours(hours_per_file()), delivered_at, start_at()) as file_at,
            from delivery
        ),
        placed as (
            select *, dense_rank() over (order by is_failed, file_at) as file_number,
                row_number() over (
                    partition by is_failed, file_at
                    -- In about the order in which they came.
                    order by after_seconds(delivered_at, 40 * (1e7 * chance - floor(1e7 * chance))), chance,
                        copy
                ) as place,
            from filed
        ),
        -- Two records without a line end between them: the second one is glued to the first.
        joined as (
            select event_number, copy
            from (
                select *, lag(fault is null) over (partition by file_number order by place) as is_after_sound
                from placed
            )
            where fault is null and is_after_sound and faults()
            -- `chance` is large where nothing else is wrong.
            qualify row_number() over (order by chance desc, event_number)
                <= fault_count(0.0002, count(*) over ())
        )
        select placed.* exclude (chance, delivered_at), joined.event_number is not null as is_glued,
            count(*) filter (joined.event_number is null) over (
                partition by file_number order by place rows unbounded preceding
            ) as _position,
            case
                when fault in ('truncated_line', 'undecodable_byte', 'missing_event_id', 'invalid_event_at',
                    'no_object', 'delivery_failed') then 'rejected'
                when copy = 1 then 'duplicate'
                else 'loaded'
            end as _disposition,
        from placed
        left join joined using (event_number, copy)
        order by file_number, place;

    create table web_file as
        select file_number, any_value(is_failed) as is_failed,
            format('web/events/{{}}{{}}/events-1-{{}}.json.gz',
                (case when any_value(is_failed) then 'processing-failed/' else '' end),
                strftime(any_value(file_at), '%Y/%m/%d/%H'),
                strftime(any_value(file_at), '%Y-%m-%d-%H-%M-%S')) as _path,
            count(*) as record_count,
        from web_record
        group by file_number;
"""

# Fields that were added to the events on some day: one beyond the contract, one that the contract has.
_TEXT = f"""
    create macro web_experiment_from() as
        (start_at()::date + (period_seconds() // 86400 // 3)::int)::timestamp;
    create macro web_consent_from() as
        (start_at()::date + (period_seconds() // 86400 // 2)::int)::timestamp;
    create macro web_event_id(event_number) as md5(seed() || ' event ' || event_number);
    create macro has_value(event_name) as event_name in ('add_to_cart', 'begin_checkout', 'purchase');
    create macro is_text_number(event_number) as
        faults() and u('number as text', event_number) < 0.006;

    create macro web_records(first_file, last_file) as table
        with event as (
            select record.*, u('detail', record.event_number) as detail, web_event.event_name,
                web_event.event_at, web_event.event_index, web_event.product_id, login_index,
                web_event.session_number, session.* exclude (kind, session_number),
                web_basket.items_text as basket_text, web_basket.value as basket_value,
                (first_price * per_euro) as price,
            from web_record as record
            inner join web_event using (event_number)
            inner join web_session as session using (session_number)
            left join web_basket on web_basket.order_number = session.order_number
            left join product on product.product_id = web_event.product_id
            where file_number between first_file and last_file
        ),
        detailed as (
            select *,
                1 + floor(1.3 * detail)::bigint as units,
                case
                    when event_name = 'purchase'
                        or (event_name = 'begin_checkout' and order_number is not null)
                        then basket_text
                    when product_id is not null then '[{{"product_id":"'
                        || (case fault when 'unknown_item' then 'P-9' || product_id[4:]
                            else product_id end)
                        || '","quantity":' || (case when event_name = 'view_item' then 1 else units end)
                        || ',"price":' || money(price, digits) || '}}]'
                end as items_text,
                case
                    when event_name = 'purchase'
                        or (event_name = 'begin_checkout' and order_number is not null)
                        then basket_value
                    when has_value(event_name) then money(units * price, digits)
                end as value,
                case event_name
                    when 'view_item' then 'p/' || product_id
                    when 'search' then 'search?q=' || lower(pick(adjectives(), detail))
                    when 'login' then 'login'
                    when 'begin_checkout' then 'checkout'
                    when 'purchase' then 'checkout/thanks'
                    when 'view_cart' then 'cart'
                    when 'add_to_cart' then 'p/' || product_id
                    when 'remove_from_cart' then 'cart'
                    else (case when detail < 0.4 then ''
                        else 'c/CAT-0' || (1 + floor(8 * (detail - 0.4) / 0.6))::int end)
                end as page,
                (event_index = 1
                    -- A visitor who comes back through another link in the middle of a session.
                    or (event_index = 3 and has_second_link)) as is_landing,
            from event
        ),
        written as (
            select *,
                '{{'
                || (case when fault is distinct from 'missing_event_id'
                    then '"event_id":"' || web_event_id(event_number) || '",' else '' end)
                || '"event_name":"' || event_name || '","event_at":"'
                || (case when fault is not distinct from 'invalid_event_at'
                    then strftime(event_at, '%Y-02-31 %H:%M:%S')
                    else strftime(event_at, '%Y-%m-%d %H:%M:%S') end)
                || '","received_at":"' || strftime(received_at, '%Y-%m-%d %H:%M:%S')
                || '","visitor_id":"' || visitor_id || '"'
                || (case when customer_id is not null and event_index >= coalesce(known_from, login_index)
                    then ',"customer_id":"' || customer_id || '"' else '' end)
                || (case when event_name = 'purchase'
                    then format(',"order_id":"O-{{:08d}}"', order_number) else '' end)
                || ',"page_url":"https://shop.example.com/' || lower(country_code) || '/' || page
                || (case when fault is not distinct from 'undecodable_byte' then '{UNDECODABLE}' else '' end)
                || '"'
                || (case when event_name = 'search'
                    then ',"search_term":"' || lower(pick(adjectives(), detail)) || '"'
                    else '' end)
                || coalesce(',"value":'
                    || (case when is_text_number(event_number) and value is not null
                        then '"' || value || '"' else value::varchar end)
                    || ',"currency_code":"' || currency_code || '"', '')
                || (case when event_at >= web_consent_from() and faults() then consent_text else '' end)
                || (case when event_at >= web_experiment_from() and faults()
                    then coalesce(experiment_text, '') else '' end)
                || ',"context":' || context_text
                || (case when is_landing then referrer_text || coalesce(utm_text, '') else '' end) || '}}'
                || coalesce(',"items":' || items_text, '') || '}}' as text,
            from detailed
        )
        select file_number, place, is_glued,
            case fault
                when 'truncated_line' then text[:len(text) * 3 // 5]
                when 'no_object' then '[' || text || ']'
                when 'delivery_failed' then '{{"attemptsMade":4,"arrivalTimestamp":'
                    || (epoch(received_at) * 1000)::bigint || ',"errorCode":"Lambda.FunctionError",'
                    || '"errorMessage":"The function did not answer in time","rawData":"'
                    || base64(encode(text)) || '"}}'
                else text
            end as line,
        from written;
"""

_TRUTH = """
    insert into truth_fault
        select 'web', 'events',
            (case when is_glued then 'joined_records' else fault end), _path, _position,
            web_event_id(event_number), _disposition,
        from web_record
        inner join web_file using (file_number)
        where (fault is not null or is_glued) and (copy = 1 or fault is distinct from 'duplicate')
        union all
        select 'web', 'events', 'number_as_text', _path, _position, web_event_id(event_number), _disposition
        from web_record
        inner join web_file using (file_number)
        inner join web_event using (event_number)
        where is_text_number(event_number) and has_value(event_name) and _disposition = 'loaded'
        union all
        select 'web', 'events', 'repeated_purchase', _path, _position, web_event_id(event_number),
            _disposition,
        from web_record
        inner join web_file using (file_number)
        inner join (
            from web_event
            where event_name = 'purchase'
            qualify row_number() over (partition by order_number order by event_index) > 1
        ) using (event_number)
        where copy = 0
        union all
        select 'web', 'events', field, min(_path), null, null, 'loaded'
        from web_record
        inner join web_file using (file_number)
        inner join web_event using (event_number)
        inner join web_session using (session_number), (
            values ('field_added_experiment', web_experiment_from()),
                ('field_added_consent_status', web_consent_from())
        ) as v (field, since)
        where event_at >= since and faults() and not web_file.is_failed
            and (field != 'field_added_experiment' or experiment_text is not null)
        group by field;
    insert into truth_accounting
        select 'web', 'events', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), count(*) filter (_disposition = 'rejected'),
            count(*) filter (_disposition = 'duplicate'), 0,
        from web_record
        inner join web_file using (file_number);

    -- Sessions as they are to be found: of people, from the events that can be read, whenever they came.
    create table web_truth_session as
        with event as (
            select visitor_key, event_at, event_name, order_number,
                coalesce(event_at - lag(event_at) over visits > interval 30 minute, true) as is_first,
            from web_record
            inner join web_event using (event_number)
            inner join (select session_number, visitor_key from web_session) using (session_number)
            where _disposition = 'loaded' and kind in ('browse', 'purchase')
            window visits as (partition by visitor_key order by event_at, event_number)
        ),
        numbered as (
            select *, count(*) filter (is_first) over (partition by visitor_key order by event_at
                range unbounded preceding) as session_of_visitor,
            from event
        )
        select visitor_key, session_of_visitor, min(event_at) as started_at, count(*) as event_count,
            bool_or(event_name = 'view_item') as has_view, bool_or(event_name = 'add_to_cart') as has_cart,
            bool_or(event_name = 'begin_checkout') as has_checkout,
            bool_or(event_name = 'purchase') as has_purchase,
        from numbered
        group by visitor_key, session_of_visitor;

    insert into truth_figure
        select 'web_events', count(*) from web_record where _disposition = 'loaded'
        union all
        select 'web_robot_events', count(*)
        from web_record
        inner join web_event using (event_number)
        where _disposition = 'loaded' and kind in ('robot', 'stealth robot')
        union all
        select 'web_orders', count(distinct order_number)
        from web_record
        inner join web_event using (event_number)
        where _disposition = 'loaded' and event_name = 'purchase'
        union all
        select unnest(['web_visitors', 'web_sessions', 'web_sessions_with_view', 'web_sessions_with_cart',
                'web_sessions_with_checkout', 'web_sessions_with_purchase']),
            unnest([count(distinct visitor_key), count(*), count(*) filter (has_view),
                count(*) filter (has_cart), count(*) filter (has_checkout), count(*) filter (has_purchase)]),
        from web_truth_session;
"""


def model(run: Run) -> None:
    """Create sessions, events and records; reads the orders and the campaigns."""
    run.progress("web")
    for statements in (_SESSIONS, _EVENTS, _DELIVERIES, _TEXT):
        run.sql(statements)


def _ranges_of_files(run: Run) -> Iterator[tuple[int, int]]:
    """Yield first and last number of files that together have about as many records as fit into memory."""
    first, records = 1, 0
    counts = run.rows("select file_number, record_count from web_file order by file_number")
    for number, count in counts:
        records += int(str(count))
        if records >= _RECORDS_AT_ONCE or number == counts[-1][0]:
            yield first, int(str(number))
            first, records = int(str(number)) + 1, 0


def _gzipped(text: str) -> bytes:
    """Compress without time and name, so that equal text gives equal bytes."""
    content = text.encode().replace(UNDECODABLE.encode(), b"\xff")
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    return compressor.compress(content) + compressor.flush()


def land(run: Run) -> None:
    """Write the files below `web/events/`."""
    run.progress("web/events")
    with ThreadPoolExecutor(2) as pool:
        for first, last in _ranges_of_files(run):
            rows = run.rows(f"""
                select any_value(_path) as _path,
                    string_agg((case when is_glued or place = 1 then '' else chr(10) end) || line,
                        '' order by place) || chr(10),
                from web_records({first}, {last})
                inner join web_file using (file_number)
                group by file_number
                order by _path
            """)
            paths = [str(path) for path, _ in rows]
            for path, content in zip(paths, pool.map(_gzipped, (str(text) for _, text in rows)), strict=True):
                write_file(run.root / path, content)
    run.sql(_TRUTH)
