{% macro layout_changes(relation, wanted, actual) -%}
    {#-
        The statements that change sort key and distribution in place. The sort key first: with an
        interleaved one nothing else can be altered, and it can only become compound or none. One statement
        each, because Redshift combines only some of them.
    -#}
    {%- set alter = 'alter table ' ~ relation ~ ' alter ' -%}
    {%- set changes = [] -%}
    {%- if not wanted.sort and not actual.sort_is_auto -%}
        {%- if actual.is_interleaved -%}
            {%- do changes.append(alter ~ 'sortkey none') -%}
        {%- endif -%}
        {%- do changes.append(alter ~ 'sortkey auto') -%}
    {%- elif wanted.sort and (
        wanted.sort != actual.sort or actual.sort_is_auto or actual.is_interleaved
    ) -%}
        {%- do changes.append(alter ~ 'sortkey (' ~ wanted.sort_sql | join(', ') ~ ')') -%}
    {%- endif -%}
    {%- if wanted.dist_key and wanted.dist_key != actual.dist_key -%}
        {%- do changes.append(alter ~ 'diststyle key distkey ' ~ wanted.dist_sql) -%}
    {%- elif wanted.dist != actual.dist -%}
        {%- do changes.append(alter ~ 'diststyle ' ~ wanted.dist) -%}
    {%- endif -%}
    {{ return(changes) }}
{%- endmacro %}
