{% macro bare_names(names) -%}
    {#- Names of columns as the catalog has them: tests name a column with its quotes, `grain` without. -#}
    {%- set bare = [] -%}
    {%- for name in names if name is string -%}
        {%- do bare.append(name | trim | replace('"', '') | lower) -%}
    {%- endfor -%}
    {{ return(bare) }}
{%- endmacro %}
