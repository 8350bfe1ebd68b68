{#-
    Before the bronze model of an entity runs, in its transaction: stages the records of the files that it
    does not hold yet in a temporary table, for read_lines and landed_parquet_records.

    Why two variants: DuckDB reads landing files in the query itself; Redshift loads what `duckshift intake`
    made of them. No list of files passes through here, only manifests: one per entity and intake.
-#}
{% macro stage_landed_records(source_name, entity_name) -%}
    {{ return(adapter.dispatch('stage_landed_records', 'duckshift')(source_name, entity_name)) }}
{%- endmacro %}

{% macro duckdb__stage_landed_records(source_name, entity_name) -%}
{%- endmacro %}

{#-
    The records of manifests are counted when they are there: an external table whose partitions are not all
    registered would give fewer, and nobody would see it.
-#}
{% macro redshift__stage_landed_records(source_name, entity_name) -%}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {%- set reading = var('landing_read', 'copy') -%}
    {%- if reading not in ('copy', 'spectrum') -%}
        {{ exceptions.raise_compiler_error("var landing_read is copy or spectrum, not " ~ reading) }}
    {%- endif -%}
    {%- set staged = new_landed_files(source_name, entity_name) -%}
    {%- set columns = intake_columns(landing_entity(source_name, entity_name)) -%}
    {%- set landed_manifests = control_relation('landed_manifests') -%}

    {%- call statement('create_staging', auto_begin=true) -%}
        create temporary table {{ staged }} ({{ column_list(columns, with_types=true) }});

        create temporary table {{ staged }}__manifests as
        select
            manifest,
            columns_written,
            record_count,
            first_arrival_date,
            last_arrival_date
        from {{ landed_manifests }}
        where
            {{ is_new_manifest(source_name, entity_name) | indent(12) }}
    {%- endcall -%}
    {%- set query -%}
        select
            manifest,
            columns_written,
            cast(first_arrival_date as varchar(10)) as first_arrival_date,
            cast(last_arrival_date as varchar(10)) as last_arrival_date
        from {{ staged }}__manifests
        where record_count > 0
        order by manifest
    {%- endset -%}
    {%- set manifests = run_query(query) -%}

    {%- if reading == 'spectrum' and manifests | length > 0 -%}
        {%- call statement('stage_external', auto_begin=true) -%}
            insert into {{ staged }} ({{ column_list(columns) }})
            select {{ column_list(columns) }}
            from {{ external_relation(source_name, entity_name) }}
            where
                arrival_date between '{{ manifests | map(attribute='first_arrival_date') | min }}'
                and '{{ manifests | map(attribute='last_arrival_date') | max }}'
                and _manifest in (
                    {%- for item in manifests %}
                    {{ dbt.string_literal(item.manifest) }}{{ ',' if not loop.last }}
                    {%- endfor %}
                )
        {%- endcall -%}
    {%- else -%}
        {%- for item in manifests -%}
            {{ copy_intake(staged, columns, item.manifest, fromjson(item.columns_written), loop.index) }}
        {%- endfor -%}
    {%- endif -%}

    {%- set expected = scalar('select sum(record_count) from ' ~ staged ~ '__manifests') or 0 -%}
    {%- set found = scalar('select count(*) from ' ~ staged) -%}
    {%- if expected != found -%}
        {{ exceptions.raise_compiler_error(
            source_name ~ "/" ~ entity_name ~ ": the manifests count " ~ expected ~ " records, " ~ found
            ~ " were read: " ~ (
                "run `dbt run-operation create_landing_external_tables`, which registers new partitions"
                if reading == 'spectrum' else "files of intake were changed or taken away; restore them")) }}
    {%- endif -%}
{%- endmacro %}
