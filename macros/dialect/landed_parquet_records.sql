{#-
    The records of Parquet files with types as the landing contract states them.

    Why two variants: DuckDB reads a list of files whose columns and types differ and unites them by name;
    Redshift reads external tables with fixed types, one per version of the schema.
-#}
{% macro landed_parquet_records(entity, files) -%}
    {{ return(adapter.dispatch('landed_parquet_records', 'duckshift')(entity, files)) }}
{%- endmacro %}

{% macro duckdb__landed_parquet_records(entity, files) -%}
    {#- What a record is must not depend on its neighbours: files of other shape are read apart. -#}
    {%- set batches = {} -%}
    {%- for item in files -%}
        {%- do batches.setdefault(tojson(item.columns), []).append(item) -%}
    {%- endfor -%}
    {%- set change_types = {'Op': 'varchar(1)', '_commit_ts': 'timestamp', '_change_seq': 'varchar(64)'} -%}
    {%- set value_types = {} -%}
    {%- set checks = {} -%}
    {%- for field in entity.fields -%}
        {%- do value_types.update({field.name: field.data_type}) -%}
        {%- set text = field.name ~ '__landed' -%}
        {%- do checks.update({field.name: {
            'text': text,
            'fits': '(' ~ field.name ~ ' is not null or coalesce(' ~ text ~ ", '') = '')",
        }}) -%}
    {%- endfor -%}
    {%- for name in entity.change_columns -%}
        {%- do value_types.update({name: change_types[name]}) -%}
    {%- endfor -%}

    with

    {%- if files %}

    typed as (
        {%- for signature, batch in batches.items() %}
        {%- set found = {} %}
        {%- for column in batch[0].columns %}
        {%- do found.update({column.name: column.type}) %}
        {%- endfor %}
        {%- set extra = found.keys() | reject('in', entity.columns + entity.change_columns) | sort %}
        select
            {%- for field in entity.fields %}
            {%- set landed = 'landed.' ~ field.name if field.name in found else 'cast(null as varchar)' %}
            cast({{ landed }} as varchar) as {{ field.name }}__landed,
            {{ landed_value(landed, field.data_type, found.get(field.name, 'VARCHAR')) }} as {{ field.name }},
            {%- endfor %}
            {%- for name in entity.change_columns %}
            {%- set landed = 'landed.' ~ name if name in found else 'cast(null as varchar)' %}
            cast({{ landed }} as varchar) as {{ name }}__landed,
            try_cast({{ landed }} as {{ change_types[name] }}) as {{ name }},
            {%- endfor %}
            {%- if extra %}
            nullif(cast(json_merge_patch('{}', to_json({
                {%- for name in extra %}
                '{{ dbt.escape_single_quotes(name) }}':
                    landed."{{ name | replace('"', '""') }}"{{ ',' if not loop.last }}
                {%- endfor %}
            })) as varchar), '{}') as _extra,
            {%- else %}
            cast(null as varchar) as _extra,
            {%- endif %}
            substr(landed.filename, {{ (landing_root() ~ '/') | length + 1 }}) as _file,
            landed.file_row_number + 1 as _line
        from read_parquet(
            {{ landed_file_list(batch) | indent(12) }},
            union_by_name = true, filename = true, file_row_number = true
        ) as landed
        {%- if not loop.last %}

        union all
        {% endif %}
        {%- endfor %}
    ),

    checked as (
        select
            typed.*,
            {%- if entity.delivery == 'change_log' %}
            case
                when coalesce(op, 'I') not in ('I', 'U', 'D') then 'Op: I, U or D expected, found ' || op
                when op is not null and coalesce(_change_seq, '') = '' then '_change_seq: a value is required'
                when _commit_ts is null then '_commit_ts: a timestamp is required'
                else
                    {{ record_reason(entity, checks) | indent(20) }}
            end as _reason
            {%- else %}
            {{ record_reason(entity, checks) | indent(12) }} as _reason
            {%- endif %}
        from typed
    ),

    {%- endif %}

    records as (
        {%- if files %}
        select
            {%- for name in value_types %}
            {{ name }},
            {%- endfor %}
            _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case when _reason is not null then cast(to_json({
                {%- for name in value_types %}
                '{{ name }}': {{ name }}__landed{{ ',' if not loop.last }}
                {%- endfor %}
            }) as varchar) end as _raw,
            _file,
            _line
        from checked

        union all
        {% endif %}
        {{ file_records(entity, files, value_types) | indent(8) }}
    )

    {{ with_load_metadata(value_types.keys() | list, 'records') }}
{%- endmacro %}

{% macro redshift__landed_parquet_records(entity, files) -%}
    {{ exceptions.raise_compiler_error(
        "loading " ~ entity.path ~ " on Redshift is not built yet: it comes with the local Redshift server"
        ~ " (issue B)") }}
{%- endmacro %}
