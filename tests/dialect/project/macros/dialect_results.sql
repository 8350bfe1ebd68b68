{#- The statement that computes every case. A call is {macro, args, returns, rows} and perhaps {wrap, columns}: args are
    passed as they are and may name the columns a, b, c of the rows; the last entry of a row is the expected value. -#}
{% macro dialect_results(calls) %}
    {%- for call in calls %}
        {%- set expression = (call.wrap or '{}').replace('{}', context[call.macro](*call.args) | string | trim) %}
        {{ 'union all' if not loop.first }}
        select
            {{ text_literal(call.macro) }} as macro_name,
            {{ text_literal(call.args | join(' ; ')) }} as arguments,
            a,
            b,
            c,
            expected,
            {{ "case when actual then 'true' when not actual then 'false' end" if call.returns == 'boolean'
                else 'cast(actual as varchar(1000))' }} as actual,
            case
                when actual is null or expected is null then actual is null and expected is null
                else actual = cast(expected as {{ call.returns }})
            end as is_expected
        from (
            select a, b, c, expected, {{ expression }} as actual
            from (
                {%- for row in call.rows %}
                    {{ 'union all' if not loop.first }}
                    select
                        {%- for name in ['a', 'b', 'c'] %}
                            cast({{ text_literal(row[loop.index0] if loop.index0 < row | length - 1 else none) }} as varchar(1000)) as {{ name }},
                        {%- endfor %}
                        cast({{ text_literal(row[-1]) }} as varchar(1000)) as expected
                {%- endfor %}
            ) as inputs
        ) as computed
    {%- endfor %}
{% endmacro %}
