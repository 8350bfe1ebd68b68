{% macro reload_checkpoints(changes) -%}
    {#-
        The reloads in a change log, one record each: _change_seq (the checkpoint), _changed_at. Must see
        every key: a model that reads only the changes of some keys passes the result on as `reloads`.
    -#}
    select
        _change_seq,
        max(_changed_at) as _changed_at
    from {{ changes }}
    where _is_reload
    group by _change_seq
{%- endmacro %}
