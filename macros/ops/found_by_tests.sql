{% macro found_by_tests(results) -%}
    {#-
        What each data test of a run found: `test` (its name in the warehouse, which no other one has),
        `model`, `kind` (the generic test, or singular), `is_errored` (it ended without a finding) and
        `failing_rows`. A singular test belongs to the first model that it reads. Nothing with --empty and
        --sample, where tests look at no rows, or at some.
    -#}
    {%- set sees_all = not invocation_args_dict.get('empty') and not invocation_args_dict.get('sample') -%}
    {%- set found = [] -%}
    {%- for result in results if sees_all and result.node.resource_type == 'test' -%}
        {%- set node = result.node -%}
        {%- set status = result.status | string -%}
        {%- set model_id = node.attached_node or node.depends_on.nodes | first | default('') -%}
        {%- if model_id.startswith(('model.', 'snapshot.')) and status != 'skipped' -%}
            {%- do found.append({
                'test': node.alias,
                'model': model_id.split('.')[2],
                'kind': node.test_metadata.name if node.test_metadata else 'singular',
                'is_errored': status == 'error',
                'failing_rows': result.failures or 0,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
