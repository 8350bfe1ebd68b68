{% macro repeated_record_counts(entity, bronze, staging) -%}
    {#-
        Duplicates of a change log (same key, sequence and reload) or of full dumps (same key in one dump):
        all copies but one. Nothing is superseded there: every change and every dump counts.
    -#}
    {%- set key = [] -%}
    {%- for name in entity.key -%}
        {%- do key.append('trim(' ~ name ~ ')') -%}
    {%- endfor -%}
    {%- set identity = key + ["coalesce(_change_seq, '')", "split_part(_file, '/reload-', 2)"]
        if entity.delivery == 'change_log' else key + ['_file_version'] -%}
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
