{% macro control_table_definitions() -%}
    {#-
        The statements that create the control tables where they are missing, also for `duckshift intake`,
        which renders them without dbt.
    -#}
    create table if not exists {{ control_relation('runs') }} (
        run_id bigint not null,
        invocation_id varchar(64) not null,
        command varchar(32) not null,
        started_at timestamp not null
    );
    create table if not exists {{ control_relation('run_ends') }} (
        run_id bigint not null,
        ended_at timestamp not null,
        success_count bigint not null,
        pass_count bigint not null,
        warn_count bigint not null,
        fail_count bigint not null,
        error_count bigint not null,
        skipped_count bigint not null
    );
    create table if not exists {{ control_relation('test_findings') }} (
        run_id bigint not null,
        test_name varchar(256) not null,
        model_name varchar(256) not null,
        test_kind varchar(64) not null,
        is_errored boolean not null,
        failing_row_count bigint not null
    );
    create table if not exists {{ control_relation('run_lock') }} (
        run_id bigint not null,
        invocation_id varchar(64) not null,
        taken_at timestamp not null,
        expires_at timestamp not null
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
        is_present boolean not null,
        manifest varchar(1024)
    );
    create table if not exists {{ control_relation('landed_manifests') }} (
        manifest varchar(1024) not null,
        source_name varchar(64) not null,
        entity_name varchar(64) not null,
        columns_written varchar(65535) not null,
        record_count bigint not null,
        first_arrival_date date not null,
        last_arrival_date date not null,
        created_at timestamp not null
    );
    create table if not exists {{ control_relation('watermarks') }} (
        model_name varchar(256) not null,
        input_name varchar(256) not null,
        run_id bigint not null
    );
    create table if not exists {{ control_relation('model_builds') }} (
        model_name varchar(256) not null,
        run_id bigint not null,
        build_kind varchar(16) not null,
        code_checksum varchar(32) not null,
        affected_key_count bigint,
        inserted_row_count bigint not null,
        updated_row_count bigint not null,
        deleted_row_count bigint not null
    );
    create table if not exists {{ control_relation('salt', layer='vault') }} (
        salt varchar(256) not null
    );
{%- endmacro %}
