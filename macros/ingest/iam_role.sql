{% macro iam_role() -%}
    {%- set role = env_var('DUCKSHIFT_REDSHIFT_IAM_ROLE', 'default') -%}
    iam_role {{ role if role == 'default' else dbt.string_literal(role) }}
{%- endmacro %}
