{% macro copy_intake(staged, columns, manifest, columns_written, number) -%}
    {#-
        COPY of one manifest into the staging table of its entity. It goes by position: a manifest that was
        written under an older contract passes through a table of its own, and its columns are found by name.
    -#}
    {%- if columns_written == columns -%}
        {%- call statement('copy', auto_begin=true) -%}
            {{ copy_manifest(staged, manifest) }}
        {%- endcall -%}
    {%- else -%}
        {%- set names_written = columns_written | map(attribute='name') | list -%}
        {%- set kept = columns | selectattr('name', 'in', names_written) | list -%}
        {%- set older = staged ~ '__' ~ number -%}
        {%- call statement('copy', auto_begin=true) -%}
            create temporary table {{ older }} ({{ column_list(columns_written, with_types=true) }});
            {{ copy_manifest(older, manifest) }};
            insert into {{ staged }} ({{ column_list(kept) }})
            select
                {%- for item in kept %}
                cast({{ item.name }} as {{ item.data_type }}) as {{ item.name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ older }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
