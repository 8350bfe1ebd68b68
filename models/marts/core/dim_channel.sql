-- One row is one sales channel, or one of the members -1 unknown and -2 not applicable.
{{ config(materialized='table', dist='all', sort='channel_key') }}

with

channels as (
    select * from {{ ref('channels') }}
),

added_members as (
    select
        {{ hash_key(['channel_code']) }} as channel_key,
        channel_code,
        channel_name,
        is_online
    from channels
    union all
    select
        -1 as channel_key,
        null as channel_code,
        'Unknown' as channel_name,
        null as is_online
    union all
    select
        -2 as channel_key,
        null as channel_code,
        'Not applicable' as channel_name,
        null as is_online
),

dim_channel as (
    select
        ---------- keys
        channel_key,
        channel_code,

        ---------- attributes
        channel_name,

        ---------- flags
        is_online
    from added_members
)

select * from dim_channel
