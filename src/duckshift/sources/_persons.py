"""Who is who: the persons behind shop accounts, loyalty cards and contacts of the CRM, and their cards.

A person writes the same data differently each time, and different persons have data in common. `anchor` says
what a person never gets wrong, so that every record of a person can be told from all others:

email    the e-mail address is the same but for case, blanks and a +tag; name, phone, address may differ
phone    the telephone number is the same however it is spelt
address  street, postal code, city, date of birth and, but for a letter, the name are the same

`relation` marks persons who are easily taken for the customer in `related_number`: partner, twin, parent (of
the same name), namesake, shared_email, former_tenant, recycled_phone. Their records have a date of birth.
"""

from duckshift.sources._engine import Run

# Persons with an account have the number of the customer, the others numbers from 1,000,001.
_PERSONS = """
    create macro card_count() as greatest(80, round(15000 * scale()))::bigint;
    create macro contact_count() as greatest(80, round(12000 * scale()))::bigint;

    create table shop_person as
        with changed as (
            select customer_number, max(email_version) = 2 as has_new_email,
                max(phone_version) = 2 or count(distinct country_code) > 1 as has_new_phone,
            from customer_state
            group by customer_number
        ),
        moved as (
            select distinct customer_number from address_event where place > 1
            union
            select customer_number from address where fate is not null
        ),
        account as (
            select customer_id, min_by(email, (_commit_ts, _step)) as email,
                any_value(birth_date) as birth_date,
            from version_customers
            where "Op" != 'D'
            group by customer_id
        ),
        home as (
            select customer_id, street, postal_code, city, region, country_code
            from version_customer_addresses
            where address_id like '%-1' and "Op" = 'I'
        )
        select customer_number as person_number, customer_id, first_name, last_name, email, phone_prefix,
            format('{:09d}', (1e9 * u('phone 1', customer_number))::bigint) as phone_digits, birth_date,
            street, postal_code, home.city, home.region, home.country_code,
            case
                when has_new_email then 'phone'
                when has_new_phone then 'email'
                when u('anchor', customer_number) < 0.5 then 'email'
                when u('anchor', customer_number) < 0.8 then 'phone'
                when moved.customer_number is not null then 'email'
                else 'address'
            end as anchor,
            null::varchar as relation, null::bigint as related_number,
            row_number() over (order by u('holds card', customer_number), customer_number) as card_rank,
            row_number() over (order by u('in crm', customer_number), customer_number) as contact_rank,
        from customer
        inner join changed using (customer_number)
        left join moved using (customer_number)
        inner join account using (customer_id)
        inner join home using (customer_id)
        inner join country on country.country_code = home.country_code
        where customer_number <= loaded_count and left_at is null and not (has_new_email and has_new_phone);

    create macro other_first_name(name) as
        list_filter(
            [first_names()[1 + (list_position(first_names(), name) - 1 + k) % len(first_names())]
                for k in [17, 23, 31, 41]],
            lambda other: other[1] != name[1]
        )[1];

    create table extra_person as
        with numbered as (
            select n, 1000000 + n as person_number,
                case
                    when n % 50 in (1, 2, 3) then 'partner'
                    when n % 50 = 4 then 'twin'
                    when n % 50 in (5, 6) then 'parent'
                    when n % 50 in (7, 8, 9, 10) then 'namesake'
                    when n % 50 = 11 then 'shared_email'
                    when n % 50 = 12 then 'former_tenant'
                    when n % 50 = 13 then 'recycled_phone'
                end as relation,
                1 + floor(u('related', n) * (select count(*) from shop_person))::bigint as related_rank,
                1 + floor(u('person store', n) * (select count(*) from store))::bigint as store_number,
                pick(first_names(), u('person first', n)) as own_first_name,
                pick(last_names(), u('person last', n)) as own_last_name,
                date '1942-01-01' + (24000 * u('person born', n))::int as own_birth_date,
                format('{:09d}', (1e9 * u('person phone', n))::bigint) as own_phone_digits,
                pick(street_names(), u('person street', n)) || ' ' || (1 + 180 * u('person house', n))::int
                    as own_street,
            from range(1, (0.45 * card_count() + 0.25 * contact_count())::bigint + 1) as r (n)
        ),
        -- Those who are taken for a customer; nobody is it of two.
        related as (
            select *,
                relation in ('partner', 'twin', 'parent', 'former_tenant') as has_same_home,
            from numbered
            left join (
                select person_number as related_number, first_name, last_name, email, phone_digits,
                    birth_date, street, postal_code, city, region, country_code, card_rank as related_rank,
                from shop_person
            ) as other
                on other.related_rank = numbered.related_rank and relation is not null
        ),
        settled as (
            select related.* exclude (city, region, country_code),
                coalesce(related.country_code, store.country_code) as country_code,
                coalesce(related.city, store.city) as city,
                coalesce(related.region, store.region) as region,
            from related
            inner join store using (store_number)
        ),
        named as (
            select settled.*, phone_prefix,
                replace(postal_pattern, '#', floor(10 * u('person postal', n))::int::varchar)
                    as own_postal_code,
                case relation
                    when 'partner' then other_first_name(first_name)
                    when 'twin' then other_first_name(first_name)
                    when 'shared_email' then other_first_name(first_name)
                    when 'parent' then first_name
                    when 'namesake' then first_name
                    else own_first_name
                end as person_first_name,
                case
                    when relation in ('partner', 'twin', 'parent', 'namesake', 'shared_email') then last_name
                    else own_last_name
                end as person_last_name,
            from settled
            inner join country using (country_code)
            inner join city using (country_code, city)
        )
        select person_number, null::varchar as customer_id, person_first_name as first_name,
            person_last_name as last_name,
            (case when relation = 'shared_email' then email
                else regexp_replace(lower(strip_accents(person_last_name || '.' || person_first_name)),
                    '[^a-z.]', '', 'g') || person_number || '@example.org'
            end) as email,
            phone_prefix,
            (case when relation in ('partner', 'twin', 'recycled_phone') then phone_digits
                else own_phone_digits end) as phone_digits,
            case relation
                when 'twin' then birth_date
                when 'parent' then birth_date - (9800 + 700 * u('parent born', n))::int
                when 'partner' then birth_date + (400 + 2000 * u('partner born', n))::int
                when 'namesake' then birth_date + (900 + 5000 * u('namesake born', n))::int
                when 'shared_email' then birth_date - (500 + 2000 * u('partner born', n))::int
                else own_birth_date
            end as birth_date,
            (case when has_same_home then street else own_street end) as street,
            (case when has_same_home then postal_code else own_postal_code end) as postal_code,
            city, region, country_code,
            case
                when relation = 'shared_email' then 'phone'
                when relation is not null then 'email'
                when u('anchor', person_number) < 0.5 then 'email'
                when u('anchor', person_number) < 0.8 then 'phone'
                else 'address'
            end as anchor,
            relation, related_number,
            (case when n <= 0.45 * card_count() then 0 end) as card_rank,
            -- The last quarter of the contacts, and some of those with a card.
            (case when n > 0.45 * card_count()
                    or u('in crm', person_number) < 0.2 * contact_count() / (0.45 * card_count()) then 0
            end) as contact_rank,
        from named;

    create table person as
        select *, card_rank <= 0.55 * card_count() as has_card,
            contact_rank <= 0.55 * contact_count() as has_contact,
        from shop_person
        union all
        select *, card_rank is not null, contact_rank is not null from extra_person;

    -- Truth: which record is whose; filled by everyone who writes records of persons.
    create table person_record as
        select customer_number as person_number, 'shop' as source, customer_id as record_id from customer;
"""

