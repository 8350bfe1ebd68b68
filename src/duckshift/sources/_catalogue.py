"""The shop's master data without persons: categories, suppliers, products and stores, with their history.

Each makes a table `version_<table>`: every state a row ever had, with `Op`, `_commit_ts`, `_step` (order
within a second) and `_fault` (the trait that the row stands for, else null).
"""

from duckshift.sources._engine import Run

# Level 1: departments, 2: groups, 3: kinds. Only level 3 has products.
_CATEGORIES = """
    create table category_leaf as
        with grouped as (
            select department_number, department, unnest(string_split(groups, '|')) as group_name,
                unnest(range(1, len(string_split(groups, '|')) + 1)) as group_number,
            from department
        )
        select
            row_number() over (order by department_number, group_number, kind_number) as leaf_number,
            department_number, department, group_number, group_name, kind_number,
            leaf_kinds()[kind_number] as kind,
            format('CAT-{:02d}', department_number) as department_id,
            format('CAT-{:02d}-{:02d}', department_number, group_number) as group_id,
            format('CAT-{:02d}-{:02d}-{:02d}', department_number, group_number, kind_number) as category_id,
            upper(substr(department, 1, 3)) as sku_prefix,
        from grouped, range(1, len(leaf_kinds()) + 1) as k (kind_number);

    create table version_categories as
        with existing as (
            select distinct department_id as category_id, department as category_name,
                null as parent_category_id
            from category_leaf
            union all
            select distinct group_id, group_name, department_id from category_leaf
            union all
            select category_id, kind || ' ' || group_name, group_id from category_leaf
        )
        select *, 'I' as "Op", load_at() - interval 900 day as _commit_ts, 1 as _step, null::varchar as _fault
        from existing
        union all
        -- One leaf is renamed and one moves to another group.
        select category_id, kind || ' ' || group_name || ' 2.0', group_id,
            'U', after_seconds(start_at(), 0.3 * period_seconds()), 1, null,
        from category_leaf
        where leaf_number = 5
        union all
        select category_id, kind || ' ' || group_name, department_id || '-01',
            'U', after_seconds(start_at(), 0.6 * period_seconds()), 1, null,
        from category_leaf
        where leaf_number = 11;
"""

_SUPPLIERS = """
    create table supplier as
        with numbered as (
            select n as supplier_number, u('supplier country', n) as at_country
            from range(1, greatest(20, (200 * scale())::bigint) + 1) as r (n)
        )
        select
            supplier_number,
            format('SUP-{:04d}', supplier_number) as supplier_id,
            pick(last_names(), u('supplier name', supplier_number)) || ' '
                || pick(company_words(), u('supplier word', supplier_number)) as supplier_name,
            country_code, currency_code, per_euro,
        from numbered
        asof join country on numbered.at_country >= country.share_from;

    create table version_suppliers as
        with version as (
            select *, 'I' as "Op", 0 as city_offset,
                -- The last one is new, the others were there when the shop opened.
                case
                    when supplier_number < max(supplier_number) over () then load_at() - interval 800 day
                    else after_seconds(start_at(), 0.2 * period_seconds())
                end as _commit_ts,
            from supplier
            union all
            select *, 'U', 1,
                after_seconds(start_at(), u('supplier moves', supplier_number) * period_seconds()),
            from supplier
            where supplier_number % 10 = 3
        )
        select supplier_id, supplier_name, city, region, version.country_code,
            "Op", _commit_ts, 1 as _step, null::varchar as _fault,
        from version
        inner join city
            on city.country_code = version.country_code
            and city.city_index = (supplier_number + city_offset) % city.city_count;
"""

