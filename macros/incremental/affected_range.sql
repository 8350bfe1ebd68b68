{% macro affected_range(relation, key, column, or_without_key=false) -%}
    {#-
        Between which values of a column (a mapping with name and data_type) the rows of the affected keys
        lie: `from`, `to`, `nulls` (how many have none) and `data_type`. With `or_without_key` also those of
        no key, which the strategy always compares. A look at two columns, which spares one at all of them.
    -#}
    {%- set query -%}
        select
            cast(min(sorted_by) as varchar(256)) as range_from,
            cast(max(sorted_by) as varchar(256)) as range_to,
            count(*) - count(sorted_by) as range_nulls
        from (
            select {{ column.name }} as sorted_by
            from {{ relation }}
            where {{ key }} in (select affected_key from {{ affected_table() }})
            {%- if or_without_key %}

            union all

            select {{ column.name }} as sorted_by
            from {{ relation }}
            where {{ key }} is null
            {%- endif %}
        ) as affected_rows
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {{ return({'from': row[0], 'to': row[1], 'nulls': row[2] | int, 'data_type': column.data_type}) }}
{%- endmacro %}
