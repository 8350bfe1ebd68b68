{% macro file_records(entity, files, value_types) -%}
    {#- One record per new file; `value_types` maps each column in front of the metadata to its type. -#}
    select
        {%- for name, data_type in value_types.items() %}
        cast(null as {{ data_type }}) as {{ name }},
        {%- endfor %}
        cast(null as varchar(65535)) as _extra,
        'file' as _status,
        cast(null as varchar(4096)) as _reason,
        cast(null as varchar(65535)) as _raw,
        file as _file,
        0 as _line
    from {{ control_relation('landed_objects') }}
    where {{ is_new_file(files) | indent(8) }}
{%- endmacro %}