# How people and clerks write. A slip exchanges two neighbouring letters behind the first, or drops one.
_SPELLINGS = """
    create macro slip(word, x) as
        case
            when len(word) < 4 then word || word[-1]
            when x < 0.5 then word[1:2] || word[4] || word[3] || word[5:]
            else word[1:2] || word[4:]
        end;
    create macro without_accents(word) as
        replace(replace(replace(strip_accents(word), 'ø', 'o'), 'Ł', 'L'), 'ł', 'l');
    create macro spelt_phone(prefix, digits, x) as
        case
            when x < 0.2 then prefix || digits
            when x < 0.4 then prefix || ' ' || digits[1:3] || ' ' || digits[4:6] || ' ' || digits[7:9]
            when x < 0.55 then '00' || prefix[2:] || ' ' || digits
            when x < 0.7 and prefix != '+1' then prefix || ' (0)' || digits[1:2] || ' ' || digits[3:9]
            when x < 0.85 or digits[1] = '0' then prefix || ' ' || digits[1:3] || '-' || digits[4:9]
            when prefix = '+1' then '(' || digits[1:3] || ') ' || digits[4:9]
            else '0' || digits[1:2] || '/' || digits[3:9]
        end;
    create macro spelt_email(email, tag, x) as
        case
            when x < 0.12 then upper(email)
            when x < 0.2 then upper(email[1]) || email[2:]
            when x < 0.24 then email || ' '
            when x < 0.3 then replace(email, '@', '+' || tag || '@')
            else email
        end;
    create macro spelt_street(street, x) as
        case
            when x < 0.15 then upper(street)
            when x < 0.45 then replace(replace(replace(replace(replace(street, ' Road', ' Rd'),
                ' Street', ' St'), ' Lane', ' Ln'), ' Avenue', ' Ave'), ' Square', ' Sq.')
            when x < 0.55 then replace(street, ' ', '  ')
            else street
        end;
"""


