{% macro type_family(data_type) -%}
    {#- The type without its length, under one name: what Redshift's encodings are defined for. -#}
    {%- set name = data_type.split('(')[0] | trim | lower -%}
    {%- set other_names = {
        'int': 'integer',
        'numeric': 'decimal',
        'float': 'double precision',
        'double': 'double precision',
        'bool': 'boolean',
        'character': 'char',
        'character varying': 'varchar',
        'text': 'varchar',
        'timestamp without time zone': 'timestamp',
        'timestamp with time zone': 'timestamptz',
    } -%}
    {{ return(other_names.get(name, name)) }}
{%- endmacro %}
