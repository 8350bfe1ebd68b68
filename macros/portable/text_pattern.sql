{#- The regular expression of the texts that a data type accepts, the blanks around them trimmed; see
    try_cast_text. The ranges of integers are not in it. -#}
{% macro text_pattern(data_type) %}
    {%- set year = '[0-9]{4}' -%}
    {#- Years that 4 divides, but of the hundreds only those that 400 divides. -#}
    {%- set leap_year = '([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)' -%}
    {%- set date = year ~ '-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
        ~ '|' ~ year ~ '-(0[469]|11)-(0[1-9]|[12][0-9]|30)'
        ~ '|' ~ year ~ '-02-(0[1-9]|1[0-9]|2[0-8])'
        ~ '|' ~ leap_year ~ '-02-29' -%}
    {%- set type = data_type | lower | replace(' ', '') -%}
    {%- set decimal = modules.re.match('^(?:decimal|numeric)[(]([0-9]+),([0-9]+)[)]$', type) -%}
    {%- if type == 'smallint' -%}
        {{ return('[+-]?0{0,20}[0-9]{1,5}') }}
    {%- elif type in ('integer', 'int') -%}
        {{ return('[+-]?0{0,20}[0-9]{1,10}') }}
    {%- elif type == 'bigint' -%}
        {{ return('[+-]?0{0,20}[0-9]{1,19}') }}
    {%- elif decimal -%}
        {%- set scale = decimal.group(2) | int -%}
        {%- set whole = (decimal.group(1) | int) - scale -%}
        {%- if whole < 0 or (decimal.group(1) | int) > 38 -%}
            {{ exceptions.raise_compiler_error("not a decimal type of either engine: " ~ data_type) }}
        {%- endif -%}
        {{ return(
            '[+-]?' ~ ('0{0,20}[0-9]{1,' ~ whole ~ '}' if whole else '0{1,20}')
            ~ ('([.][0-9]{1,' ~ scale ~ '}0{0,20})?' if scale else '([.]0{1,20})?')
        ) }}
    {%- elif type == 'date' -%}
        {{ return(date) }}
    {%- elif type == 'timestamp' -%}
        {{ return(
            '(' ~ date ~ ')[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z?'
        ) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error("no text pattern for the data type " ~ data_type) }}
    {%- endif -%}
{% endmacro %}
