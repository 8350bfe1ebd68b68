{#-
    Run-operation: the materialized view through which Redshift reads web events from a Kinesis stream,
    seconds after they happened, where the var web_event_stream names one. A view that is there is only
    refreshed: dropping it would lose what the stream does not hold any more. Bronze does not read it; the
    same events come as files.

    Why two variants: only Redshift has streaming ingestion; DuckDB reads the files.
-#}
{% macro create_web_event_stream() -%}
    {{ return(adapter.dispatch('create_web_event_stream', 'duckshift')()) }}
{%- endmacro %}

{% macro duckdb__create_web_event_stream() -%}
    {%- do log('DuckDB reads web events from files: there is no stream to create', info=true) -%}
{%- endmacro %}

{% macro redshift__create_web_event_stream() -%}
    {%- set stream = var('web_event_stream', '') -%}
    {%- if not stream -%}
        {%- do log('no stream of web events is configured (var web_event_stream)', info=true) -%}
    {%- else -%}
        {%- set view = 'web_event_stream' -%}
        {%- set bronze = layer_schema('bronze') -%}
        {%- do run_query(web_event_schema_sql()) -%}
        {%- set is_there = scalar(
            "select count(*) from svv_mv_info where trim(schema_name) = '" ~ bronze
            ~ "' and trim(name) = '" ~ view ~ "'") | int > 0 -%}
        {%- set relation = adapter.quote(bronze) ~ '.' ~ view -%}
        {%- if is_there -%}
            {%- do run_query('refresh materialized view ' ~ relation) -%}
        {%- else -%}
            {%- do run_query(web_event_stream_sql(relation, stream)) -%}
        {%- endif -%}
        {%- do log(relation ~ (' refreshed' if is_there else ' created'), info=true) -%}
    {%- endif -%}
{%- endmacro %}
