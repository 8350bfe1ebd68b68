{% macro tested_keys(results) -%}
    {#-
        The keys that tests of this run looked at: `child` (the table), `columns`, `parent` and
        `parent_column` of a foreign key, `name`, `place` (with its schema) and whether it `holds`. A primary
        key is a test that the grain is unique, a foreign key a relationships test. Left out is what says
        nothing of the whole table: a test with a `where` or a count of its own, and one that --defer can
        have sent to the tables of another environment.
    -#}
    {%- set keys = {} -%}
    {%- for result in results if result.status in ('pass', 'fail', 'warn') -%}
        {%- set test = graph.nodes.get(result.node.unique_id) or {} -%}
        {%- set child = graph.nodes.get(test.attached_node) if test.test_metadata else none -%}
        {%- if child and child.config.materialized in ('table', 'incremental', 'snapshot')
            and not test.config.where
            and test.config.fail_calc | lower | replace(' ', '') == 'count(*)'
            and not is_deferred([child.unique_id] + test.depends_on.nodes) -%}
            {%- set arguments = test.test_metadata.kwargs -%}
            {%- set columns = bare_names(arguments.get('columns') or [arguments.get('column_name')]) -%}
            {%- set grain = bare_names((child.config.meta or {}).get('grain') or []) -%}
            {%- set key = {
                'child': child.unique_id,
                'columns': columns,
                'parent': none,
                'holds': result.status == 'pass' and result.failures == 0,
            } -%}
            {%- if test.test_metadata.name == 'relationships' -%}
                {%- set others = test.depends_on.nodes | reject('equalto', child.unique_id) | list -%}
                {%- do key.update({
                    'parent': others[0] if others else child.unique_id,
                    'parent_column': bare_names([arguments.field])[0],
                }) -%}
            {%- endif -%}
            {%- if key.parent or (
                test.test_metadata.name in ('unique', 'unique_combination') and columns | sort == grain | sort
            ) -%}
                {%- do key.update({'name': key_name(key), 'place': child.schema ~ '.' ~ key_name(key)}) -%}
                {%- if keys.get(key.place, {'holds': true}).holds -%}
                    {%- do keys.update({key.place: key}) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(keys.values() | list) }}
{%- endmacro %}
