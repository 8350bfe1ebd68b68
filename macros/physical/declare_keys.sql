{% macro declare_keys(results) -%}
    {#- At the end of a run: tells the planner the keys that tests of this run have proven. -#}
    {{ return(adapter.dispatch('declare_keys', 'duckshift')(results)) }}
{%- endmacro %}


{% macro duckdb__declare_keys(results) -%}
    {#- DuckDB enforces keys: a foreign key of a fact would keep its dimension from being rebuilt. -#}
    {{ return('') }}
{%- endmacro %}


{% macro redshift__declare_keys(results) -%}
    {#-
        Redshift takes keys on trust and plans with them: a false one gives wrong rows. So only what a test of
        this run has proven is declared, and a run without tests declares nothing. Statement by statement: a
        table that a long query holds must not keep the others locked. With --empty and --sample tests look
        at no rows, or at some.
    -#}
    {%- set sees_all = not invocation_args_dict.get('empty') and not invocation_args_dict.get('sample') -%}
    {%- set tested = tested_keys(results) if execute and sees_all else [] -%}
    {%- if tested -%}
        {%- set schemas = [] -%}
        {%- for key in tested -%}
            {%- do schemas.append(graph.nodes[key.child].schema) -%}
            {%- do schemas.append(graph.nodes[key.parent or key.child].schema) -%}
        {%- endfor -%}
        {%- set changes = key_changes(tested, catalog_keys(schemas | unique | list)) -%}
        {%- set dropped = [] -%}
        {%- for change in changes -%}
            {%- do run_query(change) -%}
            {%- do dropped.append(change) if ' drop constraint ' in change -%}
        {%- endfor -%}
        {%- if changes -%}
            {%- do log(
                'keys for the planner: ' ~ (changes | length - dropped | length) ~ ' declared, '
                ~ dropped | length ~ ' dropped because their test failed', info=true) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}
