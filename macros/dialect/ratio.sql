{#- numerator / denominator, exact and rounded half away from zero to `scale` digits (at most 10), as
    decimal(18, scale); null when the denominator is 0 or either is null. Both go in with up to 10 digits
    after the point; the numerator is below 10^(22 - scale), the ratio below 10^(18 - scale). Beyond these
    bounds: an error.

    Computed on whole numbers: the ratio in units of its last digit is (2 n 10^scale + d) div 2 d, signs
    aside.

    Why the engines differ: decimal / decimal is a double in DuckDB [ran on 2.0.0], so both sides become
    128-bit integers and // divides them. Redshift gives a quotient max(4, s1 + p2 - s2 + 1) digits, or as few
    as 4 when that passes 38 ("Computations with numeric values"), so the remainder is taken off first and
    what is left divides evenly. -#}
{% macro ratio(numerator, denominator, scale=6) %}
    {%- if scale < 0 or scale > 10 -%}
        {{ exceptions.raise_compiler_error("ratio: scale is 0 to 10, not " ~ scale) }}
    {%- endif -%}
    {{ return(adapter.dispatch('ratio', 'duckshift')(numerator, denominator, scale)) }}
{% endmacro %}

{% macro duckdb__ratio(numerator, denominator, scale) -%}
    {%- set n = 'cast(' ~ numerator ~ ' as decimal(26, 10))' -%}
    {%- set d = 'cast(' ~ denominator ~ ' as decimal(26, 10))' -%}
    {%- set n_whole = 'cast(abs(' ~ n ~ ') * cast(10000000000 as decimal(11, 0)) as hugeint)' -%}
    {%- set d_whole = 'cast(abs(' ~ d ~ ') * cast(10000000000 as decimal(11, 0)) as hugeint)' -%}
    cast(
        cast(
            sign({{ n }}) * sign({{ d }})
            * ((2 * {{ 10 ** scale }} * {{ n_whole }} + {{ d_whole }}) // nullif(2 * {{ d_whole }}, 0))
            as decimal(18, 0)
        ) * cast({{ '%.*f' | format(scale, 10 ** -scale) }} as decimal(19, {{ scale }}))
        as decimal(18, {{ scale }})
    )
{%- endmacro %}

{% macro redshift__ratio(numerator, denominator, scale) -%}
    {%- set n = 'cast(' ~ numerator ~ ' as decimal(26, 10))' -%}
    {%- set d = 'nullif(cast(' ~ denominator ~ ' as decimal(26, 10)), 0)' -%}
    {#- 26 + 11 + 1 = 38 digits for the product, 27 + 1 + 10 = 38 for the sum: nothing is cut. -#}
    {%- set scaled = 'abs(' ~ n ~ ') * cast(' ~ 2 * 10 ** scale ~ ' as decimal(11, 0))' -%}
    {%- set dividend = '(cast(' ~ scaled ~ ' as decimal(37, 10)) + abs(' ~ d ~ '))' -%}
    {%- set divisor = '(abs(' ~ d ~ ') * cast(2 as decimal(1, 0)))' -%}
    cast(
        cast(
            sign({{ n }}) * sign({{ d }})
            * (({{ dividend }} - mod({{ dividend }}, {{ divisor }})) / {{ divisor }})
            as decimal(18, 0)
        ) * cast({{ '%.*f' | format(scale, 10 ** -scale) }} as decimal(19, {{ scale }}))
        as decimal(18, {{ scale }})
    )
{%- endmacro %}
