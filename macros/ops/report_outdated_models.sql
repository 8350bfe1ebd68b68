{% macro report_outdated_models() -%}
    {#- One line at the end of every build while rows that other code worked out are left. -#}
    {%- set names = outdated_models() if flags.WHICH in ('build', 'run', 'retry') else [] -%}
    {%- if names -%}
        {%- set shown = names[:5] -%}
        {%- set is_all = names | length == shown | length -%}
        {%- do log(
            names | length ~ (' model needs' if names | length == 1 else ' models need')
            ~ ' a full refresh, because code, a macro, a var or a seed has changed: ' ~ shown | join(', ')
            ~ ('' if is_all else ' and ' ~ (names | length - 5) ~ ' more')
            ~ ': `dbt build --full-refresh'
            ~ (' --select ' ~ shown | join('+ ') ~ '+' if is_all else '') ~ '`', info=true) -%}
    {%- endif -%}
{%- endmacro %}
