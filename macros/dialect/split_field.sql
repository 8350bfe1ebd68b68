{#- The field at `position` (from 1; an SQL expression, so it may be a column) of a text cut at every
    `delimiter`. An empty field is '', a missing one null; so is the field of a null text and any position
    below 1. `delimiter` is an SQL literal of one or more characters: split_field('line', "','", 3).

    Why the engines differ: SPLIT_PART gives '' for a missing field on Redshift and an error below position 1
    (Database Developer Guide, "SPLIT_PART"); DuckDB's split_part gives '' too and counts negative positions
    from the end, but its lists give null beyond their end. -#}
{% macro split_field(expression, delimiter, position) %}
    {%- if not modules.re.match("^'[^'\\\\]+'$", delimiter) -%}
        {{ exceptions.raise_compiler_error(
            "split_field: the delimiter is a quoted literal without quote and backslash in it: " ~ delimiter
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('split_field', 'duckshift')(expression, delimiter, position)) }}
{% endmacro %}

{% macro duckdb__split_field(expression, delimiter, position) -%}
    case when {{ position }} >= 1 then string_split({{ expression }}, {{ delimiter }})[{{ position }}] end
{%- endmacro %}

{% macro redshift__split_field(expression, delimiter, position) -%}
    case
        when {{ position }} >= 1
            and octet_length({{ expression }}) - octet_length(replace({{ expression }}, {{ delimiter }}, ''))
                >= ({{ position }} - 1) * octet_length({{ delimiter }})
            {#- greatest(): a branch that is not taken may still be computed ahead for a constant. #}
            then split_part({{ expression }}, {{ delimiter }}, cast(greatest({{ position }}, 1) as integer))
    end
{%- endmacro %}
