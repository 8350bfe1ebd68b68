{% macro landing_entity(source_name, entity_name) -%}
    {#- One entity of the landing contract, as dbt knows it from the exported source definitions. -#}
    {%- set node = graph.sources.get('source.duckshift.' ~ source_name ~ '.' ~ entity_name) -%}
    {%- if node is none or not node.meta.get('delivery') -%}
        {{ exceptions.raise_compiler_error(
            "the landing contract has no " ~ source_name ~ "/" ~ entity_name
            ~ ": add it to contracts/landing and run `duckshift contract export`") }}
    {%- endif -%}
    {%- set fields = [] -%}
    {%- set change_types = {} -%}
    {%- for column in node.columns.values() -%}
        {%- if column.meta.get('is_change_column') -%}
            {%- do change_types.update({column.name: column.data_type}) -%}
        {%- else -%}
            {%- do fields.append({
                'name': column.name,
                'data_type': column.data_type,
                'required': column.meta.get('required', false),
                'pii': column.meta.get('pii'),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'source_name': node.source_name,
        'entity_name': node.name,
        'path': node.meta.path,
        'file_format': node.meta.file_format,
        'delivery': node.meta.delivery,
        'compression': node.meta.get('compression'),
        'needs_manifest': node.meta.needs_manifest,
        'key': node.meta.key,
        'fields': fields,
        'columns': fields | map(attribute='name') | list,
        'required': fields | selectattr('required') | map(attribute='name') | list,
        'change_columns': change_types.keys() | list,
        'change_types': change_types,
    }) }}
{%- endmacro %}
