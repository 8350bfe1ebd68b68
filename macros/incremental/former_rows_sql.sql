{% macro former_rows_sql(name, target_relation, by, range_predicate) -%}
    {#-
        The statement that keeps what the table holds of the affected keys, and of the rows without a key:
        those that are always there, such as the members -1 and -2 of a dimension.
    -#}
    create temporary table {{ name }} as
    select *
    from {{ target_relation }}
    {%- if by != 'all' %}
    where
        {{ by }} in (select affected_key from {{ affected_table() }})
        {%- if range_predicate %}
        and {{ range_predicate }}
        {%- endif %}

    union all

    select *
    from {{ target_relation }}
    where {{ by }} is null
    {%- endif %}
{%- endmacro %}
