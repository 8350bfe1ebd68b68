{% macro summary_in_catalog(relation) -%}
    {#-
        What the catalog says of a materialized view: its `comment`, whether it `is_refreshable` (not once a
        column of its base was dropped or renamed, or the base itself) and `is_incremental`. Two queries:
        system views and pg_catalog do not go together.
    -#}
    {%- set state = scalar(
        'select state from svv_mv_info where trim(schema_name) = ' ~ "'" ~ relation.schema ~ "'"
        ~ ' and trim(name) = ' ~ "'" ~ relation.identifier ~ "'") -%}
    {%- set comment_query -%}
        select pg_description.description
        from pg_description
        inner join pg_class
            on
                pg_description.objoid = pg_class.oid
                and pg_description.objsubid = 0
        inner join pg_namespace
            on pg_class.relnamespace = pg_namespace.oid
        where
            pg_namespace.nspname = '{{ relation.schema }}'
            and pg_class.relname = '{{ relation.identifier }}'
    {%- endset -%}
    {{ return({
        'comment': scalar(comment_query) or '',
        'is_refreshable': state in (0, 1),
        'is_incremental': state == 1,
    }) }}
{%- endmacro %}
