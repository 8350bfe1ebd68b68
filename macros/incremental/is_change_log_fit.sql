{% macro is_change_log_fit(columns) -%}
    {#- Whether this model's change log exists and has exactly these columns. -#}
    {#- Looked up in dbt's cache first: describing a table that is not there ends DuckDB's transaction. -#}
    {%- if load_relation(change_log(model.name)) is none -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set found = adapter.get_columns_in_relation(change_log(model.name)) | map(attribute='name')
        | map('lower') | list -%}
    {%- set wanted = ['run_id', 'op'] -%}
    {%- for name in columns -%}
        {%- do wanted.extend(['old_' ~ name, 'new_' ~ name]) -%}
    {%- endfor -%}
    {{ return(found == wanted) }}
{%- endmacro %}
