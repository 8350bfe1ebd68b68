{% macro change_history(changes, key, tracked, reloads=none) -%}
    {#-
        The versions of each key (type 2 history): key, the tracked columns, is_deleted, valid_from
        (inclusive), valid_to (exclusive, open end 9999-12-31), is_current. Every change counts, also two in
        one file; a change that alters no tracked column makes no version. The history has no gaps: after a
        delete a version with is_deleted and the last known values follows. The first version begins
        1900-01-01, or facts older than the full load would find none. A key of which only deletes are known
        has no version. Where `changes` holds only some keys, `reloads` names the checkpoints of all
        (reload_checkpoints).
    -#}
    {%- set in_order = 'order by _change_seq asc nulls first, _reload_rank asc nulls first' -%}
    with

    events as (
        select
            {{ key }},
            {%- for column in tracked %}
            {{ column }},
            {%- endfor %}
            _op = 'D' as is_deleted,
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
            true as is_deleted,
            _change_seq,
            1 as _reload_rank,
            _changed_at
        from (
            {{ reload_deletes(changes, key, reloads) | indent(12) }}
        ) as reload_deletes
    ),

    -- Commit times can go back while the sequence goes on (several writers, whole seconds); history must not.
    -- Times outside 1900 to 9998 tell nothing, and a version that began then would be empty.
    in_sequence as (
        select
            *,
            max(case
                when _changed_at < cast('1900-01-01' as timestamp) then cast('1900-01-01' as timestamp)
                when _changed_at < cast('9999-01-01' as timestamp) then _changed_at
            end) over (
                partition by {{ key }}
                {{ in_order }}
                rows between unbounded preceding and current row
            ) as effective_at,
            sum(case when is_deleted then 0 else 1 end) over (
                partition by {{ key }}
                {{ in_order }}
                rows between unbounded preceding and current row
            ) as row_image_count
        from events
    ),

    -- Deletes need carry no more than the key: what is deleted has the values of the last row image before
    -- it. Nothing is known before the first one.
    states as (
        select
            {{ key }},
            {%- for column in tracked %}
            first_value({{ column }}) over (
                partition by {{ key }}, row_image_count
                {{ in_order }}
                rows between unbounded preceding and unbounded following
            ) as {{ column }},
            {%- endfor %}
            is_deleted,
            coalesce(effective_at, cast('1900-01-01' as timestamp)) as effective_at,
            row_number() over (
                partition by {{ key }}, coalesce(effective_at, cast('1900-01-01' as timestamp))
                order by _change_seq desc nulls last, _reload_rank desc nulls last
            ) as _recency
        from in_sequence
        where row_image_count > 0
    ),

    -- Of several changes in one second only the last can be told apart by time.
    last_of_second as (
        select
            *,
            {%- for column in tracked %}
            lag({{ column }}) over (partition by {{ key }} order by effective_at asc nulls first)
                as previous_{{ column }},
            {%- endfor %}
            lag(is_deleted) over (partition by {{ key }} order by effective_at asc nulls first)
                as previous_is_deleted
        from states
        where _recency = 1
    ),

    versions as (
        select
            {{ key }},
            {%- for column in tracked %}
            {{ column }},
            {%- endfor %}
            is_deleted,
            case
                when previous_is_deleted is null then cast('1900-01-01' as timestamp)
                else effective_at
            end as valid_from
        from last_of_second
        where
            previous_is_deleted is null
            or is_deleted != previous_is_deleted
            {%- for column in tracked %}
            or {{ is_distinct(column, 'previous_' ~ column) }}
            {%- endfor %}
    ),

    bounded as (
        select
            *,
            lead(valid_from) over (partition by {{ key }} order by valid_from asc nulls first) as next_from
        from versions
    )

    select
        {{ key }},
        {%- for column in tracked %}
        {{ column }},
        {%- endfor %}
        is_deleted,
        valid_from,
        coalesce(next_from, cast('9999-12-31' as timestamp)) as valid_to,
        next_from is null as is_current
    from bounded
{%- endmacro %}
