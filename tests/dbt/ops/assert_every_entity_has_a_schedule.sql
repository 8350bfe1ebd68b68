-- Guards that no entity is left out of ops_source_health: each that bronze loads has a row in the seed
-- delivery_schedules, and the seed names no other.

with

entities as (
    {%- for source_name, entities in bronze_entities().items() %}
    {%- set is_last_source = loop.last %}
    {%- for entity_name in entities %}
    select
        '{{ source_name }}' as source_name,
        '{{ entity_name }}' as entity_name
    {%- if not (is_last_source and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select
    entities.source_name as loaded_source,
    entities.entity_name as loaded_entity,
    schedules.source_name as scheduled_source,
    schedules.entity_name as scheduled_entity
from entities
full outer join {{ ref('delivery_schedules') }} as schedules
    on
        entities.source_name = schedules.source_name
        and entities.entity_name = schedules.entity_name
where
    entities.source_name is null
    or schedules.source_name is null
