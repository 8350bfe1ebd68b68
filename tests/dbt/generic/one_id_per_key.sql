{% test one_id_per_key(model, key, id) %}
    -- Fails with every key that stands for several natural ids (60 bits of an md5 that collide), or an id
    -- that has several.
    select
        'key with several ids' as finding,
        cast({{ key }} as varchar(64)) as value
    from {{ model }}
    where {{ id }} is not null
    group by {{ key }}
    having count(distinct {{ id }}) > 1

    union all

    select
        'id with several keys' as finding,
        cast({{ id }} as varchar(64)) as value
    from {{ model }}
    where {{ id }} is not null
    group by {{ id }}
    having count(distinct {{ key }}) > 1
{% endtest %}
