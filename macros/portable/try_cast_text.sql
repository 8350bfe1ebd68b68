{#- A text as a value of `data_type`, or null when it does not fit: the check of the landing contract, equal
    on both engines. The expression is repeated: pass a column.

    For every type but varchar the spaces, tabs and line ends around the text are trimmed; a text that is
    empty then is null.

    | data type                 | accepted                                                                   |
    |---------------------------|----------------------------------------------------------------------------|
    | smallint, integer, bigint | sign, digits; in range. Not 1.0, 1e3, 1,000                                |
    | decimal(p,s)              | sign, digits, perhaps a point and digits. Zeros beyond s are dropped; any  |
    |                           | other digit beyond s makes it null: a third digit in a price is an error   |
    |                           | of the sender or the contract, and rounding would hide it. Not .5, 5., 1e3 |
    | date                      | YYYY-MM-DD, a day that exists, year 0001 to 9999                           |
    | timestamp                 | date, space or T, HH:MM:SS, perhaps .f to .ffffff and Z; no other zone     |
    | boolean                   | true t 1 yes, false f 0 no; in any case                                    |
    | varchar(n)                | up to n bytes, untrimmed; a text of no bytes is null                       |

    Up to 20 leading zeros (and 20 trailing ones of a decimal) are taken.

    No TRY_CAST: DuckDB's rounds 1.5 to an integer and 1.005 to a price and reads 1e3, 1_000 and 2024-1-5;
    Redshift's follows other rules. So the text is matched first, and what is cast is null unless it matched:
    an engine that computes a constant branch ahead meets no bad value either. -#}
{% macro try_cast_text(expression, data_type) -%}
    {%- set type = data_type | lower | replace(' ', '') -%}
    {%- set length = modules.re.match('^varchar[(]([0-9]+)[)]$', type) -%}
    {%- set trimmed = duckshift.trim_blanks(expression) -%}
    {%- if length -%}
        {%- set fits = duckshift.bytes_of(expression) ~ ' between 1 and ' ~ length.group(1) -%}
        cast(case when {{ fits }} then {{ expression }} end as {{ type }})
    {%- elif type == 'boolean' -%}
        case
            when lower({{ trimmed }}) in ('true', 't', '1', 'yes') then true
            when lower({{ trimmed }}) in ('false', 'f', '0', 'no') then false
        end
    {%- elif type in ('smallint', 'integer', 'int', 'bigint') -%}
        {%- set matches = duckshift.matches_text(trimmed, duckshift.text_pattern(type)) -%}
        {%- set bits = {'smallint': 15, 'integer': 31, 'int': 31, 'bigint': 63}[type] -%}
        {%- set wide = 'cast(case when ' ~ matches ~ ' then ' ~ trimmed
            ~ ' end as ' ~ ('decimal(38, 0)' if type == 'bigint' else 'bigint') ~ ')' -%}
        cast(
            case when {{ wide }} between -{{ 2 ** bits }} and {{ 2 ** bits - 1 }} then {{ wide }} end
            as {{ type }}
        )
    {%- elif type == 'date' -%}
        {%- set matches = duckshift.matches_text(trimmed, duckshift.text_pattern(type)) -%}
        cast(
            case
                when {{ matches }} and {{ trimmed }} >= '0001'
                    then {{ trimmed }}
            end as date
        )
    {%- elif type == 'timestamp' -%}
        {%- set matches = duckshift.matches_text(trimmed, duckshift.text_pattern(type)) -%}
        cast(
            case
                when {{ matches }} and {{ trimmed }} >= '0001'
                    then replace(replace({{ trimmed }}, 'T', ' '), 'Z', '')
            end as timestamp
        )
    {%- else -%}
        {%- set matches = duckshift.matches_text(trimmed, duckshift.text_pattern(type)) -%}
        cast(case when {{ matches }} then {{ trimmed }} end as {{ type }})
    {%- endif -%}
{%- endmacro %}
