{% macro refresh_landed_objects() -%}
    {{ return(adapter.dispatch('refresh_landed_objects', 'duckshift')()) }}
{%- endmacro %}

{#-
    DuckDB: the folder is listed by the plugin (names, sizes and times; no file is opened), and only files
    that are new, or whose size or time changed, are opened and probed.
-#}
{% macro duckdb__refresh_landed_objects() -%}
    {%- set root = landing_root() -%}
    {%- set landed_objects = control_relation('landed_objects') -%}
    {%- set quoted_root = dbt.string_literal(dbt.escape_single_quotes(root)) -%}

    {%- call statement('list_landing_root', auto_begin=true) -%}
        create or replace temporary table landing_listing as
        select landing_listing({{ quoted_root }}) as listing
    {%- endcall -%}
    {%- set error = scalar("select listing ->> 'error' from landing_listing") -%}
    {%- if error -%}
        {{ exceptions.raise_compiler_error(
            "landing root '" ~ root ~ "' " ~ error
            ~ ": set DUCKSHIFT_LANDING_ROOT to the folder with the landing files, "
            ~ "or make sample files with `duckshift generate`") }}
    {%- endif -%}

    {%- call statement('compare_listing', auto_begin=true) -%}
        create or replace temporary table landing_entities as
        select
            entity ->> 'path' as path,
            entity ->> 'source_name' as source_name,
            entity ->> 'entity_name' as entity_name,
            cast(entity as varchar) as contract
        from (
            select unnest(from_json(
                {{ dbt.string_literal(dbt.escape_single_quotes(tojson(landing_entities()))) }}, '["json"]'
            )) as entity
        ) as entities;

        create or replace temporary table landing_news as
        with

        listed as (
            select
                item ->> 'file' as file,
                cast(item ->> 'bytes' as bigint) as bytes,
                cast(item ->> 'modified_at' as timestamp) as modified_at
            from (
                select unnest(from_json(listing -> 'files', '["json"]')) as item from landing_listing
            ) as items
        )

        select
            listed.file,
            listed.bytes,
            listed.modified_at,
            landing_entities.source_name,
            landing_entities.entity_name,
            landing_entities.contract,
            first_look.sha256 as first_sha256,
            first_look.records_found as first_records,
            first_look.landed_at as first_landed_at
        from listed
        left join landing_entities
            on
                split_part(listed.file, '/', 1) || '/' || split_part(listed.file, '/', 2)
                = landing_entities.path
        left join {{ landed_objects }} as known
            on listed.file = known.file
        -- What was loaded stays the reference, or a second change in place would pass as none.
        left join {{ landed_objects }} as first_look
            on
                listed.file = first_look.file
                and first_look.state in ('ready', 'changed')
        where
            known.file is null
            -- A manifest may have come for a file that waits.
            or known.state = 'waiting'
            -- The contract may have learned its entity since.
            or (known.state = 'unknown' and landing_entities.path is not null)
            or listed.bytes != known.bytes
            or listed.modified_at != known.modified_at
    {%- endcall -%}

    {%- call statement('probe_news', auto_begin=true) -%}
        create or replace temporary table landing_probed as
        select
            landing_news.*,
            case
                when contract is not null then landing_probe({{ quoted_root }}, file, contract)
            end as probe
        from landing_news
        order by file;

        delete from {{ landed_objects }}
        where file in (select file from landing_probed);

        insert into {{ landed_objects }} (
            file, source_name, entity_name, bytes, modified_at, sha256, state, reason, columns_found,
            records_found, file_version, landed_at, is_present
        )
        select
            file,
            source_name,
            entity_name,
            bytes,
            modified_at,
            coalesce(first_sha256, probe ->> 'sha256'),
            case
                when contract is null then 'unknown'
                when first_sha256 != probe ->> 'sha256' then 'changed'
                else probe ->> 'state'
            end,
            case
                when contract is null then 'belongs to no entity of the landing contract: move it away'
                when first_sha256 != probe ->> 'sha256'
                    then 'was changed after it had landed: '
                        || 'restore it, and deliver the correction as a new file'
                else probe ->> 'reason'
            end,
            probe ->> 'columns',
            coalesce(first_records, cast(probe ->> 'records' as bigint)),
            cast(probe ->> 'version' as bigint),
            coalesce(first_landed_at, cast(probe ->> 'landed_at' as timestamp)),
            true
        from landing_probed
        order by file;

        -- Landing files may expire; what was loaded from them stays.
        update {{ landed_objects }}
        set is_present = not is_present
        where is_present != (file in (
            select item ->> 'file'
            from (
                select unnest(from_json(listing -> 'files', '["json"]')) as item from landing_listing
            ) as items
        ))
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}

{#-
    Redshift cannot list S3 in SQL: `duckshift intake` looks at the landing files, with the very macro above,
    and fills ops.landed_objects. Nothing to do here but to say so to whoever builds before the first intake.
-#}
{% macro redshift__refresh_landed_objects() -%}
    {%- if scalar('select count(*) from ' ~ control_relation('landed_objects')) == 0 -%}
        {%- do log(
            'no landing files are known yet: run `duckshift intake` for this target, which makes them ready',
            info=true) -%}
    {%- endif -%}
{%- endmacro %}
