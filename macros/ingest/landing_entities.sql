{% macro landing_entities() -%}
    {#- The landing contract as dbt knows it: one mapping per entity, from the exported source definitions. -#}
    {%- set entities = [] -%}
    {%- for node in graph.sources.values() if node.meta.get('delivery') -%}
        {%- set own = [] -%}
        {%- set required = [] -%}
        {%- set change = [] -%}
        {%- for column in node.columns.values() -%}
            {%- if column.meta.get('is_change_column') -%}
                {%- do change.append(column.name) -%}
            {%- else -%}
                {%- do own.append({
                    'name': column.name,
                    'data_type': column.data_type,
                    'required': column.meta.get('required', false),
                    'pii': column.meta.get('pii'),
                }) -%}
                {%- if column.meta.get('required') -%}{%- do required.append(column.name) -%}{%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do entities.append({
            'source_name': node.source_name,
            'entity_name': node.name,
            'path': node.meta.path,
            'file_format': node.meta.file_format,
            'delivery': node.meta.delivery,
            'needs_manifest': node.meta.needs_manifest,
            'key': node.meta.key,
            'fields': own,
            'columns': own | map(attribute='name') | list,
            'required': required,
            'change_columns': change,
        }) -%}
    {%- endfor -%}
    {{ return(entities | sort(attribute='path')) }}
{%- endmacro %}
