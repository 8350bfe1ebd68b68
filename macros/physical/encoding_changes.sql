{% macro encoding_changes(relation, wanted, actual) -%}
    {#-
        The statement, if any, that changes encodings in place: all columns in one, and only those that
        differ, because Redshift refuses to alter a column to the encoding that it has.
    -#}
    {%- set clauses = [] -%}
    {%- for name, encode in wanted.encodings.items() -%}
        {%- if name in actual.encodings and actual.encodings[name] != encode -%}
            {%- do clauses.append('alter column ' ~ wanted.encoded_sql[name] ~ ' encode ' ~ encode) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not wanted.encodings and not actual.encode_is_auto -%}
        {%- do clauses.append('alter encode auto') -%}
    {%- endif -%}
    {{ return(['alter table ' ~ relation ~ ' ' ~ clauses | join(', ')] if clauses else []) }}
{%- endmacro %}
