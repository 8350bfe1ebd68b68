{{ config(severity='warn') }}

-- Warns of records with columns that the landing contract does not know: they are kept in the column _extra
-- of bronze. `duckshift schema diff` names them; add them to the contract to use them.

{% for source_name, entities in bronze_entities().items() %}
{%- set is_last_source = loop.last %}
{%- for entity_name in entities %}
select
    '{{ source_name }}' as source_name,
    '{{ entity_name }}' as entity_name,
    count(*) as record_count,
    min(_file) as first_file
from {{ ref('bronze_' ~ source_name ~ '__' ~ entity_name) }}
where
    _status = 'loaded'
    and _extra is not null
    and strpos(_extra, '"_replay_of"') = 0
having count(*) > 0
{%- if not (is_last_source and loop.last) %}

union all
{% endif %}
{%- endfor %}
{%- endfor %}
