{% macro affected_range(relation, key, column) -%}
    {#-
        Between which values of a column (a mapping with name and data_type) the rows of the affected keys
        lie: `from`, `to`, `nulls` (how many have none) and `data_type`. A look at two columns, which spares
        one at all of them.
    -#}
    {%- set query -%}
        select
            cast(min({{ column.name }}) as varchar(256)) as range_from,
            cast(max({{ column.name }}) as varchar(256)) as range_to,
            count(*) - count({{ column.name }}) as range_nulls
        from {{ relation }}
        where {{ key }} in (select affected_key from {{ affected_table() }})
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({'from': row[0], 'to': row[1], 'nulls': row[2] | int, 'data_type': column.data_type}) }}
{%- endmacro %}
