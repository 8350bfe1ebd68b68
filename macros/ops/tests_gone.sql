{% macro tests_gone() -%}
    {#-
        Names of the tests in ops.test_findings that the project has no more: renamed, dropped, or of a model
        that went. Nobody can mend what they once found.
    -#}
    {%- set tests = graph.nodes.values() | selectattr('resource_type', 'equalto', 'test') -%}
    {%- set names = tests | map(attribute='alias') | list -%}
    {%- set noted = run_query('select distinct test_name from ' ~ control_relation('test_findings')) -%}
    {{ return(noted.columns[0].values() | reject('in', names) | list) }}
{%- endmacro %}
