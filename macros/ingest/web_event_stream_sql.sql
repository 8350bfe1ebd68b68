{% macro web_event_stream_sql(relation, stream) -%}
    {#-
        The statement that creates the streaming materialized view of web events. One row is one record of the
        stream; what is no JSON is kept as it came, because a filter would lose it without a trace.
    -#}
    {%- if not modules.re.match('^[A-Za-z0-9_.-]{1,128}$', stream) -%}
        {{ exceptions.raise_compiler_error('web_event_stream is no name of a Kinesis stream: ' ~ stream) }}
    {%- endif -%}
    create materialized view {{ relation }}
    auto refresh yes
    as
    select
        shard_id,
        sequence_number,
        partition_key,
        case when can_json_parse(kinesis_data) then json_parse(kinesis_data) end as event,
        case when not can_json_parse(kinesis_data) then kinesis_data end as unreadable,
        approximate_arrival_timestamp as arrived_at,
        refresh_time as loaded_at
    from {{ adapter.quote(layer_schema('stream')) }}.{{ adapter.quote(stream) }}
{%- endmacro %}
