-- One row is one status that a shop order reached, in the order of the source. A change that leaves the
-- status as it was makes no row; deleted orders keep their rows. Read by int_orders__date_milestones.
{{ config(
    unique_key=['order_id', 'status_number'],
    sort='reached_at',
    meta={
        'recompute': {
            'by': 'order_id',
            'after': {
                'stg_shop__orders': 'order_id',
            },
        },
        'physical_reason': {'sort': 'Readers look for orders of a few days.'},
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

stg_shop__orders as (
    select * from {{ ref('stg_shop__orders') }}
    where {{ is_affected('order_id', of='stg_shop__orders') }}
),

status_changes as (
    select
        order_id,
        order_status,
        coalesce(status_at, _changed_at) as reached_at,
        _change_seq,
        case when _is_reload then 1 else 0 end as reload_rank
    from stg_shop__orders
    where _op != 'D'
),

compared as (
    select
        *,
        lag(order_status) over (
            partition by order_id order by _change_seq asc nulls first, reload_rank asc nulls first
        ) as previous_status
    from status_changes
),

int_orders__track_status_history as (
    select
        order_id,
        row_number() over (
            partition by order_id order by _change_seq asc nulls first, reload_rank asc nulls first
        ) as status_number,
        order_status,
        previous_status,
        reached_at
    from compared
    where
        previous_status is null
        or order_status != previous_status
)

select * from int_orders__track_status_history
