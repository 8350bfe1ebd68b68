{#- The exact product of an amount and a factor, rounded half away from zero to `scale` digits, as decimal(18,
    scale). Amount: below 10^13 with up to 6 digits after the point (money, a unit price). Factor: below 10^8
    with up to 10 (a rate, a tax rate, a quantity). Product: 18 digits in all. Beyond these bounds both
    engines raise an error. Never pass a float: it would be rounded to these digits first.

    Why the engines differ: DuckDB types decimal(18,2) * decimal(18,6) as decimal(18,8), which overflows at
    10^10 [ran on 2.0.0], so one side is made wider than 18 digits and the product gets 128 bits. Redshift
    types a product (p1 + p2 + 1, s1 + s2) with at most 38 digits in all ("Computations with numeric values"):
    19 + 18 + 1 is just 38. Both round before the last cast, because Redshift's cast cuts and DuckDB's rounds
    ("enable_numeric_rounding"). -#}
{% macro money_multiply(amount, factor, scale=2) %}
    {{ return(adapter.dispatch('money_multiply', 'duckshift')(amount, factor, scale)) }}
{% endmacro %}

{% macro duckdb__money_multiply(amount, factor, scale) -%}
    cast(
        round(cast({{ amount }} as decimal(19, 6)) * cast({{ factor }} as decimal(18, 10)), {{ scale }})
        as decimal(18, {{ scale }})
    )
{%- endmacro %}

{% macro redshift__money_multiply(amount, factor, scale) -%}
    {#- The same casts are right for both rules; the types in between are not the same. -#}
    {{ return(duckshift.duckdb__money_multiply(amount, factor, scale)) }}
{%- endmacro %}
