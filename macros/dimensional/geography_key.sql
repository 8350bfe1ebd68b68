{% macro geography_key(country_code, region, city) -%}
    {#-
        Key of a place in dim_geography; spelling in capitals or not makes no other place. -1 where nothing is
        known.
    -#}
    case
        when {{ country_code }} is null and {{ region }} is null and {{ city }} is null then -1
        else {{ hash_key([country_code, 'lower(' ~ region ~ ')', 'lower(' ~ city ~ ')']) }}
    end
{%- endmacro %}
