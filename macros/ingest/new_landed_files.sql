{% macro new_landed_files(source_name, entity_name) -%}
    {#-
        Files that may be loaded and are not in the bronze model yet: a list of {file, columns}. It is
        resolved while the model compiles, so that the statement names, and the engine opens, only these
        files. Whoever compiles without a warehouse (sqlfluff, docs) gets an empty list.
    -#}
    {%- set landed_objects = control_relation('landed_objects') -%}
    {%- if not execute or load_relation(landed_objects) is none -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set bronze = load_relation(this) -%}
    {%- set query -%}
        select file, columns_found
        from {{ landed_objects }}
        where
            source_name = '{{ source_name }}'
            and entity_name = '{{ entity_name }}'
            and state = 'ready'
            and is_present
            {%- if bronze is not none %}
            and file not in (select _file from {{ bronze }} where _status = 'file')
            {%- endif %}
        order by file
    {%- endset -%}
    {%- set files = [] -%}
    {%- for row in run_query(query) -%}
        {%- do files.append({'file': row[0], 'columns': fromjson(row[1] or '[]')}) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}
