{% macro change_history(changes, key, tracked) -%}
    {#-
        The versions of each key (type 2 history): key, the tracked columns, is_deleted, valid_from
        (inclusive), valid_to (exclusive, open end 9999-12-31), is_current. Every change counts, also two in
        one file; a change that alters no tracked column makes no version. The history has no gaps: after a
        delete a version with is_deleted and the last known values follows. The first version begins
        1900-01-01, or facts older than the full load would find none.
    -#}
    with

    events as (
        select
            {{ key }},
            {%- for column in tracked %}
            {{ column }},
            {%- endfor %}
            _op,
            _change_seq,
            case when _is_reload then 1 else 0 end as _reload_rank,
            _changed_at
        from {{ changes }}

        union all

        select
            {{ key }},
            {%- for column in tracked %}
            null as {{ column }},
            {%- endfor %}
            'D' as _op,
            _change_seq,
            1 as _reload_rank,
            _changed_at
        from (
            {{ reload_deletes(changes, key) | indent(12) }}
        ) as reload_deletes
    ),

    -- Commit times can go back while the sequence goes on (several writers, whole seconds); history must not.
    in_sequence as (
        select
            *,
            max(_changed_at) over (
                partition by {{ key }}
                order by _change_seq asc nulls first, _reload_rank asc nulls first
                rows between unbounded preceding and current row
            ) as effective_at
        from events
    ),

    -- Of several changes in one second only the last can be told apart by time.
    last_of_second as (
        select *
        from (
            select
                *,
                row_number() over (
                    partition by {{ key }}, effective_at
                    order by _change_seq desc nulls last, _reload_rank desc nulls last
                ) as _recency
            from in_sequence
        ) as ranked
        where _recency = 1
    ),

    with_previous as (
        select
            *,
            {%- for column in tracked %}
            lag({{ column }}) over (
                partition by {{ key }} order by _change_seq asc nulls first, _reload_rank asc nulls first
            ) as previous_{{ column }},
            {%- endfor %}
            lag(_op) over (
                partition by {{ key }} order by _change_seq asc nulls first, _reload_rank asc nulls first
            ) as previous_op
        from last_of_second
    ),

    -- A delete of a row that is not there (never seen, or deleted already) says nothing; others keep the last
    -- values.
    meaningful as (
        select
            {{ key }},
            {%- for column in tracked %}
            case when _op = 'D' then previous_{{ column }} else {{ column }} end as {{ column }},
            {%- endfor %}
            _op = 'D' as is_deleted,
            _change_seq,
            _reload_rank,
            effective_at,
            case
                when previous_op is null then true
                when (_op = 'D') != (previous_op = 'D') then true
                {%- for column in tracked %}
                when {{ is_distinct(column, 'previous_' ~ column) }} then true
                {%- endfor %}
                else false
            end as is_new_version
        from with_previous
        where _op != 'D' or previous_op != 'D'
    ),

    bounded as (
        select
            {{ key }},
            {%- for column in tracked %}
            {{ column }},
            {%- endfor %}
            is_deleted,
            effective_at,
            row_number() over (
                partition by {{ key }} order by _change_seq asc nulls first, _reload_rank asc nulls first
            ) as version_number,
            lead(effective_at) over (
                partition by {{ key }} order by _change_seq asc nulls first, _reload_rank asc nulls first
            ) as next_effective_at
        from meaningful
        where is_new_version
    )

    select
        {{ key }},
        {%- for column in tracked %}
        {{ column }},
        {%- endfor %}
        is_deleted,
        case when version_number = 1 then cast('1900-01-01' as timestamp) else effective_at end as valid_from,
        coalesce(next_effective_at, cast('9999-12-31' as timestamp)) as valid_to,
        next_effective_at is null as is_current
    from bounded
{%- endmacro %}
