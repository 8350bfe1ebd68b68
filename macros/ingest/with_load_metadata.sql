{% macro with_load_metadata(columns, records) -%}
    {#- Adds to the CTE `records` what the listing knows of the file, and the run that loads it. -#}
    select
        {%- for name in columns %}
        {{ records }}.{{ name }},
        {%- endfor %}
        {{ records }}._extra,
        cast({{ records }}._status as varchar(16)) as _status,
        cast({{ records }}._reason as varchar(4096)) as _reason,
        {{ records }}._raw,
        cast({{ records }}._file as varchar(1024)) as _file,
        landed_objects.file_version as _file_version,
        cast({{ records }}._line as bigint) as _line,
        landed_objects.landed_at as _landed_at,
        latest_run.run_id as _run_id,
        latest_run.started_at as _loaded_at
    from {{ records }}
    inner join {{ control_relation('landed_objects') }} as landed_objects
        on {{ records }}._file = landed_objects.file
    cross join (
        select run_id, started_at
        from {{ control_relation('runs') }}
        where run_id = (select max(run_id) from {{ control_relation('runs') }})
    ) as latest_run
{%- endmacro %}
