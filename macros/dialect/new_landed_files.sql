{#-
    The files of an entity that may be loaded and that its bronze model does not hold yet; what read_lines,
    landed_parquet_records and is_new_file take.

    Why two variants: DuckDB opens the files that a statement names, so they are listed when the model is
    compiled; on Redshift they are found and staged when the model runs (stage_landed_records), and the
    compiled model, which is always the same, only names the staging table.
-#}
{% macro new_landed_files(source_name, entity_name) -%}
    {{ return(adapter.dispatch('new_landed_files', 'duckshift')(source_name, entity_name)) }}
{%- endmacro %}

{#-
    A list of {file, columns}. Whoever compiles without a warehouse (sqlfluff, docs) gets an empty list.
-#}
{% macro duckdb__new_landed_files(source_name, entity_name) -%}
    {%- set landed_objects = control_relation('landed_objects') -%}
    {%- if not execute or load_relation(landed_objects) is none -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set bronze = load_relation(this) -%}
    {%- if bronze is not none and var('as_of', none) is not none -%}
        {%- set later = scalar('select count(*) from ' ~ bronze ~ ' where not ' ~ is_known_as_of('_landed_at')) -%}
        {%- if later -%}
            {{ exceptions.raise_compiler_error(
                this.identifier ~ ' holds ' ~ later ~ ' records that landed after ' ~ var('as_of')
                ~ ': build as of a past day into a database of its own (DUCKSHIFT_DATABASE)') }}
        {%- endif -%}
    {%- endif -%}
    {%- set query -%}
        select file, columns_found
        from {{ landed_objects }}
        where
            source_name = '{{ source_name }}'
            and entity_name = '{{ entity_name }}'
            and state = 'ready'
            and is_present
            and {{ is_known_as_of('landed_at') }}
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

{% macro redshift__new_landed_files(source_name, entity_name) -%}
    {%- if var('as_of', none) is not none -%}
        {{ exceptions.raise_compiler_error(
            'as_of: on Redshift files come by manifests, each loaded as a whole: hand over only those of the day'
            ~ ' with `duckshift intake` from a landing root that ends there') }}
    {%- endif -%}
    {{ return('landed_' ~ source_name ~ '__' ~ entity_name) }}
{%- endmacro %}
