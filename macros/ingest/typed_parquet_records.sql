{#-
    The records of Parquet files of one shape, each value as its text and in its type, as DuckDB reads them.
    `union_by_name` gives every file the columns of the batch; a value that does not fit its type is null.
-#}
{% macro typed_parquet_records(entity, batch, value_types) -%}
    {%- set found = {} %}
    {%- for column in batch[0].columns %}
    {%- do found.update({column.name: column.type}) %}
    {%- endfor %}
    {%- set extra = found.keys() | reject('in', entity.columns + entity.change_columns) | sort %}
    select
        {%- for field in entity.fields %}
        {%- set landed = 'landed.' ~ field.name if field.name in found else 'cast(null as varchar)' %}
        replace(cast({{ landed }} as varchar), chr(0), '\x00') as {{ field.name }}__landed,
        {{ landed_value(landed, field.data_type, found.get(field.name, 'VARCHAR')) }} as {{ field.name }},
        {%- endfor %}
        {%- for name in entity.change_columns %}
        {%- set landed = 'landed.' ~ name if name in found else 'cast(null as varchar)' %}
        replace(cast({{ landed }} as varchar), chr(0), '\x00') as {{ name }}__landed,
        {%- set data_type = entity.change_types[name] %}
        {%- if data_type.startswith('varchar') %}
        -- An empty text stays: it sorts a full load before every change.
        case
            when
                strlen(cast({{ landed }} as varchar)) <= {{ data_type[8:-1] }}
                and strpos(cast({{ landed }} as varchar), chr(0)) = 0
                then cast({{ landed }} as varchar)
        end as {{ name }},
        {%- else %}
        {{ landed_value(landed, data_type, found.get(name, 'VARCHAR')) }} as {{ name }},
        {%- endif %}
        {%- endfor %}
        {%- set texts = [] %}
        {%- for name in value_types if found.get(name) == 'VARCHAR' %}
        {%- do texts.append(name) %}
        {%- endfor %}
        {%- if texts %}
        -- No text of Redshift holds a null character.
        case
            {%- for name in texts %}
            when strpos(landed.{{ name }}, chr(0)) > 0 then '{{ name }}'
            {%- endfor %}
        end as null_character_column,
        {%- else %}
        cast(null as varchar) as null_character_column,
        {%- endif %}
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
        {{ landed_file_list(batch) | indent(8) }},
        union_by_name = true, filename = true, file_row_number = true
    ) as landed
{%- endmacro %}