def written(persons: str, tag: str) -> str:
    """Return a query for records of persons as somebody wrote them.

    `persons` is a query of table `person` with `record_name` besides, which chance depends on. Null is what
    was left out.
    """
    return f"""
        with chance as (
            select *, faults() and relation is null as is_sloppy,
                u('name as written', record_name) as at_name, u('email as written', record_name) as at_email,
                u('phone as written', record_name) as at_phone, u('home as written', record_name) as at_home,
                u('born as written', record_name) as at_born, u('spelling', record_name) as at_spelling,
                u('phone spelling', record_name) as at_phone_spelling,
                case
                    when not is_sloppy then 'same'
                    when anchor = 'address' then (case when at_name < 0.1 then 'slip'
                        when at_name < 0.16 then 'no accents' when at_name < 0.2 then 'capitals'
                        else 'same' end)
                    when at_name < 0.1 then 'slip'
                    when at_name < 0.16 then 'slip in first'
                    when at_name < 0.22 then 'no accents'
                    when at_name < 0.26 then 'initial'
                    when at_name < 0.29 then 'swapped'
                    when at_name < 0.34 then 'married'
                    when at_name < 0.37 then 'capitals'
                    else 'same'
                end as name_style,
                case
                    when not faults() or relation is not null or anchor = 'email' or at_email < 0.35
                        then 'same'
                    when at_email < 0.6 then 'none'
                    when at_email < 0.9 then 'other'
                    else 'slip'
                end as email_style,
                case
                    when not faults() or relation is not null or anchor = 'phone' or at_phone < 0.45
                        then 'same'
                    when at_phone < 0.75 then 'none'
                    else 'other'
                end as phone_style,
                case
                    when not faults() or relation is not null or anchor = 'address' or at_home < 0.55
                        then 'same'
                    when at_home < 0.75 then 'none'
                    else 'other'
                end as home_style,
                case
                    when not is_sloppy or anchor = 'address' or at_born < 0.7 then 'same'
                    when at_born < 0.96 then 'none'
                    else 'off'
                end as born_style,
            from ({persons})
        )
        select * exclude (first_name, last_name, email, birth_date, street, postal_code),
            case name_style
                when 'slip in first' then slip(first_name, at_spelling)
                when 'no accents' then without_accents(first_name)
                when 'initial' then first_name[1] || '.'
                when 'swapped' then last_name
                when 'capitals' then upper(first_name)
                else first_name
            end as first_name,
            case name_style
                when 'slip' then slip(last_name, at_spelling)
                when 'no accents' then without_accents(last_name)
                when 'swapped' then first_name
                when 'married' then pick(last_names(), u('married name', person_number))
                when 'capitals' then upper(last_name)
                else last_name
            end as last_name,
            case email_style
                when 'same' then (case when faults() then spelt_email(email, '{tag}', at_spelling)
                    else email end)
                when 'other' then 'contact.' || person_number || '@example.net'
                when 'slip' then slip(email, at_spelling)
            end as email,
            case phone_style
                when 'same' then spelt_phone(phone_prefix, phone_digits, at_phone_spelling)
                when 'other' then spelt_phone(phone_prefix,
                    format('{{:09d}}', (1e9 * u('other phone', person_number))::bigint), at_phone_spelling)
            end as phone,
            case born_style
                when 'same' then birth_date
                when 'off' then (case
                    when day(birth_date) <= 12 and day(birth_date) != month(birth_date)
                        then make_date(year(birth_date), day(birth_date), month(birth_date))
                    else birth_date - 1
                end)
            end as birth_date,
            case home_style
                when 'same' then (case when faults() then spelt_street(street, at_spelling) else street end)
                when 'other' then pick(street_names(), u('other street', person_number)) || ' '
                    || (200 + 60 * u('other house', person_number))::int
            end as street,
            case home_style when 'same' then postal_code when 'other' then postal_code end as postal_code,
            (case when home_style != 'none' then city end) as written_city,
            (case when home_style != 'none' then region end) as written_region,
        from chance
    """


