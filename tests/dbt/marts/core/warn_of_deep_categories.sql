{{ config(severity='warn') }}

-- Warns of categories more than five levels deep, or in a circle: dim_category cuts their path, so level 1 is
-- not their top.

with

dim_category as (
    select * from {{ ref('dim_category') }}
),

warn_of_deep_categories as (
    select
        own.category_id,
        own.category_path
    from dim_category as own
    inner join dim_category as up_1
        on own.parent_category_id = up_1.category_id
    inner join dim_category as up_2
        on up_1.parent_category_id = up_2.category_id
    inner join dim_category as up_3
        on up_2.parent_category_id = up_3.category_id
    inner join dim_category as up_4
        on up_3.parent_category_id = up_4.category_id
    inner join dim_category as up_5
        on up_4.parent_category_id = up_5.category_id
)

select * from warn_of_deep_categories
