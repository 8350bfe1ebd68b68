{% macro collocated_key(unique_key) -%}
    {#-
        The columns that a merge compares: the unique key, and where it is needed the column that keeps rows
        where they lie. The same rows match with it as without it.
    -#}
    {{ return(adapter.dispatch('collocated_key', 'duckshift')(unique_key)) }}
{%- endmacro %}


{% macro duckdb__collocated_key(unique_key) -%}
    {#- One machine: every row lies where every other does. -#}
    {{ return(unique_key) }}
{%- endmacro %}


{% macro redshift__collocated_key(unique_key) -%}
    {#-
        Redshift joins slice by slice when the distribution key is compared; without it the staged rows or the
        table move. Only a column that no version of a row changes may be added (`meta.immutable` of the
        column): with another one a row would miss its former version and come in twice.
    -#}
    {%- set key = [unique_key] if unique_key is string else unique_key -%}
    {%- set dist = physical_design(model).dist_key -%}
    {%- set column = (model.columns or {}).get(dist) or {} -%}
    {%- if dist and dist not in key and ((column.config or {}).meta or {}).immutable -%}
        {{ return(key + [dist]) }}
    {%- endif -%}
    {{ return(unique_key) }}
{%- endmacro %}
