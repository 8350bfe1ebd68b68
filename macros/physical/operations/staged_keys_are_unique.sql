{% macro staged_keys_are_unique(staging, unique_key) -%}
    {#-
        Refuses staged rows that cannot be merged. Of two rows with one key MERGE on Redshift fails without
        naming them, DuckDB takes either, and delete+insert writes both; a null matches nothing, so its row
        would come in again with every run.
    -#}
    {%- set key = [unique_key] if unique_key is string else unique_key -%}
    {%- set compared = collocated_key(key) -%}
    {%- set refused -%}
        select
            {{ key | join(', ') }},
            count(*) as staged_row_count,
            count(*) over () as refused_key_count
        from {{ staging }}
        group by {{ key | join(', ') }}
        having
            count(*) > 1
            {%- for column in compared %}
            or count({{ column }}) < count(*)
            {%- endfor %}
        order by {{ key | join(', ') }}
        limit 3
    {%- endset -%}
    {%- set rows = run_query(refused).rows -%}
    {%- if rows -%}
        {%- set examples = [] -%}
        {%- for row in rows -%}
            {%- set values = [] -%}
            {%- for column in key -%}
                {%- do values.append('null' if row[loop.index0] is none else row[loop.index0] | string) -%}
            {%- endfor -%}
            {%- do examples.append(
                '(' ~ values | join(', ') ~ ') in ' ~ row[key | length] | int ~ ' rows') -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' cannot merge ' ~ rows[0][key | length + 1] | int ~ ' keys ('
            ~ key | join(', ') ~ '): each must be in one row, and no ' ~ compared | join(' or ')
            ~ ' null. The first: ' ~ examples | join('; ')) }}
    {%- endif -%}
{%- endmacro %}
