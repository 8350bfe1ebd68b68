{% macro summarize_changes(changes) -%}
    {#- How many rows come, change and go: `inserted`, `updated`, `deleted`. -#}
    {%- set query -%}
        select
            count(case when op = 'insert' then 1 end) as inserted,
            count(case when op = 'update' then 1 end) as updated,
            count(case when op = 'delete' then 1 end) as deleted
        from {{ changes }}
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({'inserted': row[0] | int, 'updated': row[1] | int, 'deleted': row[2] | int}) }}
{%- endmacro %}
