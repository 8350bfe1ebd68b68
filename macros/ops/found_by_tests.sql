{% macro found_by_tests(results) -%}
    {#-
        What the data tests of a run found, by model and kind of test: `model`, `kind` (the generic test, or
        singular), `tests`, `errored` (ended without a finding) and `failing_rows`. A singular test belongs to
        the first model that it reads. Nothing with --empty and --sample, where tests look at no rows, or at
        some.
    -#}
    {%- set sees_all = not invocation_args_dict.get('empty') and not invocation_args_dict.get('sample') -%}
    {%- set found = {} -%}
    {%- for result in results if sees_all and result.node.resource_type == 'test' -%}
        {%- set node = result.node -%}
        {%- set status = result.status | string -%}
        {%- set model_id = node.attached_node or node.depends_on.nodes | first | default('') -%}
        {%- if model_id.startswith(('model.', 'snapshot.')) and status != 'skipped' -%}
            {%- set name = model_id.split('.')[2] -%}
            {%- set kind = node.test_metadata.name if node.test_metadata else 'singular' -%}
            {%- set outcome = found.setdefault(
                (name, kind), {'model': name, 'kind': kind, 'tests': 0, 'errored': 0, 'failing_rows': 0}) -%}
            {%- do outcome.update({
                'tests': outcome.tests + 1,
                'errored': outcome.errored + (1 if status == 'error' else 0),
                'failing_rows': outcome.failing_rows + (result.failures or 0),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}