# A seventh of the cards are issued in the period; some get another tier, some are linked to an account, some
# are lost, and their holders have another card from then on.
_CARDS = f"""
    create table card as
        with holder as (
            select person.*, k as card_index, 'card ' || person_number || ' ' || k as record_name,
                u('card issued', person_number) as at_issue,
            from person, range(1, 3) as r (k)
            where has_card and (k = 1 or u('second card', person_number) < 0.04)
        ),
        issued as (
            select *,
                case
                    when card_index = 2
                        then after_seconds(start_at(), (0.1 + 0.8 * u('card lost', person_number))
                            * period_seconds())
                    when at_issue < 0.86
                        then after_seconds(load_at() - interval 1500 day, at_issue / 0.86 * 1499 * 86400)
                    when u('second card', person_number) >= 0.04
                        then after_seconds(start_at(), (at_issue - 0.86) / 0.14 * period_seconds())
                    else load_at() - interval 90 day
                end as issued_at,
            from ({written("from holder", "card")})
        ),
        in_country as (
            select store_id, country_code,
                row_number() over (partition by country_code order by store_number) as place,
                count(*) over (partition by country_code) as places,
            from store
        )
        select issued.*,
            format('LC{{:08d}}', 10000000 + row_number() over (order by issued_at, record_name))
                as card_number,
            coalesce(in_country.store_id,
                format('S-{{:04d}}', 1 + floor(u('card store', person_number)
                    * (select count(*) from store))::bigint)) as store_id,
            customer_id is not null and card_index = 1 and u('linked', person_number) < 0.4 as is_linked,
            (case when is_linked then (case when u('linked later', person_number) < 0.3
                then after_seconds(greatest(issued_at, start_at()), u('linked at', person_number)
                    * epoch(end_at() - greatest(issued_at, start_at())))
                else issued_at end) end) as linked_at,
        from issued
        left join in_country
            on in_country.country_code = issued.country_code
            and place = 1 + floor(u('card store', person_number) * places)::bigint;

    insert into person_record select person_number, 'loyalty', card_number from card;

    create table version_loyalty_cards as
        with event as (
            select card_number, issued_at as event_at, 1 as step, 'I' as op,
                (case when linked_at <= issued_at then customer_id end) as customer_id,
                'active' as card_status,
                (case when u('tier', person_number) < 0.7 then 'basic'
                    when u('tier', person_number) < 0.93 then 'silver' else 'gold' end) as tier,
            from card
            union all
            select card_number, linked_at, 2, 'U', customer_id, null, null
            from card
            where linked_at > issued_at
            union all
            select card_number, after_seconds(greatest(issued_at, start_at()), u('tier at', person_number)
                * epoch(end_at() - greatest(issued_at, start_at()))), 3, 'U', null, null,
                (case when u('tier', person_number) < 0.93 then 'gold' else 'silver' end),
            from card
            where u('tier changes', person_number) < 0.08
            union all
            select first.card_number, second.issued_at, 4, 'U', null, 'replaced', null
            from card as first
            inner join card as second using (person_number)
            where first.card_index = 1 and second.card_index = 2
        ),
        state as (
            select card_number, event_at, step, op,
                last_value(customer_id ignore nulls) over history as customer_id,
                last_value(card_status ignore nulls) over history as card_status,
                last_value(tier ignore nulls) over history as tier,
            from event
            window history as (
                partition by card_number order by event_at, step rows between unbounded preceding
                    and current row
            )
        )
        select card_number, state.customer_id, first_name, last_name, email, phone, birth_date, street,
            postal_code, written_city as city, country_code, tier, card_status, store_id, issued_at,
            op as "Op", event_at as _commit_ts, step as _step, null::varchar as _fault,
        from state
        inner join card using (card_number);
"""


def model(run: Run) -> None:
    """Create the tables of persons and their loyalty cards."""
    for statements in (_PERSONS, _SPELLINGS, _CARDS):
        run.sql(statements)
