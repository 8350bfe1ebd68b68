{% macro physical_design(node) -%}
    {#-
        What `dist`, `sort` and the columns' `meta.encode` of a node ask for, checked: `dist` is auto, even,
        all or key (then `dist_key` is the column), `sort` the columns of the sort key, empty for auto, and
        `encodings` one encoding per column, empty for auto. Names are in lower case; `dist_sql`, `sort_sql`
        and `encoded_sql` (by name) have them as SQL writes them.
    -#}
    {%- set dist = node.config.get('dist') or 'auto' -%}
    {%- if dist is not string -%}
        {%- do refuse_design(node, 'dist is one column, or all, even or auto') -%}
    {%- endif -%}
    {%- set dist = dist | trim | lower -%}
    {%- set dist_key = none if dist in ('auto', 'even', 'all') else dist -%}

    {%- set sort = node.config.get('sort') or 'auto' -%}
    {%- set sort = [sort] if sort is string else sort -%}
    {%- set sort = sort | map('trim') | map('lower') | list -%}
    {%- set sort = [] if sort == ['auto'] else sort -%}
    {%- if 'auto' in sort or sort | unique | list | length < sort | length or sort | length > 400 -%}
        {%- do refuse_design(node, 'sort is auto, or up to 400 different columns') -%}
    {%- endif -%}
    {%- if (node.config.get('sort_type') or 'compound') != 'compound' -%}
        {#- With an interleaved key Redshift alters neither distribution nor encodings. -#}
        {%- do refuse_design(node, 'sort_type ' ~ node.config.get('sort_type')
            ~ ': only a compound sort key can be altered in place') -%}
    {%- endif -%}

    {%- set declared = (node.get('columns') or {}).keys() | map('lower') | list -%}
    {%- for column in ([dist_key] if dist_key else []) + sort if declared and column not in declared -%}
        {%- do refuse_design(node, 'there is no column ' ~ column) -%}
    {%- endfor -%}
    {%- set encodings = column_encodings(node, sort) -%}
    {{ return({
        'dist': 'key' if dist_key else dist,
        'dist_key': dist_key,
        'sort': sort,
        'encodings': encodings,
        'dist_sql': names_in_sql(node, [dist_key])[0] if dist_key else none,
        'sort_sql': names_in_sql(node, sort),
        'encoded_sql': dict(zip(encodings.keys(), names_in_sql(node, encodings.keys()))),
    }) }}
{%- endmacro %}
