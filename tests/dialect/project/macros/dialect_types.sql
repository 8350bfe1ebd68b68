{#- The statement whose columns have the types that the calls give, one column a call, computed from its first row. -#}
{% macro dialect_types(calls) %}
    {%- for call in calls %}
        {%- set expression = (call.wrap or '{}').replace('{}', context[call.macro](*call.args) | string | trim) %}
        {%- set row = call.rows[0] %}
        {{ 'select * from (' if loop.first else 'cross join (' }}
            select {{ expression }} as call_{{ loop.index0 }}
            from (
                select
                    {%- for name in ['a', 'b', 'c'] %}
                        {%- set value = row[loop.index0] if loop.index0 < row | length - 1 else none %}
                        cast({{ text_literal(value) }} as varchar(1000)) as {{ name }}{{ ',' if not loop.last }}
                    {%- endfor %}
            ) as inputs
        ) as computed_{{ loop.index0 }}
    {%- endfor %}
{% endmacro %}
