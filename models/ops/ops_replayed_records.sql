-- One row is one record of bronze that was delivered again to replace something in quarantine, and what it
-- replaces: the landing file names it in the additional field `_replay_of` (docs/quarantine.md). So a replay
-- is part of the landing zone, and a warehouse built from nothing knows of it too. Read by the quarantine.

with

bronze_records as (
    {%- for source_name, entities in bronze_entities().items() %}
    {%- set is_last_source = loop.last %}
    {%- for entity_name in entities %}
    select
        '{{ source_name }}' as source_name,
        '{{ entity_name }}' as entity_name,
        _extra as extra,
        _status as record_status,
        _file as file,
        _line as line_number,
        _landed_at as landed_at,
        _run_id as run_id
    from {{ ref('bronze_' ~ source_name ~ '__' ~ entity_name) }}
    where strpos(_extra, '"_replay_of"') > 0
    {%- if not (is_last_source and loop.last) %}

    union all
    {% endif %}
    {%- endfor %}
    {%- endfor %}
),

named as (
    select
        *,
        {{ json_text('extra', '_replay_of') }} as replay_text
    from bronze_records
),

keyed as (
    select
        *,
        {{ try_cast_text('replay_text', 'bigint') }} as replayed_key
    from named
),

ops_replayed_records as (
    select
        replayed_key,
        source_name,
        entity_name,
        record_status,
        file,
        line_number,
        landed_at,
        run_id
    from keyed
    -- Empty for the lines of a whole file that are as they were.
    where replayed_key is not null
)

select * from ops_replayed_records
