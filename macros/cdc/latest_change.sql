{% macro latest_change(changes, key, before_delete=false, reloads=none) -%}
    {#-
        The last change of each key in the order of the source, never of arrival. Keys that are deleted, or
        absent from a later reload, are left out. With `before_delete` deletes are passed over instead: the
        last known state of every key that ever was. Where `changes` holds only some keys, `reloads` names the
        checkpoints of all (reload_checkpoints).
    -#}
    select ranked.*
    from (
        select
            {{ changes }}.*,
            row_number() over (
                partition by {{ key }}
                order by _change_seq desc nulls last, _is_reload desc nulls last
            ) as _recency
        from {{ changes }}
        {%- if before_delete %}
        where _op != 'D'
        {%- endif %}
    ) as ranked
    {%- if before_delete %}
    where ranked._recency = 1
    {%- else %}
    left join (
        {{ reload_deletes(changes, key, reloads) | indent(8) }}
    ) as reload_deletes
        on
            ranked.{{ key }} = reload_deletes.{{ key }}
            and ranked._change_seq <= reload_deletes._change_seq
    where
        ranked._recency = 1
        and ranked._op != 'D'
        and reload_deletes.{{ key }} is null
    {%- endif %}
{%- endmacro %}
