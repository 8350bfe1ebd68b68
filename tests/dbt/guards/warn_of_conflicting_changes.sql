{{ config(severity='warn') }}

-- Guards the assumption of staging that deliveries of one change (key and sequence) are copies of each
-- other, so that it does not matter which one counts. Two that differ mean that the source numbers its
-- changes anew or that a file was made by hand; the first file by name counts until the source says which
-- is right.

with

changes as (
    {%- for entity_name in bronze_entities()['shop'] %}
    {%- set bronze = ref('bronze_shop__' ~ entity_name) %}
    {%- set entity = {'key': ['_file'], 'fields': []} %}
    {%- if execute %}
    {%- set entity = landing_entity('shop', entity_name) %}
    {%- endif %}
    select
        '{{ entity_name }}' as entity_name,
        {{ entity.key | join(" || '|' || ") }} as changed_id,
        {#- Redshift has no cast from boolean to text. #}
        {%- set contents = ['op', "date_trunc('second', _commit_ts)"] %}
        {%- for field in entity.fields %}
        {%- do contents.append(
            'case when ' ~ field.name ~ " then 'true' when not " ~ field.name ~ " then 'false' end"
            if field.data_type == 'boolean' else field.name) %}
        {%- endfor %}
        {{ hash_key(contents) }} as content_hash,
        {{ change_metadata() }},
        _file
    from {{ bronze }}
    where _status = 'loaded'
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select
    entity_name,
    changed_id,
    _change_seq,
    _is_reload,
    count(distinct content_hash) as content_count,
    min(_file) as first_file,
    max(_file) as last_file
from changes
group by entity_name, changed_id, _change_seq, _is_reload
having count(distinct content_hash) > 1
