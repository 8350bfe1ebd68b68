{% macro column_encodings(node, sort) -%}
    {#-
        An encoding for every column, or none at all for ENCODE AUTO. One named encoding turns AUTO off for
        the whole table, and so does a sort key here, because its first column must stay raw: compressed, a
        block of it would stand for so many rows that a range finds too many blocks of the other columns.
        Then all are named, so that the catalog can be compared with them: where nothing is stated, what
        Redshift itself would take.
    -#}
    {%- set columns = (node.get('columns') or {}).values() -%}
    {%- set encodings = {} -%}
    {%- set stated = [] -%}
    {%- set untyped = columns | rejectattr('data_type') | map(attribute='name') | list -%}
    {%- for column in columns -%}
        {%- set name = column.name | lower -%}
        {%- set meta = (column.get('config') or {}).get('meta') or column.get('meta') or {} -%}
        {%- set encode = meta.get('encode') -%}
        {%- set fitting = (encodings_that_fit(column.data_type) if column.data_type) or ['raw'] -%}
        {%- if encode is not none -%}
            {%- do stated.append(name) -%}
        {%- else -%}
            {%- set encode = 'raw' if name in sort else fitting[0] -%}
        {%- endif -%}
        {%- if encode not in fitting and column.data_type -%}
            {%- do refuse_design(node, name ~ ' is encoded as ' ~ encode ~ ', which ' ~ column.data_type
                ~ ' cannot have; it can have ' ~ fitting | sort | join(', ')) -%}
        {%- elif sort and name == sort[0] and encode != 'raw' -%}
            {%- do refuse_design(node, name ~ ' is encoded as ' ~ encode
                ~ ', but the first column of a sort key must be raw') -%}
        {%- elif name in sort and encode == 'runlength' -%}
            {%- do refuse_design(node,
                name ~ ' is encoded as runlength, which no sort key column should be') -%}
        {%- endif -%}
        {%- do encodings.update({name: encode}) -%}
    {%- endfor -%}
    {%- if stated and untyped -%}
        {%- do refuse_design(node, 'encode needs a data_type on every column; missing on '
            ~ untyped | join(', ')) -%}
    {%- endif -%}
    {{ return(encodings if (stated or sort) and not untyped else {}) }}
{%- endmacro %}