# Low numbers sell best. 94 % of the products are in the full load, the others are inserted in turn.
_PRODUCTS = """
    create table product as
        with numbered as (
            select n as product_number, count(*) over () as product_count,
                floor(0.94 * count(*) over ())::bigint as loaded_count,
            from range(1, greatest(500, (10000 * scale())::bigint) + 1) as r (n)
        )
        select
            product_number, product_count, loaded_count,
            format('P-{:06d}', product_number) as product_id,
            format('{}-{:06d}', sku_prefix, product_number) as sku,
            pick(adjectives(), u('product adjective', product_number)) || ' ' || kind || ' ' || group_name
                || ' '
                || (product_number % 900 + 100)::varchar as product_name,
            department, group_name, leaf_number, category_id,
            format('SUP-{:04d}', 1 + floor(u('product supplier', product_number)
                * (select count(*) - 1 from supplier))::bigint) as supplier_id,
            pick(brands(), u('product brand', product_number)) as brand,
            -- Between 3 and 480 euros, half of them below 20.
            floor(pow(10, 0.5 + 2.2 * pow(u('product price', product_number), 1.6)))::decimal(18, 2) + 0.99
                as first_price,
            0.42 + 0.25 * u('product cost', product_number) as cost_share,
            case
                when product_number <= loaded_count
                    then load_at() - interval 1 day - to_days((1500 * u('product age', product_number))::int)
                else after_seconds(
                    start_at(),
                    (product_number - loaded_count - u('product start', product_number))
                    / (product_count - loaded_count) * period_seconds()
                )
            end as created_at,
        from numbered
        inner join category_leaf
            on category_leaf.leaf_number
            = 1 + floor(u('product category', product_number) * (select count(*) from category_leaf))::bigint;

    -- Products that are deleted: some for good, some come back. Even numbers from the middle of the range,
    -- so that the neighbour that is sold instead (one number less) always exists.
    create table product_gap as
        with candidate as (
            select *, row_number() over (order by u('product gap', product_number), product_number) as choice,
                fault_count(0.003, product_count) + 1 as gap_count,
            from product
            where product_number % 2 = 0 and product_number between product_count // 3 and loaded_count
        )
        select product_number, product_id,
            after_seconds(start_at(), (0.15 + 0.4 * u('gap start', product_number)) * period_seconds())
                as gap_from,
            case
                when choice % 2 = 1 then after_seconds(
                    start_at(), (0.6 + 0.3 * u('gap end', product_number)) * period_seconds()
                )
            end as gap_to,
        from candidate
        where faults() and choice <= 2 * gap_count;

    -- What changes and when; a null is an attribute that stays. Each kind has a step of its own, so that
    -- changes of one product in one second have an order.
    create table product_event as
        select product_number, created_at as event_at, 1 as step, 'I' as op, first_price as list_price,
            category_id, 1 as description_version, true as is_active, null::varchar as fault,
        from product
        union all
        select product_number,
            after_seconds(
                greatest(created_at, start_at()),
                (0.02 + 0.96 * u('price at ' || k, product_number))
                * epoch(end_at() - greatest(created_at, start_at()))
            ),
            1 + k, 'U',
            greatest(
                1, floor(first_price * (0.85 + 0.35 * u('price to ' || k, product_number)))
            )::decimal(18, 2) + (case when k = 1 then 0.49 else 0.99 end),
            null, null, null, null,
        from product, range(1, 4) as r (k)
        where u('price changes ' || k, product_number) < 0.3
        union all
        select product_number, after_seconds(start_at(), u('moves at', product_number) * period_seconds()),
            5, 'U', null, target.category_id, null, null, null,
        from product
        inner join category_leaf as target
            on target.leaf_number = 1 + (product.leaf_number + 6) % (select count(*) from category_leaf)
        where product_number <= loaded_count and u('moves', product_number) < 0.04
        union all
        select product_number, after_seconds(start_at(), u('reworded at', product_number) * period_seconds()),
            6, 'U', null, null, 2, null, null,
        from product
        where product_number <= loaded_count and u('reworded', product_number) < 0.06
        union all
        select product_number, after_seconds(start_at(), u('ends at', product_number) * period_seconds()),
            7, 'U', null, null, null, false, null,
        from product
        where product_number between product_count // 2 and loaded_count and u('ends', product_number) < 0.03
        union all
        -- A slip of the keyboard, mended within the same second.
        select product_number,
            after_seconds(start_at(), (0.1 + 0.8 * u('slip at', product_number)) * period_seconds()),
            10 + k, 'U',
            first_price * (case when k = 1 then 10 else 1 end), null, null, null, 'same_second',
        from (
            from product
            where product_number <= loaded_count
            qualify row_number() over (order by u('slip', product_number), product_number)
                <= fault_count(0.003, product_count) + 1
        ) as product, range(1, 3) as r (k)
        where faults()
        union all
        -- Committed shortly before the full load was extracted: it and the first change file both have it.
        select product_number, load_at() - interval 25 minute, 8, 'U', first_price + 1, null, null, null,
            'full_load_overlap',
        from (
            from product
            where product_number <= loaded_count
            qualify row_number() over (order by u('overlap', product_number), product_number)
                <= fault_count(0.002, product_count) + 1
        ) as product
        where faults()
        union all
        select product_number, gap_from, 20, 'D', null, null, null, null,
            case when product_number % 4 = 0 then 'delete_key_only' when gap_to is null then 'delete' end,
        from product_gap
        union all
        select product_number, gap_to, 20, 'I', null, null, null, true, 'reinsert'
        from product_gap
        where gap_to is not null;

    create table product_state as
        select
            product_number, event_at, step, op, fault,
            last_value(list_price ignore nulls) over history as list_price,
            last_value(category_id ignore nulls) over history as category_id,
            last_value(description_version ignore nulls) over history as description_version,
            last_value(is_active ignore nulls) over history as is_active,
        from product_event
        left join product_gap using (product_number)
        -- Nothing changes while the product is gone.
        where step = 20 or gap_from is null or event_at < gap_from or event_at > gap_to
        window history as (
            partition by product_number order by event_at, step
            rows between unbounded preceding and current row
        );

    create table version_products as
        select
            product_id, sku, product_name,
            department || ', ' || group_name || ': ' || product_name || '. '
                || (case when description_version = 1 then 'Made to last.'
                    else 'Now made from recycled material.' end)
                as product_description,
            product_state.category_id, supplier_id, brand, list_price, 'EUR' as currency_code, is_active,
            op as "Op", event_at as _commit_ts, step as _step, fault as _fault,
        from product_state
        inner join product using (product_number);

    -- The price from each second on; of two within a second the last counts.
    create table product_price as
        select product_number, event_at as price_from, list_price as price
        from product_state
        where op != 'D'
        qualify row_number() over (partition by product_number, event_at order by step desc) = 1;
"""

