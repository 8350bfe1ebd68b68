{% macro repeated_record_counts(entity, bronze, staging) -%}
    {#-
        Duplicates of a change log (same key, sequence and reload), of full dumps (same key in one dump) or of
        an event stream (same key): all copies but one. Nothing is superseded there: every change and every
        dump counts, and an event does not change.
    -#}
    {%- set key = [] -%}
    {%- for name in entity.key -%}
        {%- do key.append('trim(' ~ name ~ ')') -%}
    {%- endfor -%}
    {%- set identity = key + {
        'change_log': ["coalesce(_change_seq, '')", "split_part(_file, '/reload-', 2)"],
        'full_dump': ['_file_version'],
        'event_stream': [],
    }[entity.delivery] -%}
    select
        coalesce(sum(copies - 1), 0) as duplicate_record_count,
        0 as superseded_record_count
    from (
        select count(*) as copies
        from {{ bronze }}
        where _status = 'loaded'
        group by {{ identity | join(', ') }}
    ) as identities
{%- endmacro %}
