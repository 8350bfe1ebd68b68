{% macro create_control_tables() -%}
    {#- Tables that are no dbt nodes; what is there already stays as it is. -#}
    {%- for layer in ['ops', 'vault'] -%}
        {%- do adapter.create_schema(
            api.Relation.create(database=target.database, schema=layer_schema(layer))) -%}
    {%- endfor -%}
    {%- call statement('create_control_tables', auto_begin=true) -%}
        create table if not exists {{ control_relation('runs') }} (
            run_id bigint not null,
            invocation_id varchar(64) not null,
            command varchar(32) not null,
            started_at timestamp not null
        );
        create table if not exists {{ control_relation('landed_objects') }} (
            file varchar(1024) not null,
            source_name varchar(64),
            entity_name varchar(64),
            bytes bigint not null,
            modified_at timestamp,
            sha256 varchar(64),
            state varchar(32) not null,
            reason varchar(4096),
            columns_found varchar(65535),
            records_found bigint,
            file_version bigint,
            landed_at timestamp,
            is_present boolean not null
        );
        create table if not exists {{ control_relation('salt', layer='vault') }} (
            salt varchar(256) not null
        );
    {%- endcall -%}
    {%- do ensure_salt() -%}
    {%- do adapter.commit() -%}
    {#- dbt listed the schemas before this hook ran; without a word it would take the tables for missing. -#}
    {%- for relation in [
        control_relation('runs'), control_relation('landed_objects'), control_relation('salt', layer='vault')
    ] -%}
        {%- do adapter.cache_added(relation) -%}
    {%- endfor -%}
{%- endmacro %}
