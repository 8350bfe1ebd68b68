{% macro record_run_end(results) -%}
    {#-
        Notes that this run has come to its end and how its nodes ended (ops.run_ends), and what each of its
        tests found (ops.test_findings, which keeps the newest outcome of a test: those that this run left out
        stay as they were). A run without a row in run_ends was killed, or is at work. Wall time is for
        people: no model of silver or gold reads it.
    -#}
    {%- set statuses = {'success': 0, 'pass': 0, 'warn': 0, 'fail': 0, 'error': 0, 'skipped': 0} -%}
    {%- for result in results if result.node.resource_type != 'operation' -%}
        {#- Exposures are no-ops, and counted nowhere. -#}
        {%- set status = {'partial success': 'error'}.get(result.status | string, result.status | string) -%}
        {%- do statuses.update({status: statuses.get(status, 0) + 1}) -%}
    {%- endfor -%}
    {%- set outcomes = found_by_tests(results) -%}
    {%- set gone = tests_gone() if outcomes else [] -%}
    {%- set run_id = current_run_id() -%}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- set test_findings = control_relation('test_findings') -%}
    {%- call statement('record_run_end', auto_begin=true) -%}
        insert into {{ control_relation('run_ends') }} (
            run_id, ended_at, success_count, pass_count, warn_count, fail_count, error_count, skipped_count
        )
        values (
            {{ run_id }},
            cast('{{ now }}' as timestamp),
            {{ statuses['success'] }},
            {{ statuses['pass'] }},
            {{ statuses['warn'] }},
            {{ statuses['fail'] }},
            {{ statuses['error'] }},
            {{ statuses['skipped'] }}
        );
        {%- if outcomes %}

        insert into {{ test_findings }} (
            run_id, test_name, model_name, test_kind, is_errored, failing_row_count
        )
        values
            {%- for outcome in outcomes %}
            (
                {{- run_id }}, '{{ dbt.escape_single_quotes(outcome.test) }}', '{{ outcome.model }}',
                {{- " '" ~ outcome.kind ~ "', " ~ (outcome.is_errored | string | lower) }},
                {{- ' ' ~ outcome.failing_rows -}}
            ){{ ',' if not loop.last else ';' }}
            {%- endfor %}

        delete from {{ test_findings }}
        where exists (
            select 1
            from {{ test_findings }} as newer
            where
                newer.test_name = {{ test_findings }}.test_name
                and newer.run_id > {{ test_findings }}.run_id
        )
        {%- for name in gone %};

        delete from {{ test_findings }}
        where test_name = '{{ dbt.escape_single_quotes(name) }}'
        {%- endfor %}
        {%- endif %}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
