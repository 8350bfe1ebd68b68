-- One row is one promotion on one order line, with its share of the line's discount. Between lines and
-- promotions, of which a line can have several: multiply a line's measure by `weight` when it is summed by
-- promotion. Leaves out lines without a promotion and promotions of lines that are not known.
{{ config(
    unique_key=['order_item_id', 'promotion_key'],
    dist='order_id',
    sort='order_date',
    meta={
        'recompute': {
            'by': 'order_item_id',
            'after': {
                'int_promotions__apply_grants': 'order_item_id',
                'int_orders__value_lines': 'order_item_id',
            },
            'log': ['order_id'],
        },
        'physical_reason': {
            'dist': 'Like the lines that it belongs to, so that the two meet without moving rows.',
            'sort': 'Most queries bound the date.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_promotions__apply_grants as (
    select * from {{ ref('int_promotions__apply_grants') }}
    where {{ is_affected('order_item_id') }}
),

int_orders__value_lines as (
    select * from {{ ref('int_orders__value_lines') }}
    where {{ is_affected('order_item_id', of='int_orders__value_lines') }}
),

-- The shop names a promotion at most once per line; were it twice, the amounts count together.
granted as (
    select
        order_item_id,
        promotion_id,
        sum(discount_amount) as discount_amount
    from int_promotions__apply_grants
    group by
        order_item_id,
        promotion_id
),

-- Promotions of one line in a row: how much of its discount they give up to and with each. Where they all
-- give nothing they share alike.
summed_up as (
    select
        *,
        sum(discount_amount) over (
            partition by order_item_id order by promotion_id asc nulls last
            rows between unbounded preceding and current row
        ) as amount_up_to_here,
        sum(discount_amount) over (partition by order_item_id) as line_amount,
        row_number() over (partition by order_item_id order by promotion_id asc nulls last) as place,
        count(*) over (partition by order_item_id) as promotion_count
    from granted
),

shared as (
    select
        *,
        case
            when line_amount = 0 then {{ ratio('place', 'promotion_count') }}
            else {{ ratio('amount_up_to_here', 'line_amount') }}
        end as share_up_to_here
    from summed_up
),

-- Differences of rounded sums, not rounded shares: so the weights of a line sum to 1 exactly.
weighed as (
    select
        *,
        share_up_to_here - coalesce(
            lag(share_up_to_here) over (partition by order_item_id order by promotion_id asc nulls last), 0
        ) as weight
    from shared
),

bridge_order_item_promotions as (
    select
        ---------- keys
        weighed.order_item_id,
        {{ hash_key(['weighed.promotion_id']) }} as promotion_key,
        lines.order_id,

        ---------- foreign keys
        {{ member_key('lines.order_date', calendar_key('lines.order_date')) }} as order_date_key,

        ---------- measures
        cast(weighed.discount_amount as decimal(18, 2)) as discount_amount,
        cast(weighed.weight as decimal(18, 6)) as weight,

        ---------- dates
        lines.order_date
    from weighed
    inner join int_orders__value_lines as lines
        on weighed.order_item_id = lines.order_item_id
)

select * from bridge_order_item_promotions
