{% macro is_affected(key='1', of=none) -%}
    {#-
        Whether a row belongs to what this run works out anew: a predicate over the CTE `affected`. Where the
        table is built from nothing every row does. `of` names an input that lies in the order of a column:
        then the range in which its affected rows lie is looked up first, and the engine reads only that.
    -#}
    /* affected */
    {%- if not is_recomputed_in_part() %} true
    {%- else %} {{ key }} in (select affected_key from affected)
        {%- if of and model.get('has_affected_table') %}
            {%- set column = leading_sort_column(node_of(of)) %}
        and {{ in_range(column.name, affected_range(ref(of), key, column)) }}
        {%- endif %}
    {%- endif %} /* end of affected */
{%- endmacro %}
