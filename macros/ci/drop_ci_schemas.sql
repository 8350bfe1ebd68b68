{% macro drop_ci_schemas(prefix='ci_', older_than_days=7) -%}
    {#-
        `dbt run-operation drop_ci_schemas`: drops the schemas of CI targets (or of developers: prefix dev_)
        whose last run began more days ago. One without a run, or without its list of runs, stays.
    -#}
    {%- if prefix | length < 3 -%}
        {{ exceptions.raise_compiler_error(
            'prefix ' ~ prefix ~ ' is too short: it could be that of production') }}
    {%- endif -%}
    {%- set schemas = list_schemas(target.database).columns[0].values() | map('lower') | unique | list -%}
    {%- set limit = (run_started_at - modules.datetime.timedelta(days=older_than_days)).strftime(
        '%Y-%m-%d %H:%M:%S') -%}
    {%- set dropped = [] -%}
    {%- for schema in schemas if schema.startswith(prefix) and schema.endswith('_ops') -%}
        {%- set runs = api.Relation.create(
            database=target.database, schema=schema, identifier='runs', type='table') -%}
        {%- if load_relation(runs) is not none and scalar(
            'select case when max(started_at) < cast(\'' ~ limit ~ '\' as timestamp) then 1 else 0 end from '
            ~ runs) == 1 -%}
            {%- set own = schema[:-3] -%}
            {%- set names = [own[:-1]] -%}
            {%- for layer in ['bronze', 'silver', 'gold', 'ops', 'quarantine', 'reference', 'vault'] -%}
                {%- do names.append(own ~ layer) -%}
            {%- endfor -%}
            {%- for name in names if name in schemas -%}
                {%- call statement('drop_ci_schema', auto_begin=true) -%}
                    drop schema {{ name }} cascade
                {%- endcall -%}
                {%- do dropped.append(name) -%}
            {%- endfor -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set what = dropped | join(', ') or 'nothing: no schema ' ~ prefix ~ '... is that old' -%}
    {%- do log('dropped ' ~ what, info=true) -%}
{%- endmacro %}
