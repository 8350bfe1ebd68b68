{% macro version_record_counts(entity, bronze, staging) -%}
    {#-
        Of an entity whose latest delivery counts: another delivery with the content that counts is a
        duplicate, one with other content is superseded. Content is compared as typed, so "12.50" and 12.5 are
        equal.
    -#}
    {%- set key_texts = [] -%}
    {%- set landed_key = [] -%}
    {%- for name in entity.key -%}
        {%- set text = 'trim(cast(' ~ name ~ ' as varchar(256)))' -%}
        {#- As in staging: codes of currencies in capitals, identifiers as they are. -#}
        {%- do key_texts.append('upper(' ~ text ~ ')' if name.endswith('_currency') else text) -%}
        {%- do landed_key.append('key_' ~ name) -%}
    {%- endfor -%}
    {%- set content = [] -%}
    {%- for field in entity.fields -%}
        {%- do content.append('cast(value_' ~ field.name ~ ' as varchar(1024))') -%}
    {%- endfor -%}
    select
        coalesce(sum(case when content_hash = counting_hash then 1 else 0 end), 0)
            - count(distinct key_hash) as duplicate_record_count,
        coalesce(sum(case when content_hash != counting_hash then 1 else 0 end), 0) as superseded_record_count
    from (
        select
            landed.key_hash,
            landed.content_hash,
            min(case when chosen._file is not null then landed.content_hash end)
                over (partition by landed.key_hash) as counting_hash
        from (
            select
                {{ hash_key(landed_key) }} as key_hash,
                {{ hash_key(content) }} as content_hash,
                _file
            from (
                select
                    {%- for name in entity.key %}
                    {{ key_texts[loop.index0] }} as key_{{ name }},
                    {%- endfor %}
                    {%- for field in entity.fields %}
                    {%- set text = 'trim(' ~ field.name ~ ')' %}
                    {{ try_cast_text(text, field.data_type) }} as value_{{ field.name }},
                    {%- endfor %}
                    _file
                from {{ bronze }}
                where _status = 'loaded'
            ) as typed
        ) as landed
        left join (
            select
                {{ hash_key(key_texts) }} as key_hash,
                _file
            from {{ staging }}
        ) as chosen
            on
                landed.key_hash = chosen.key_hash
                and landed._file = chosen._file
    ) as deliveries
    where counting_hash is not null
{%- endmacro %}
