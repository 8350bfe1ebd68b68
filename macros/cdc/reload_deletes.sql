{% macro reload_deletes(changes, key, reloads=none) -%}
    {#-
        A reload is the whole table at its checkpoint: a key that was known before and is absent from it was
        deleted. One record per such key and reload: key, _change_seq (the checkpoint), _changed_at. Where
        `changes` holds only some keys, `reloads` names the checkpoints of all (reload_checkpoints).
    -#}
    select
        seen.{{ key }},
        reloads._change_seq,
        reloads._changed_at
    from
        {%- if reloads is none %} (
        {{ reload_checkpoints(changes) | indent(8) }}
    ) as reloads
        {%- else %} {{ reloads }} as reloads
        {%- endif %}
    inner join (
        select
            {{ key }},
            min(_change_seq) as _first_seq
        from {{ changes }}
        group by {{ key }}
    ) as seen
        on reloads._change_seq >= seen._first_seq
    left join {{ changes }} as reloaded
        on
            seen.{{ key }} = reloaded.{{ key }}
            and reloads._change_seq = reloaded._change_seq
            and reloaded._is_reload
    where reloaded.{{ key }} is null
{%- endmacro %}
