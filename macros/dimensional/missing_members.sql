{% macro missing_members() -%}
    {#-
        The two members that every dimension has, so that no fact has a null key: -1 unknown (there is one, we
        do not know it) and -2 not applicable (there is none). Columns: member_key, member_name.
    -#}
    (
        select
            -1 as member_key,
            'Unknown' as member_name

        union all

        select
            -2 as member_key,
            'Not applicable' as member_name
    ) as missing_members
{%- endmacro %}
