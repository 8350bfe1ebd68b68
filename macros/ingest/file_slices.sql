{% macro file_slices(files) -%}
    {#-
        The files in lists that DuckDB reads one beside the other: four lists, but none of more than 100
        files, because one thread holds a whole list, and none of less than eight, because every list costs
        planning.
    -#}
    {%- set size = [[(files | length + 3) // 4, 8] | max, 100] | min -%}
    {%- set slices = [] -%}
    {%- for start in range(0, files | length, size) -%}
        {%- do slices.append(files[start:start + size]) -%}
    {%- endfor -%}
    {{ return(slices) }}
{%- endmacro %}
