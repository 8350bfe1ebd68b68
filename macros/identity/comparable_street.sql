{#- Street and house number for comparison: letters and digits only, in lower case, without marks, the usual
    words for a street cut as people cut them (Church Road 5 is churchrd5). -#}
{% macro comparable_street(expression) -%}
    {%- set words = [
        ('street', 'st'), ('road', 'rd'), ('lane', 'ln'), ('avenue', 'ave'), ('square', 'sq'),
    ] -%}
    {%- set text = namespace(sql="' ' || translate(" ~ folded_text(expression)
        ~ ", chr(9) || '.,-/’´' || chr(39), '     ') || ' '") -%}
    {%- for word, short in words -%}
        {%- set text.sql = "replace(" ~ text.sql ~ ", ' " ~ word ~ " ', ' " ~ short ~ " ')" -%}
    {%- endfor -%}
    {%- set text.sql = "replace(replace(" ~ text.sql ~ ", 'strasse ', 'str '), ' ', '')" -%}
    cast(nullif({{ text.sql }}, '') as varchar(256))
{%- endmacro %}
