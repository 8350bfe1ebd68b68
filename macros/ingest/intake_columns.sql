{% macro intake_columns(entity) -%}
    {#-
        The columns of the Parquet files that `duckshift intake` writes for an entity, in order, each with
        name and data type: what the staging table has, because COPY goes by position, and what the external
        table has. Text keeps its lines; Parquet comes as the contract's types and judged. `_manifest` names
        the batch: what a batch left behind that was never registered lies on S3 too.
    -#}
    {%- set types = {} -%}
    {%- if entity.file_format == 'parquet' -%}
        {%- for field in entity.fields -%}
            {%- do types.update({field.name: field.data_type}) -%}
        {%- endfor -%}
        {%- for name, data_type in entity.change_types.items() -%}
            {%- do types.update({name | lower: data_type}) -%}
        {%- endfor -%}
        {%- do types.update({
            '_extra': 'varchar(65535)', '_status': 'varchar(16)', '_reason': 'varchar(4096)',
            '_raw': 'varchar(65535)',
        }) -%}
    {%- else -%}
        {%- do types.update({
            'line_text': 'varchar(65535)', 'defect': 'varchar(256)', 'fields': 'varchar(65535)',
            'extra': 'varchar(65535)',
        }) -%}
    {%- endif -%}
    {%- do types.update({'_file': 'varchar(1024)', '_line': 'bigint', '_manifest': 'varchar(1024)'}) -%}
    {%- set columns = [] -%}
    {%- for name, data_type in types.items() -%}
        {%- do columns.append({'name': name, 'data_type': data_type}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
