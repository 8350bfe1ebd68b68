{#-
    Run-operation: the external tables over what `duckshift intake` has written, one per entity, and their
    partitions; may be repeated, and is to be after an intake whose records are read through them
    (var landing_read: spectrum). `recreate` defines the tables anew, after a type of the contract changed.

    Why two variants: only Redshift has external tables; DuckDB reads landing files itself.
-#}
{% macro create_landing_external_tables(recreate=false) -%}
    {{ return(adapter.dispatch('create_landing_external_tables', 'duckshift')(recreate)) }}
{%- endmacro %}

{% macro duckdb__create_landing_external_tables(recreate) -%}
    {{ exceptions.raise_compiler_error("external tables are for Redshift: DuckDB reads files by itself") }}
{%- endmacro %}

{#-
    Every statement by itself: neither external tables nor their partitions can be altered in a transaction.
    Up to 100 partitions fit into one statement.
-#}
{% macro redshift__create_landing_external_tables(recreate) -%}
    {%- set schema = layer_schema('landing') -%}
    {%- do run_query(
        'create external schema if not exists ' ~ adapter.quote(schema)
        ~ " from data catalog database 'duckshift_" ~ schema ~ "' " ~ iam_role()
        ~ ' create external database if not exists') -%}
    {%- set query -%}
        select
            source_name || '/' || entity_name as path,
            cast(cast(coalesce(landed_at, '1900-01-01') as date) as varchar(10)) as arrival_date,
            max(split_part(manifest, '/_manifests/', 1)) as intake_root
        from {{ control_relation('landed_objects') }}
        where manifest is not null
        group by 1, 2
        order by 1, 2
    {%- endset -%}
    {%- set partitions = run_query(query) -%}
    {%- for entity in landing_entities() -%}
        {%- set path = entity.source_name ~ '/' ~ entity.entity_name -%}
        {%- set rows = partitions | selectattr('path', 'equalto', path) | list -%}
        {%- if rows -%}
            {%- set table = external_relation(entity.source_name, entity.entity_name) -%}
            {%- do create_external_table(
                table, intake_columns(entity), rows[0].intake_root ~ '/' ~ path ~ '/', recreate) -%}
            {%- set known = run_query(
                "select \"values\" from svv_external_partitions where schemaname = '" ~ table.schema
                ~ "' and tablename = '" ~ table.identifier ~ "'").columns[0].values() | join(' ') -%}
            {%- set missing = rows | rejectattr('arrival_date', 'in', known) | list -%}
            {%- for part in missing | batch(100) -%}
                {%- set statement -%}
                    alter table {{ table }} add if not exists
                    {%- for row in part %}
                    partition (arrival_date='{{ row.arrival_date }}')
                    location '{{ row.intake_root }}/{{ path }}/arrival_date={{ row.arrival_date }}/'
                    {%- endfor %}
                {%- endset -%}
                {%- do run_query(statement) -%}
            {%- endfor -%}
            {%- set counts = rows | length ~ ' partitions, ' ~ missing | length ~ ' of them new' -%}
            {%- do log(path ~ ': ' ~ counts, info=true) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
