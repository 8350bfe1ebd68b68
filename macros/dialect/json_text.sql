{#- Text of one field of a JSON object: null when the field is absent, JSON null or an empty text, and when
    the JSON is no object or bad. A nested value comes as JSON text whose spacing is the engine's own: read
    scalars. `field` is a plain name of letters, digits and underscores, or up to five of them with points
    between, from the top of the object down: device.os.

    Why the engines differ: Redshift's JSON_EXTRACT_PATH_TEXT gives NULL for bad JSON when its last argument
    is true, and an absent field has been '' or NULL depending on the version of the cluster
    ("JSON_EXTRACT_PATH_TEXT"), hence '' is null here on both. DuckDB's json_extract_string raises on bad
    JSON, but its try_cast to JSON gives null. DuckDB prints numbers anew: 1.10 as 1.1, 1e2 as 100.0, and more
    than 17 digits with a fraction are rounded; integers of any length stay as written. -#}
{% macro json_text(expression, field) %}
    {%- if not modules.re.match('^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*){0,4}$', field) -%}
        {{ exceptions.raise_compiler_error("json_text: not a plain field name or a path of them: " ~ field) }}
    {%- endif -%}
    {{ return(adapter.dispatch('json_text', 'duckshift')(expression, field)) }}
{% endmacro %}

{% macro duckdb__json_text(expression, field) -%}
    nullif(json_extract_string(try_cast({{ expression }} as json), '$.{{ field }}'), '')
{%- endmacro %}

{% macro redshift__json_text(expression, field) -%}
    {#-
        Not nullif(x, ''): trailing blanks do not count in Redshift's comparisons, so that would take '  '
        too.
    -#}
    {%- set path = "'" ~ field | replace('.', "', '") ~ "'" -%}
    {%- set text = 'json_extract_path_text(' ~ expression ~ ', ' ~ path ~ ', true)' -%}
    case when octet_length({{ text }}) > 0 then {{ text }} end
{%- endmacro %}
