{% macro web_event_schema_sql() -%}
    {#- The external schema that stands for the Kinesis streams of the account; it holds nothing. -#}
    create external schema if not exists {{ adapter.quote(layer_schema('stream')) }}
    from kinesis
    {{ iam_role() }}
{%- endmacro %}
