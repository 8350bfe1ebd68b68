{% macro in_range(column, range) -%}
    {#-
        A predicate with literals, so that the engine reads only the blocks where the rows can lie; `range` as
        affected_range gives it.
    -#}
    {%- set predicates = [] -%}
    {%- if range.from is not none -%}
        {%- set literals = [] -%}
        {%- for value in [range.from, range.to] -%}
            {%- do literals.append(
                "cast('" ~ value | string | replace("'", "''") ~ "' as " ~ range.data_type ~ ")") -%}
        {%- endfor -%}
        {%- do predicates.append(column ~ ' between ' ~ literals | join(' and ')) -%}
    {%- endif -%}
    {%- if range.nulls or not predicates -%}
        {%- do predicates.append(column ~ ' is null') -%}
    {%- endif -%}
    ({{ predicates | join(' or ') }})
{%- endmacro %}
