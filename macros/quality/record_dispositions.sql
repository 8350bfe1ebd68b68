{% macro record_dispositions(source_name, entity_name, bronze, staging) -%}
    {#-
        How many good records of an entity staging handed on, how many were duplicates, and how many are
        superseded by a later delivery; one row. Counted without staging's own window functions, so that an
        error there shows.
    -#}
    {%- set unknown = {'delivery': 'full_dump', 'key': ['_file']} -%}
    {%- set entity = landing_entity(source_name, entity_name) if execute else unknown -%}
    {%- set count_by_delivery = {
        'change_log': repeated_record_counts,
        'full_dump': repeated_record_counts,
        'event_stream': repeated_record_counts,
        'latest_version': version_record_counts,
        'latest_revision': revision_record_counts,
    }[entity.delivery] -%}
    select
        '{{ source_name }}' as source_name,
        '{{ entity_name }}' as entity_name,
        handed_on.loaded_record_count,
        others.duplicate_record_count,
        others.superseded_record_count
    from (
        select count(*) as loaded_record_count
        from {{ staging }}
    ) as handed_on
    cross join (
        {{ count_by_delivery(entity, bronze, staging) | indent(8) }}
    ) as others
{%- endmacro %}
