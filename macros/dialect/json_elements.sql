{#- A query of the elements of JSON arrays, one row each: `columns` of `relation`, element_number (from 1,
    integer) and element (an object as JSON text, a scalar as its plain text, null for JSON null). `array` is
    an SQL expression over the relation. What is no array, or an empty one, has no elements.

    Why the engines differ: DuckDB unnests a list. Redshift unnests SUPER ("Querying semistructured data"),
    but what comes out is SUPER again, with its own rules of printing; the texts that
    JSON_EXTRACT_ARRAY_ELEMENT_TEXT gives for the places 0 to length - 1 are as they were sent. Places are
    joined by an inequality, a nested loop: so most arrays meet ten numbers, and only longer ones the eleven
    thousand beyond which no array of 32,768 bytes with an object at every place goes. -#}
{% macro json_elements(relation, columns, array) %}
    {{ return(adapter.dispatch('json_elements', 'duckshift')(relation, columns, array)) }}
{% endmacro %}

{% macro duckdb__json_elements(relation, columns, array) -%}
    select
        {%- for name in columns %}
        {{ name }},
        {%- endfor %}
        cast(unnest(range(1, len(elements) + 1)) as integer) as element_number,
        unnest(elements) as element
    from (
        select
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            json_extract_string(try_cast({{ array }} as json), '$[*]') as elements
        from {{ relation }}
    ) as arrays
{%- endmacro %}

{% macro redshift__json_elements(relation, columns, array) -%}
    {%- set length = 'json_array_length(' ~ array ~ ', true)' -%}
    {%- for numbers, condition in [(10, '<= 10'), (11000, '> 10')] %}
    select
        {%- for name in columns %}
        arrays.{{ name }},
        {%- endfor %}
        numbers.n + 1 as element_number,
        json_extract_array_element_text(arrays.json_array, numbers.n, true) as element
    from (
        select
            {%- for name in columns %}
            {{ name }},
            {%- endfor %}
            {{ array }} as json_array,
            {{ length }} as element_count
        from {{ relation }}
        where {{ length }} {{ condition }}
    ) as arrays
    inner join {{ integers(numbers) }} as numbers
        on numbers.n < arrays.element_count
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
