{% macro record_build(kind, affected_keys, inserted, updated, deleted) -%}
    {#- The statement that notes what this run did to this model; the counts are SQL expressions. -#}
    insert into {{ control_relation('model_builds') }} (
        model_name,
        run_id,
        build_kind,
        code_checksum,
        affected_key_count,
        inserted_row_count,
        updated_row_count,
        deleted_row_count
    )
    select
        '{{ model.name }}',
        {{ current_run_id() }},
        '{{ kind }}',
        '{{ code_checksum() }}',
        {{ affected_keys }},
        {{ inserted }},
        {{ updated }},
        {{ deleted }};
{%- endmacro %}
