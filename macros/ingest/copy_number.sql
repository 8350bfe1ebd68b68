{% macro copy_number(source_name, entity_name) -%}
    {#-
        Numbers the deliveries of one record; 1 is the one that counts. Which deliveries are the same record,
        and which counts, follows from how the landing contract says that the entity is delivered:
            change_log       same key and sequence: the first file by name
            latest_version   same key: the latest <produced_at>
            latest_revision  same key, store file and day (only the highest revision gets here)
            full_dump        same key in the same dump, which its <produced_at> names: a file without a
                             rejected record first (_is_damaged)
            event_stream     same key: the first file by name, which is that of the first hour of arrival
        The order is total: file name, then every column of the contract, then what the change was.
    -#}
    {%- set unknown = {'key': ['_file'], 'columns': []} -%}
    {%- set entity = landing_entity(source_name, entity_name) if execute else unknown -%}
    {%- set identity = {
        'change_log': ['_change_seq', '_is_reload'],
        'latest_version': [],
        'latest_revision': ['_delivery'],
        'full_dump': ['_file_version'],
        'event_stream': [],
    }[entity.delivery or 'latest_version'] -%}
    row_number() over (
        partition by {{ (entity.key + identity) | join(', ') }}
        order by
            {% if entity.delivery == 'latest_version' -%} _file_version desc nulls last, {% endif -%}
            {% if entity.delivery == 'full_dump' -%} _is_damaged asc nulls last, {% endif -%}
            _file asc nulls last
            {%- for name in entity.columns if name not in entity.key %},
            {{ name }} asc nulls last
            {%- endfor %}
            {%- for name in ['_op', '_changed_at'] if entity.delivery == 'change_log' %},
            {{ name }} asc nulls last
            {%- endfor %}
    )
{%- endmacro %}
