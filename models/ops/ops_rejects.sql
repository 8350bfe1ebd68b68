-- One row is one kind of rejection of one entity and day of arrival: how many records were refused for it,
-- how many files were held as a whole, and how many of them are open, replayed, accepted as lost or (files)
-- withdrawn. The kind is the reason without the offending value. A held file counts as a file and with no
-- record: what it holds was never read.

with

quarantined_records as (
    select * from {{ ref('quarantined_records') }}
),

quarantined_files as (
    select * from {{ ref('quarantined_files') }}
),

rejects as (
    select
        source_name,
        entity_name,
        reject_kind,
        reason_kind,
        cast(landed_at as date) as landed_date,
        reject_state,
        1 as record_count,
        0 as file_count
    from quarantined_records

    union all

    select
        source_name,
        entity_name,
        file_state as reject_kind,
        reason_kind,
        cast(landed_at as date) as landed_date,
        reject_state,
        0 as record_count,
        1 as file_count
    from quarantined_files
),

ops_rejects as (
    select
        source_name,
        entity_name,
        reject_kind,
        reason_kind,
        landed_date,
        {%- for counted, states in [
            ('record', ['open', 'replayed', 'accepted']),
            ('file', ['open', 'replayed', 'accepted', 'withdrawn']),
        ] %}

        ---------- {{ counted }}s
        cast(sum({{ counted }}_count) as bigint) as rejected_{{ counted }}_count,
        {%- for state in states %}
        cast(
            sum(case when reject_state = '{{ state }}' then {{ counted }}_count else 0 end) as bigint
        ) as {{ state }}_{{ counted }}_count{{ '' if loop.last else ',' }}
        {%- endfor %}{{ '' if loop.last else ',' }}
        {%- endfor %}
    from rejects
    group by source_name, entity_name, reject_kind, reason_kind, landed_date
)

select * from ops_rejects
