"""Contacts and their interactions from the CRM: the whole lists once a week, as JSON lines.

The CRM shares no key with the shop; which contact is which person stands in `_truth/persons.csv`.
"""

from duckshift.landing import write_text_files
from duckshift.sources._engine import Run
from duckshift.sources._persons import written

# A seventh of the contacts come in during the period. What changes on a contact never concerns its anchor.
_CONTACTS = f"""
    create table crm_dump as
        select n as dump_number, produced_at, max(n) over () as last_dump_number,
        from (
            select n, start_at() - interval 2 day + to_days((7 * n)::int) + interval 4 hour as produced_at
            from range(0, 1 + period_seconds() // 86400 // 7 + 1) as r (n)
        )
        where produced_at < end_at();

    create table contact as
        with known as (
            select person.*, k as contact_index, 'contact ' || person_number || ' ' || k as record_name,
                u('contact since', person_number || '-' || k) as at_since,
                case
                    when at_since < 0.86
                        then after_seconds(load_at() - interval 1200 day, at_since / 0.86 * 1190 * 86400)
                    else after_seconds(start_at(), (at_since - 0.86) / 0.14 * period_seconds())
                end as created_at,
            from person, range(1, 3) as r (k)
            -- Some are entered twice.
            where has_contact and (k = 1 or u('second contact', person_number) < 0.04)
        ),
        entered as (
            select *, row_number() over (order by created_at, record_name) as contact_number,
                count(*) over () as contact_total,
                greatest(created_at, start_at()) as changes_from,
                epoch(end_at() - greatest(created_at, start_at())) as seconds_left,
                row_number() over (order by created_at > start_at(), u('vanishes', record_name), record_name)
                    as vanishing_choice,
            from ({written("from known", "crm")})
        )
        select *, format('CT-{{:06d}}', contact_number) as contact_id,
            (case when u('status changes', record_name) < 0.15
                then after_seconds(changes_from,
                    u('status at', record_name) * seconds_left) end) as status_at,
            (case when u('consent changes', record_name) < 0.05
                then after_seconds(changes_from, u('consent at', record_name) * seconds_left) end)
                as consent_at,
            (case when u('calls from', record_name) < 0.04 and anchor != 'phone' and relation is null
                then after_seconds(changes_from, u('phone at', record_name) * seconds_left) end) as phone_at,
            (case when u('moves', record_name) < 0.04 and anchor != 'address' and relation is null
                then after_seconds(changes_from, u('home at', record_name) * seconds_left) end) as home_at,
            -- Gone from some dump on; every other one comes back two dumps later.
            (case when faults() and vanishing_choice <= fault_count(0.01, contact_total) + 1
                then 1 + floor(u('vanishes in', record_name) * greatest(0, last_dump - 2))::bigint
            end) as vanished_in,
            (case when vanishing_choice % 2 = 0 then vanished_in + 2 end) as back_in,
            pick(['lead', 'customer', 'customer', 'inactive'], u('status', record_name)) as old_status,
            pick(['customer', 'inactive'], u('new status', record_name)) as new_status,
            u('crm consent', record_name) < 0.55 as old_consent,
            spelt_phone(phone_prefix, format('{{:09d}}', (1e9 * u('new phone', record_name))::bigint),
                at_phone_spelling) as new_phone,
            pick(street_names(), u('new street', record_name)) || ' '
                || (300 + 60 * u('new house', record_name))::int as new_street,
            pick(['call_centre', 'trade_fair', 'newsletter', 'store'], u('origin', record_name)) as origin,
        from entered, (select any_value(last_dump_number) as last_dump from crm_dump) as dumps;

    insert into person_record select person_number, 'crm', contact_id from contact;

    create table contact_delivery as
        with listed as (
            select contact.* exclude (street, postal_code, phone),
                dump_number, produced_at,
                coalesce(created_at < status_at and status_at < produced_at, false) as has_new_status,
                coalesce(consent_at < produced_at, false) as has_new_consent,
                coalesce(phone_at < produced_at, false) as has_new_phone,
                coalesce(home_at < produced_at, false) as has_new_home,
                (case when has_new_phone then new_phone else phone end) as phone,
                (case when has_new_home then new_street else street end) as street,
                postal_code,
                greatest(created_at,
                    (case when has_new_status then status_at end), (case when has_new_consent then consent_at
                        end), (case when has_new_phone then phone_at end),
                    (case when has_new_home then home_at end)) as updated_at,
                dump_number = back_in as is_back,
                last_dump_number,
            from contact, crm_dump
            where created_at < produced_at
                and (vanished_in is null or dump_number < vanished_in
                    or coalesce(dump_number >= back_in, false))
        ),
        delivered as (
            select *, 0 as copy, (case when is_back then 'contact_returned' end) as _fault,
                'loaded' as _disposition,
            from listed
            union all
            select *, 1, 'repeated', 'duplicate'
            from listed
            where faults()
            qualify row_number() over (order by u('repeated ' || dump_number, contact_id), contact_id)
                <= fault_count(0.0005, count(*) over ()) + 1
        )
        select *,
            format('crm/contacts/dt={{}}/contacts.{{}}.json', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            row_number() over (partition by dump_number order by contact_number, copy) as _position,
            '{{"contact_id":"' || contact_id || '","first_name":"' || first_name || '","last_name":"'
                || last_name || '","email":' || coalesce('"' || email || '"', 'null')
                || ',"phone":' || coalesce('"' || phone || '"', 'null')
                || ',"birth_date":' || coalesce('"' || birth_date || '"', 'null')
                || ',"address":{{"street":' || coalesce('"' || street || '"', 'null')
                || ',"postal_code":' || coalesce('"' || postal_code || '"', 'null')
                || ',"city":' || coalesce('"' || written_city || '"', 'null')
                || ',"region":' || coalesce('"' || written_region || '"', 'null')
                || ',"country_code":"' || country_code || '"}},"lifecycle_status":"'
                || (case when has_new_status then new_status else old_status end)
                || '","has_consent":' || (old_consent != has_new_consent) || ',"origin":"' || origin
                || '","created_at":"' || strftime(created_at, '%Y-%m-%d %H:%M:%S')
                || '","updated_at":"' || strftime(updated_at, '%Y-%m-%d %H:%M:%S') || '"}}' as line,
        from delivered;

    insert into truth_fault
        select 'crm', 'contacts', _fault, _path, _position, contact_id, _disposition
        from contact_delivery
        where _fault is not null
        union all
        -- The last file that still had the contact.
        select 'crm', 'contacts', 'contact_vanished', _path, _position, contact_id, 'loaded'
        from contact_delivery
        where dump_number = vanished_in - 1 and copy = 0;
    insert into truth_accounting
        select 'crm', 'contacts', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), 0, count(*) filter (_disposition = 'duplicate'), 0,
        from contact_delivery;
"""

