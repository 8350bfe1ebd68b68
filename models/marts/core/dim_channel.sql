-- One row is one sales channel. Contains an inferred member for every code that facts name and the seed
-- lacks, so that no amount loses its code, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='channel_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_orders__unite_orders': {
                    'mentions': {'channel_code': 'channel_code'},
                    'lost': 'is_inferred',
                },
                'int_returns__unite_lines': {
                    'mentions': {'channel_code': 'channel_code'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Every fact joins it. A handful of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

channels as (
    select * from {{ ref('channels') }}
),

int_orders__unite_orders as (
    select * from {{ ref('int_orders__unite_orders') }}
    where {{ is_affected() }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected() }}
),

named_by_facts as (
    select channel_code from int_orders__unite_orders

    union

    select channel_code from int_returns__unite_lines
),

inferred as (
    select named_by_facts.channel_code
    from named_by_facts
    left join channels
        on named_by_facts.channel_code = channels.channel_code
    where
        named_by_facts.channel_code is not null
        and channels.channel_code is null
),

added_members as (
    select
        {{ hash_key(['channel_code']) }} as channel_key,
        channel_code,
        channel_name,
        is_online,
        false as is_inferred
    from channels

    union all

    select
        {{ hash_key(['channel_code']) }} as channel_key,
        channel_code,
        channel_code as channel_name,
        cast(null as boolean) as is_online,
        true as is_inferred
    from inferred

    union all

    select
        member_key as channel_key,
        cast(null as varchar(32)) as channel_code,
        member_name as channel_name,
        cast(null as boolean) as is_online,
        false as is_inferred
    from {{ missing_members() }}
),

dim_channel as (
    select
        ---------- keys
        channel_key,
        channel_code,

        ---------- attributes
        channel_name,

        ---------- flags
        is_online,
        is_inferred
    from added_members
)

select * from dim_channel
