{% macro version_record_counts(entity, bronze, staging) -%}
    {#-
        Of an entity whose latest delivery counts: another delivery with the content that counts is a duplicate, one with
        other content is superseded. Content is compared as typed, so "12.50" and 12.5 are equal.
    -#}
    {%- set key = [] -%}
    {%- for name in entity.key -%}
        {%- do key.append('upper(trim(cast(' ~ name ~ ' as varchar(256))))') -%}
    {%- endfor -%}
    {%- set content = [] -%}
    {%- for field in entity.fields -%}
        {%- do content.append('cast(' ~ try_cast_text('trim(' ~ field.name ~ ')', field.data_type) ~ ' as varchar(1024))') -%}
    {%- endfor -%}
    select
        coalesce(sum(case when deliveries.content_hash = counting.content_hash then 1 else 0 end), 0)
            - count(distinct deliveries.key_hash) as duplicate_record_count,
        coalesce(sum(case when deliveries.content_hash != counting.content_hash then 1 else 0 end), 0)
            as superseded_record_count
    from (
        select {{ hash_key(key) }} as key_hash, {{ hash_key(content) }} as content_hash
        from {{ bronze }}
        where _status = 'loaded'
    ) as deliveries
    inner join (
        select landed.key_hash, min(landed.content_hash) as content_hash
        from (
            select {{ hash_key(key) }} as key_hash, {{ hash_key(content) }} as content_hash, _file
            from {{ bronze }}
            where _status = 'loaded'
        ) as landed
        inner join (
            select {{ hash_key(key) }} as key_hash, _file
            from {{ staging }}
        ) as chosen
            on
                landed.key_hash = chosen.key_hash
                and landed._file = chosen._file
        group by landed.key_hash
    ) as counting
        on deliveries.key_hash = counting.key_hash
{%- endmacro %}
