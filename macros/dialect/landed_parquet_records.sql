{#-
    The records of Parquet files with types as the landing contract states them.

    Why two variants: DuckDB reads the files that the list names, however their columns and types differ; on
    Redshift `duckshift intake` has run that very query, and its rows were staged (COPY wants every file with
    the columns of the table, in their order).
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
    {%- do value_types.update(entity.change_types) -%}
    {#- The longest text of Redshift; as many characters as surely fit, however many bytes each has. -#}
    {%- set longest = 65535 -%}
    {%- set longest_cut = 16383 -%}

    with

    {%- if files %}

    typed as (
        {%- for signature, batch in batches.items() %}
        {{ typed_parquet_records(entity, batch, value_types) | indent(8) }}
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
                when strlen(_extra) > {{ longest }}
                    then 'the columns beyond the contract take over 65,535 bytes'
                when null_character_column is not null
                    then null_character_column || ': the value holds a null character'
                when coalesce(op__landed, 'I') not in ('I', 'U', 'D')
                    then 'Op: I, U or D expected, found ' || left(op__landed, 100)
                when op is not null and coalesce(_change_seq__landed, '') = ''
                    then '_change_seq: a value is required'
                when op is not null and _change_seq is null
                    then '_change_seq: varchar(64) expected, found ' || left(_change_seq__landed, 100)
                when _commit_ts is null then '_commit_ts: a timestamp is required'
                else
                    {{ record_reason(entity, checks) | indent(20) }}
            end as _reason
            {%- else %}
            case
                when strlen(_extra) > {{ longest }}
                    then 'the columns beyond the contract take over 65,535 bytes'
                when null_character_column is not null
                    then null_character_column || ': the value holds a null character'
                else
                    {{ record_reason(entity, checks) | indent(20) }}
            end as _reason
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
            case when strlen(_extra) <= {{ longest }} then _extra end as _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case
                when strlen(landed_json) > {{ longest }} then left(landed_json, {{ longest_cut }})
                else landed_json
            end as _raw,
            _file,
            _line
        from (
            select
                judged.*,
                case
                    when _extra is null then contract_json
                    else left(contract_json, length(contract_json) - 1) || ',' || substr(_extra, 2)
                end as landed_json
            from (
                select
                    checked.*,
                    -- A number of another kind that was taken is shown as it was taken: a text is to fit.
                    case when _reason is not null then cast(to_json({
                        {%- for name, data_type in value_types.items() %}
                        {%- if data_type.startswith(('varchar', 'boolean')) %}
                        '{{ name }}': {{ name }}__landed{{ ',' if not loop.last }}
                        {%- else %}
                        '{{ name }}': case
                            when {{ name }} is null or {{ fits_text(name ~ '__landed', data_type) }}
                                then {{ name }}__landed
                            else cast({{ name }} as varchar)
                        end{{ ',' if not loop.last }}
                        {%- endif %}
                        {%- endfor %}
                    }) as varchar) end as contract_json
                from checked
            ) as judged
        ) as shown

        union all
        {% endif %}
        {{ file_records(entity, files, value_types) | indent(8) }}
    )

    {{ with_load_metadata(value_types.keys() | list, 'records') }}
{%- endmacro %}

{% macro redshift__landed_parquet_records(entity, files) -%}
    {%- set value_types = {} -%}
    {%- for field in entity.fields -%}
        {%- do value_types.update({field.name: field.data_type}) -%}
    {%- endfor -%}
    {%- do value_types.update(entity.change_types) -%}

    with

    records as (
        select
            {%- for name in value_types %}
            {{ name }},
            {%- endfor %}
            _extra,
            _status,
            _reason,
            _raw,
            _file,
            _line
        from {{ files }}

        union all

        {{ file_records(entity, files, value_types) | indent(8) }}
    )

    {{ with_load_metadata(value_types.keys() | list, 'records') }}
{%- endmacro %}
