{% macro catalog_design(relation) -%}
    {#-
        The design that a table has, in the terms of physical_design and with `sort_is_auto`,
        `encode_is_auto` and `is_interleaved`; none for an empty table, of which Redshift shows nothing. Two
        queries: it refuses svv_table_info and svv_redshift_columns in one.
    -#}
    {%- set table_query -%}
        select
            lower(diststyle) as diststyle,
            lower(coalesce(sortkey1, '')) as sortkey1,
            lower(coalesce(encoded, '')) as encoded
        from svv_table_info
        where
            "schema" = '{{ relation.schema }}'
            and "table" = '{{ relation.identifier }}'
    {%- endset -%}
    {%- set found = run_query(table_query).rows -%}
    {%- if not found -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set column_query -%}
        select
            lower(column_name) as column_name,
            lower(coalesce(encoding, 'none')) as encoding,
            sortkey as sort_position
        from svv_redshift_columns
        where
            database_name = '{{ relation.database }}'
            and schema_name = '{{ relation.schema }}'
            and table_name = '{{ relation.identifier }}'
        order by ordinal_position
    {%- endset -%}
    {%- set encodings = {} -%}
    {%- set positions = {} -%}
    {%- for column in run_query(column_query).rows -%}
        {%- do encodings.update({
            column['column_name']: 'raw' if column['encoding'] == 'none' else column['encoding']}) -%}
        {%- if column['sort_position'] -%}
            {%- do positions.update({column['sort_position'] | int: column['column_name']}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set sort = [] -%}
    {#- Positions in an interleaved key have changing signs. -#}
    {%- for position in range(1, positions | length + 1) -%}
        {%- do sort.append(positions.get(position) or positions.get(-position)) -%}
    {%- endfor -%}
    {%- set diststyle = found[0]['diststyle'] -%}
    {{ return({
        'dist': 'auto' if diststyle.startswith('auto') else diststyle.split('(')[0],
        'dist_key': diststyle[4:-1] if diststyle.startswith('key(') else none,
        'sort': sort,
        'sort_is_auto': found[0]['sortkey1'].startswith('auto('),
        'is_interleaved': found[0]['sortkey1'] == 'interleaved',
        'encodings': encodings,
        'encode_is_auto': 'auto(encode)' in found[0]['encoded'],
    }) }}
{%- endmacro %}
