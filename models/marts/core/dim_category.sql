-- One row is one category, with the path from the top of the tree; below the fifth level the path is cut.
-- Contains deleted categories as last known, an inferred member for every category that only products name,
-- and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='category_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'stg_shop__categories': 'all',
                'int_products__track_category_history': {'all': true, 'reads': ['category_id']},
            },
            'log': ['level_1_name'],
        },
        'trace': {
            'stg_shop__categories': [
                {'category_id': 'category_id'},
                {'level_1_name': 'category_name'},
                {'level_2_name': 'category_name'},
                {'level_3_name': 'category_name'},
                {'level_4_name': 'category_name'},
            ],
            'int_products__track_category_history': {
                'case when is_inferred then category_id end': 'category_id',
            },
        },
        'physical_reason': {
            'dist': 'Products and sums refer to it from wherever they lie. Thousands of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__categories as (
    select * from {{ ref('stg_shop__categories') }}
    where {{ is_affected() }}
),

int_products__track_category_history as (
    select * from {{ ref('int_products__track_category_history') }}
    where {{ is_affected() }}
),

last_known as (
    {{ latest_change('stg_shop__categories', key='category_id', before_delete=true) | indent(4) }}
),

categories as (
    select
        category_id,
        category_name,
        parent_category_id,
        false as is_inferred
    from last_known

    union all

    select distinct
        history.category_id,
        cast(null as varchar(256)) as category_name,
        cast(null as varchar(64)) as parent_category_id,
        true as is_inferred
    from int_products__track_category_history as history
    left join last_known
        on history.category_id = last_known.category_id
    where
        history.category_id is not null
        and last_known.category_id is null
),

-- Upwards from each category: itself, its parent, and so on. A tree is at most five levels deep (a guard
-- test).
ancestors as (
    select
        own.category_id,
        own.category_name,
        own.parent_category_id,
        own.is_inferred,
        up_1.category_name as ancestor_1,
        up_2.category_name as ancestor_2,
        up_3.category_name as ancestor_3,
        up_4.category_name as ancestor_4,
        1
        + case when up_1.category_id is not null then 1 else 0 end
        + case when up_2.category_id is not null then 1 else 0 end
        + case when up_3.category_id is not null then 1 else 0 end
        + case when up_4.category_id is not null then 1 else 0 end as category_level
    from categories as own
    left join categories as up_1
        on own.parent_category_id = up_1.category_id
    left join categories as up_2
        on up_1.parent_category_id = up_2.category_id
    left join categories as up_3
        on up_2.parent_category_id = up_3.category_id
    left join categories as up_4
        on up_3.parent_category_id = up_4.category_id
),

levelled as (
    select
        category_id,
        category_name,
        parent_category_id,
        is_inferred,
        category_level,
        case category_level
            when 1 then category_name when 2 then ancestor_1 when 3 then ancestor_2 when 4 then ancestor_3
            else ancestor_4
        end as level_1_name,
        case category_level
            when 2 then category_name when 3 then ancestor_1 when 4 then ancestor_2 when 5 then ancestor_3
        end as level_2_name,
        case category_level
            when 3 then category_name when 4 then ancestor_1 when 5 then ancestor_2
        end as level_3_name,
        case category_level when 4 then category_name when 5 then ancestor_1 end as level_4_name,
        case category_level when 5 then category_name end as level_5_name
    from ancestors
),

dim_category as (
    select
        {{ hash_key(['category_id']) }} as category_key,
        category_id,
        coalesce(category_name, category_id) as category_name,
        parent_category_id,
        cast(category_level as integer) as category_level,
        coalesce(level_1_name, category_id) as level_1_name,
        level_2_name,
        level_3_name,
        level_4_name,
        level_5_name,
        coalesce(level_1_name, category_id)
        || coalesce(' > ' || level_2_name, '')
        || coalesce(' > ' || level_3_name, '')
        || coalesce(' > ' || level_4_name, '')
        || coalesce(' > ' || level_5_name, '') as category_path,
        is_inferred
    from levelled

    union all

    select
        member_key as category_key,
        cast(null as varchar(64)) as category_id,
        member_name as category_name,
        cast(null as varchar(64)) as parent_category_id,
        cast(1 as integer) as category_level,
        member_name as level_1_name,
        cast(null as varchar(256)) as level_2_name,
        cast(null as varchar(256)) as level_3_name,
        cast(null as varchar(256)) as level_4_name,
        cast(null as varchar(256)) as level_5_name,
        member_name as category_path,
        false as is_inferred
    from {{ missing_members() }}
)

select * from dim_category
