{% macro records_in_line(line, is_whole) -%}
    {#-
        The list of the records that stand in a line of an event stream, for DuckDB: `}{` outside of a string
        parts two, and is nowhere in a JSON object. The plugin counts them by the same rule. Where the line is
        not `is_whole` (text), each byte beyond ASCII, quote and backslash is escaped as \xNN.
    -#}
    {#- A string, what parts two records, anything else. -#}
    {%- set tokens = '"(?:[^"\\\\]|\\\\.)*"|\\}\\{|[^"}]+|.' -%}
    {%- set escaped_byte = '\\\\x(?:[013-46-9A-F].|2[^2]|5[^C])' -%}
    {%- set escaped_character = '[^\\\\]|\\\\x5C(?:[^\\\\]|\\\\x..)|' ~ escaped_byte -%}
    {%- set escaped_tokens = '\\\\x22(?:' ~ escaped_character ~ ')*\\\\x22|\\}\\{|[^\\\\}]+|.' -%}
    case
        when strpos({{ line }}, '}{') = 0 then [{{ line }}]
        else string_split(array_to_string(list_transform(
            case
                when {{ is_whole }} then regexp_extract_all({{ line }}, '{{ tokens }}', 0, 's')
                else regexp_extract_all({{ line }}, '{{ escaped_tokens }}', 0, 's')
            end,
            lambda token: case when token = '}{' then '}' || chr(10) || '{' else token end
        ), ''), chr(10))
    end
{%- endmacro %}
