{% macro row_changes_sql(name, former, staged, key, by, columns) -%}
    {#-
        The statement that keeps what differs between former and staged rows: `op` and the old and new values
        of the logged columns. Load metadata does not count: it says how a row came, not what it says. A
        staged row of a key that is not affected is a by-product, worked out from a part of its inputs.
    -#}
    {%- set carried = (logged_columns() + collocated_key(key)) | unique | list -%}
    create temporary table {{ name }} as
    select
        case
            when former.{{ key[0] }} is null then 'insert'
            when staged.{{ key[0] }} is null then 'delete'
            else 'update'
        end as op
        {%- for column in carried %},
        former.{{ column }} as old_{{ column }},
        staged.{{ column }} as new_{{ column }}
        {%- endfor %}
    from {{ former }} as former
    full outer join {% if by == 'all' %}{{ staged }}{% else %}(
        select *
        from {{ staged }}
        where
            {{ by }} in (select affected_key from {{ affected_table() }})
            or {{ by }} is null
    ){% endif %} as staged
        on
            {%- for column in key %}
            former.{{ column }} = staged.{{ column }}{{ ' and' if not loop.last }}
            {%- endfor %}
    where
        former.{{ key[0] }} is null
        or staged.{{ key[0] }} is null
        {%- for column in columns if column.name not in key + load_metadata_columns() %}
        or {{ is_value_changed('former.' ~ column.name, 'staged.' ~ column.name, column.is_string()) }}
        {%- endfor %}
{%- endmacro %}
