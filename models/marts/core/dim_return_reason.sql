-- One row is one reason for a return. Contains an inferred member for every code that returns name and the
-- seed lacks, so that no refund loses its code, and the members -1 unknown and -2 not applicable.
{{ config(
    unique_key='return_reason_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_returns__unite_lines': {
                    'mentions': {'reason_code': 'reason_code'},
                    'lost': 'is_inferred',
                },
            },
        },
        'physical_reason': {
            'dist': 'Returns lie by themselves: it would move in every join. A handful of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

return_reasons as (
    select * from {{ ref('return_reasons') }}
),

int_returns__unite_lines as (
    select * from {{ ref('int_returns__unite_lines') }}
    where {{ is_affected() }}
),

inferred as (
    select distinct given_back.reason_code
    from int_returns__unite_lines as given_back
    left join return_reasons
        on given_back.reason_code = return_reasons.reason_code
    where
        given_back.reason_code is not null
        and return_reasons.reason_code is null
),

dim_return_reason as (
    select
        {{ hash_key(['reason_code']) }} as return_reason_key,
        reason_code,
        reason_name,
        false as is_inferred
    from return_reasons

    union all

    select
        {{ hash_key(['reason_code']) }} as return_reason_key,
        reason_code,
        reason_code as reason_name,
        true as is_inferred
    from inferred

    union all

    select
        member_key as return_reason_key,
        cast(null as varchar(32)) as reason_code,
        member_name as reason_name,
        false as is_inferred
    from {{ missing_members() }}
)

select * from dim_return_reason
