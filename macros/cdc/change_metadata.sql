{% macro change_metadata() -%}
    {#-
        What orders the changes of a key. A full load sorts first (empty sequence); a reload sorts at its
        checkpoint, which stands in the name of its folder, and behind the change that has the same sequence.
    -#}
        case when strpos(_file, '/reload-') > 0 then 'I' else coalesce(op, 'I') end as _op,
        case
            when strpos(_file, '/reload-') > 0 then split_part(split_part(_file, '/reload-', 2), '/', 1)
            else coalesce(_change_seq, '')
        end as _change_seq,
        strpos(_file, '/reload-') > 0 as _is_reload,
        date_trunc('second', _commit_ts) as _changed_at
{%- endmacro %}
