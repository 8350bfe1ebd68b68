{% macro encodings_after_layout(node, wanted, actual) -%}
    {#-
        What a new sort key makes of encodings, as documented: its columns become raw; one that leaves it gets
        what is usual for its type, while Redshift chooses the encodings.
    -#}
    {%- set encodings = dict(actual.encodings) -%}
    {%- for column in (node.get('columns') or {}).values() if column.data_type and wanted.sort -%}
        {%- set name = column.name | lower -%}
        {%- if name in wanted.sort and name not in actual.sort -%}
            {%- do encodings.update({name: 'raw'}) -%}
        {%- elif name in actual.sort and name not in wanted.sort and actual.encode_is_auto -%}
            {%- do encodings.update({name: encodings_that_fit(column.data_type)[0]}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(encodings) }}
{%- endmacro %}
