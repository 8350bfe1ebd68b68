-- One row is one record that bronze holds, whatever became of it, or one file (status 'file'); of every
-- source. Leaves out the values: they stay in the bronze models. Read by the ledger, the accounting and the
-- quarantine.

with

ops_landed_records as (
    {%- for source_name, entities in bronze_entities().items() %}
    {%- set is_last_source = loop.last %}
    {%- for entity_name in entities %}
    select
        '{{ source_name }}' as source_name,
        '{{ entity_name }}' as entity_name,
        _status as record_status,
        _reason as reason,
        _raw as raw_text,
        _file as file,
        _line as line_number,
        _landed_at as landed_at,
        _run_id as run_id,
        _loaded_at as loaded_at
    from {{ ref('bronze_' ~ source_name ~ '__' ~ entity_name) }}
    {%- if not (is_last_source and loop.last) %}

    union all
    {% endif %}
    {%- endfor %}
    {%- endfor %}
)

select * from ops_landed_records