_STORES = """
    create macro store_countries() as
        ['DE', 'GB', 'US', 'PL', 'JP', 'FR', 'SE', 'ES', 'NL', 'CH', 'IT', 'PT'];

    create table store as
        with ranked_city as (
            -- The first stores of any scale lie in five countries and five time zones.
            select *, row_number() over (
                order by list_position(store_countries(), country_code)
                    + 12 * city_index, country_code
            ) - 1 as city_rank,
            from city
            where list_contains(store_countries(), country_code)
        )
        select
            n as store_number,
            format('S-{:04d}', n) as store_id,
            ranked_city.city || ' ' || pick(street_names(), u('store street', n)) as store_name,
            (case when n % 11 = 1 then 'flagship' when n % 5 = 0 then 'outlet' else 'city' end)
                as store_format,
            ranked_city.city, ranked_city.region, ranked_city.country_code, ranked_city.time_zone,
            country.currency_code, country.per_euro, country.digits, country.tax_rate,
            (200 + 1800 * u('store area', n))::int as floor_area_m2,
            (start_at() - to_days((300 + 5000 * u('store age', n))::int))::date as opened_date,
            -- How much the store sells; flagships most.
            (40 + 90 * u('store size', n) + (case when n % 11 = 1 then 120 else 0 end))::bigint as weight,
        from range(1, greatest(5, (100 * scale())::bigint) + 1) as r (n)
        inner join ranked_city on ranked_city.city_rank = (n - 1) % (select count(*) from ranked_city)
        inner join country on country.country_code = ranked_city.country_code;

    create table version_stores as
        with version as (
            select *, 'I' as "Op", opened_date::timestamp as _commit_ts from store
            union all
            select * replace (floor_area_m2 + 150 as floor_area_m2), 'U',
                after_seconds(start_at(), u('store grows', store_number) * period_seconds()),
            from store
            where store_number % 4 = 2
        )
        select store_id, store_name, store_format, city, region, country_code, time_zone, currency_code,
            floor_area_m2, opened_date, null::date as closed_date,
            "Op", _commit_ts, 1 as _step, null::varchar as _fault,
        from version;
"""


def model(run: Run) -> None:
    """Create the tables of the catalogue and their versions."""
    for statements in (_CATEGORIES, _SUPPLIERS, _PRODUCTS, _STORES):
        run.sql(statements)
