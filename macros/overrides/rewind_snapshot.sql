{% macro rewind_snapshot(target_relation, dumps) -%}
    {#-
        Takes a snapshot back to the moment before the first dump to apply: versions that began then or later
        go, those that ended then or later are open again. Closing a version changes nothing but its end, so
        they are as they were.
    -#}
    {%- call statement('drop_later_versions') -%}
        delete from {{ target_relation }}
        where dbt_valid_from >= cast('{{ dumps.since }}' as timestamp)
    {%- endcall -%}
    {%- call statement('open_ended_versions') -%}
        update {{ target_relation }}
        set dbt_valid_to = {{ config.get('dbt_valid_to_current') or 'null' }}
        where {{ snapshot_rows_since(dumps.since) }}
    {%- endcall -%}
    {%- if dumps.news -%}
        {%- set reason = 'a dump came late or changed' -%}
    {%- else -%}
        {%- set reason = 'its inputs were built anew' -%}
    {%- endif -%}
    {%- do exceptions.warn(
        model.name ~ ': ' ~ reason ~ ', so it went back and applied ' ~ dumps.moments | length
        ~ ' dumps from ' ~ (dumps.moments | first | default(dumps.since)) ~ ' on') -%}
{%- endmacro %}
