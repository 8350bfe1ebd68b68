-- Guards dim_category, which climbs four parents and no further: a category at a sixth level would lose the
-- top of its path. A category that is its own ancestor has no top at all and is found here too. Remedy:
-- more levels in dim_category, or a tree mended in the shop.

with

stg_shop__categories as (
    select * from {{ ref('stg_shop__categories') }}
),

categories as (
    {{ latest_change('stg_shop__categories', key='category_id', before_delete=true) | indent(4) }}
)

select
    own.category_id,
    own.category_name,
    up_5.category_id as category_five_levels_up
from categories as own
inner join categories as up_1
    on own.parent_category_id = up_1.category_id
inner join categories as up_2
    on up_1.parent_category_id = up_2.category_id
inner join categories as up_3
    on up_2.parent_category_id = up_3.category_id
inner join categories as up_4
    on up_3.parent_category_id = up_4.category_id
inner join categories as up_5
    on up_4.parent_category_id = up_5.category_id
