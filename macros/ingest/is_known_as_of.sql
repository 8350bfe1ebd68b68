{% macro is_known_as_of(landed_at) -%}
    {#-
        Whether a file that landed then is known to this run: always, but for a build as of a past day (var
        `as_of`, YYYY-MM-DD), to which only what had landed by the end of that day is. Full loads, which have
        no day, are.
    -#}
    {%- set as_of = var('as_of', none) -%}
    {%- if as_of is none -%}
        true
    {%- else -%}
        {%- if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', as_of | string) -%}
            {{ exceptions.raise_compiler_error(
                "as_of is a day such as 2024-03-31, not '" ~ as_of ~ "'") }}
        {%- endif -%}
        coalesce(cast({{ landed_at }} as date) <= cast('{{ as_of }}' as date), true)
    {%- endif -%}
{%- endmacro %}
