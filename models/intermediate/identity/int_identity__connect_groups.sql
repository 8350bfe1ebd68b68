-- One row is one record of a person in a source, with the person it belongs to: all records that matches
-- connect, over however many records between, are one group, and the group is named after its first record
-- (shop before loyalty before CRM, then the smallest id). Read by dim_customer and bridge_customer_records.
-- Whole by nature: one match can join two groups anywhere.
-- Each round takes the smallest number among neighbours, then that of the record it leads to, so that each
-- doubles the reach: six rounds reach over 64 records in a row; a test says if a group ever needs more.
{{ config(
    unique_key='record_id',
    meta={'recompute': {
        'by': 'all',
        'after': {
            'vault_person_records': 'all',
            'int_identity__score_pairs': 'all',
        },
        'log': ['customer_id', 'master_customer_id'],
    }, 'trace': {
        'int_identity__score_pairs': [{'record_id': 'record_id'}, {'record_id': 'other_record_id'}],
    }},
) }}

{%- set rounds = 6 %}

with

affected as (
    {{ affected_keys() }}
),

vault_person_records as (
    select * from {{ ref('vault_person_records') }}
    where {{ is_affected() }}
),

int_identity__score_pairs as (
    select * from {{ ref('int_identity__score_pairs') }}
    where {{ is_affected() }}
),

numbered as (
    select
        record_id,
        source_system,
        source_record_id,
        row_number() over (
            order by
                case source_system when 'shop' then 1 when 'loyalty' then 2 else 3 end asc nulls last,
                source_record_id asc nulls last
        ) as record_number
    from vault_person_records
),

matches as (
    select
        record_id,
        other_record_id
    from int_identity__score_pairs
    where match_rule is not null
),

-- In both directions, and each record is its own neighbour.
neighbours as (
    select
        numbered.record_number,
        others.record_number as neighbour_number
    from matches
    inner join numbered
        on matches.record_id = numbered.record_id
    inner join numbered as others
        on matches.other_record_id = others.record_id

    union all

    select
        others.record_number,
        numbered.record_number as neighbour_number
    from matches
    inner join numbered
        on matches.record_id = numbered.record_id
    inner join numbered as others
        on matches.other_record_id = others.record_id
),

own_leaders as (
    select distinct
        record_number,
        record_number as leader_number
    from neighbours
),

{% for round in range(1, rounds + 1) -%}
{% set before = 'own_leaders' if loop.first else 'round_' ~ (round - 1) -%}
nearest_{{ round }} as (
    select
        leaders.record_number,
        least(leaders.leader_number, min(of_neighbours.leader_number)) as leader_number
    from {{ before }} as leaders
    inner join neighbours
        on leaders.record_number = neighbours.record_number
    inner join {{ before }} as of_neighbours
        on neighbours.neighbour_number = of_neighbours.record_number
    group by
        leaders.record_number,
        leaders.leader_number
),

round_{{ round }} as (
    select
        nearest.record_number,
        of_leaders.leader_number
    from nearest_{{ round }} as nearest
    inner join nearest_{{ round }} as of_leaders
        on nearest.leader_number = of_leaders.record_number
),

{% endfor -%}
grouped as (
    select
        numbered.*,
        coalesce(leaders.leader_number, numbered.record_number) as leader_number
    from numbered
    left join round_{{ rounds }} as leaders
        on numbered.record_number = leaders.record_number
),

int_identity__connect_groups as (
    select
        grouped.record_id,
        grouped.source_system,
        grouped.source_record_id,
        cast(
            case when grouped.source_system = 'shop' then grouped.source_record_id end as varchar(64)
        ) as customer_id,
        leaders.record_id as master_customer_id,
        cast(count(*) over (partition by grouped.leader_number) as integer) as record_count
    from grouped
    inner join numbered as leaders
        on grouped.leader_number = leaders.record_number
)

select * from int_identity__connect_groups