_INTERACTIONS = """
    create table interaction as
        select n as interaction_number, format('IN-{:07d}', n) as interaction_id,
            after_seconds(start_at() - interval 30 day,
                (n - u('interaction', n)) / interaction_count * (period_seconds() + 30 * 86400))
                as occurred_at,
            -- Early ones, so that a dump still comes.
            faults() and row_number() over (order by n > interaction_count // 2, u('unknown contact', n), n)
                <= fault_count(0.001, interaction_count) as is_of_unknown,
        from (
            select greatest(60, round(12000 * scale() * (period_seconds() / 86400 + 30) / 120))::bigint
                as interaction_count
        ) as size, range(1, interaction_count + 1) as r (n);

    create table interaction_delivery as
        with known as (
            -- The long-standing contacts; each of them was there when it was called.
            select contact_id, row_number() over (order by contact_number) as place
            from contact
            where created_at < start_at() - interval 30 day
        ),
        placed as (
            select interaction.*,
                1 + floor(u('interaction with', interaction_number) * known_count)::bigint as place,
            from interaction, (select count(*) as known_count from known) as known
        ),
        about as (
            select placed.* exclude (place),
                (case when is_of_unknown then 'CT-9' || lpad((interaction_number % 100000)::varchar, 5, '0')
                    else contact_id end) as contact_id,
                pick(['call', 'call', 'email', 'email', 'chat', 'visit'],
                    u('interaction kind', interaction_number)) as interaction_type,
                u('interaction topic', interaction_number) as at_topic,
            from placed
            inner join known using (place)
        ),
        listed as (
            select about.*, dump_number, produced_at
            from about, crm_dump
            where occurred_at < produced_at
        ),
        delivered as (
            select *, 0 as copy, (case when is_of_unknown then 'unknown_contact' end) as _fault,
                'loaded' as _disposition,
            from listed
            union all
            select *, 1, 'repeated', 'duplicate'
            from listed
            where faults() and not is_of_unknown
            qualify row_number() over (
                order by u('repeated ' || dump_number, interaction_id), interaction_id
            ) <= fault_count(0.0005, count(*) over ()) + 1
        )
        select *,
            format('crm/interactions/dt={}/interactions.{}.json', strftime(produced_at, '%Y-%m-%d'),
                strftime(produced_at, '%Y%m%dT%H%M%SZ')) as _path,
            row_number() over (partition by dump_number order by interaction_number, copy) as _position,
            '{"interaction_id":"' || interaction_id || '","contact_id":"' || contact_id
                || '","interaction_type":"' || interaction_type || '","direction":"'
                || (case when u('direction', interaction_number) < 0.7 then 'inbound' else 'outbound' end)
                || '","occurred_at":"' || strftime(occurred_at, '%Y-%m-%d %H:%M:%S') || '","topic":"'
                || pick(['delivery', 'return', 'product', 'invoice', 'complaint', 'account'], at_topic)
                || '","outcome":"' || pick(['solved', 'solved', 'open', 'forwarded'],
                    u('outcome', interaction_number))
                || '","duration_seconds":' || (case when interaction_type in ('call', 'chat')
                    then (30 + floor(900 * at_topic * at_topic))::bigint::varchar else 'null' end)
                || ',"satisfaction_score":' || (case when u('asked', interaction_number) < 0.4
                    then (1 + floor(5 * sqrt(u('score', interaction_number))))::bigint::varchar
                    else 'null' end)
                || '}' as line,
        from delivered;

    insert into truth_fault
        select 'crm', 'interactions', _fault, _path, _position, interaction_id, _disposition
        from interaction_delivery
        where _fault is not null;
    insert into truth_accounting
        select 'crm', 'interactions', count(distinct _path), 0, 0, count(*),
            count(*) filter (_disposition = 'loaded'), 0, count(*) filter (_disposition = 'duplicate'), 0,
        from interaction_delivery;
"""


def land(run: Run) -> None:
    """Write the files below `crm/`."""
    for name, table, statements in (
        ("contacts", "contact_delivery", _CONTACTS),
        ("interactions", "interaction_delivery", _INTERACTIONS),
    ):
        run.progress(f"crm/{name}")
        run.sql(statements)
        write_text_files(run.connection, f"select _path, _position, line from {table}", run.root)
        run.sql(f"drop table {table}")
