{% macro table_attributes(design, temporary, lists_columns) -%}
    {#-
        The lines behind a CREATE TABLE. AUTO is said too, where the grammar has it: CREATE TABLE AS has no
        SORTKEY AUTO and no ENCODE AUTO. A staging table is distributed like the table that its rows go into,
        so that none moves, and left unsorted and uncompressed, because it is read once.
    -#}
    {%- set lines = [] -%}
    {%- if config.get('backup') == false and not temporary -%}
        {%- do lines.append('backup no') -%}
    {%- endif -%}
    {%- if design.dist_key -%}
        {%- do lines.append('diststyle key distkey (' ~ design.dist_sql ~ ')') -%}
    {%- elif not temporary -%}
        {%- do lines.append('diststyle ' ~ design.dist) -%}
    {%- endif -%}
    {%- if design.sort and not temporary -%}
        {%- do lines.append('compound sortkey (' ~ design.sort_sql | join(', ') ~ ')') -%}
    {%- elif lists_columns and not temporary -%}
        {%- do lines.append('sortkey auto') -%}
    {%- endif -%}
    {%- if lists_columns and not design.encodings and not temporary -%}
        {%- do lines.append('encode auto') -%}
    {%- endif -%}
    {{ return(lines) }}
{%- endmacro %}
