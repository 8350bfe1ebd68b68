{#- A telephone number as digits with the country's calling code before them, equal however it was written:
    +49 (0)30 12345, 0049 30 12345 and 030/12345 in Germany are 493012345. Null below six digits.

    Zeros that follow the calling code go too: so it is a form to compare (Italy dials them), not one to dial.
    `calling_code` is that of the country in which a number without one was written. National forms with
    another prefix than 0 (Hungary 06, Russia 8) are not recognised. -#}
{% macro comparable_phone(phone, calling_code) -%}
    {%- set text = 'replace(' ~ phone ~ ", '(0)', '')" -%}
    {%- set signs = 'translate(' ~ text ~ ', translate(' ~ text ~ ", '+0123456789', ''), '')" -%}
    {%- set digits = 'replace(' ~ signs ~ ", '+', '')" -%}
    {%- set whole = 'case when ' ~ signs ~ " like '00%' then substring(" ~ digits ~ ', 3) else ' ~ digits
        ~ ' end' -%}
    cast(
        case
            when length({{ digits }}) < 6 then null
            when {{ signs }} not like '+%' and {{ signs }} not like '00%'
                then {{ calling_code }} || ltrim({{ digits }}, '0')
            when {{ whole }} like {{ calling_code }} || '%'
                then {{ calling_code }} || ltrim(substring({{ whole }}, length({{ calling_code }}) + 1), '0')
            else {{ whole }}
        end as varchar(64)
    )
{%- endmacro %}
