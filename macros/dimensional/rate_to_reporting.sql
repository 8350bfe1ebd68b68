{% macro rate_to_reporting(amounts, rates) -%}
    {#-
        Three columns: reporting_rate (units of the reporting currency for one of the row's; null if there is
        none), reporting_rate_date (day the rate is for) and reporting_rate_state: same_currency, stated,
        inverted, crossed, or missing, which keeps an amount that cannot be converted visible. `rates` is
        int_money__daily_rates, joined as of the row's business date.
    -#}
    case
        when {{ amounts }}.currency_code = '{{ var("reporting_currency") }}' then cast(1 as decimal(18,10))
        else {{ rates }}.rate_to_reporting
    end as reporting_rate,
    {{ rates }}.valid_from_date as reporting_rate_date,
    case
        when {{ amounts }}.currency_code = '{{ var("reporting_currency") }}' then 'same_currency'
        else coalesce({{ rates }}.rate_origin, 'missing')
    end as reporting_rate_state
{%- endmacro %}
