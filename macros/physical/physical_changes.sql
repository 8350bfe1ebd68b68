{% macro physical_changes(models=none) -%}
    {#-
        A dry run: prints what the next run would alter and executes nothing.
        `dbt run-operation physical_changes`, or `--args '{models: [bronze_pos__sales]}'` for some.
    -#}
    {{ return(adapter.dispatch('physical_changes', 'duckshift')(models)) }}
{%- endmacro %}


{% macro duckdb__physical_changes(models) -%}
    {#- DuckDB has no keys, styles or encodings to alter. -#}
    {%- do print('-- nothing to alter: DuckDB has no distribution, sort keys or encodings') -%}
{%- endmacro %}


{% macro redshift__physical_changes(models) -%}
    {#- As the pre-hook does it; the encodings that it would read after a new sort key are foreseen here. -#}
    {%- set names = [models] if models is string else models -%}
    {%- set living_on = graph.nodes.values()
        | selectattr('config.materialized', 'in', ['incremental', 'snapshot']) | list -%}
    {%- for name in names or [] if name not in living_on | map(attribute='name') -%}
        {{ exceptions.raise_compiler_error(
            'physical_changes: ' ~ name ~ ' is no incremental model and no snapshot of this project') }}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for node in living_on if names is none or node.name in names -%}
        {%- set relation = load_relation(api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias)) -%}
        {%- set wanted = physical_design(node) -%}
        {%- set actual = catalog_design(relation) if relation is not none and relation.is_table else none -%}
        {%- if actual is not none -%}
            {%- set layout = layout_changes(relation, wanted, actual) -%}
            {%- do actual.update({'encodings': encodings_after_layout(node, wanted, actual)}) -%}
            {%- do statements.extend(layout + encoding_changes(relation, wanted, actual)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for statement in statements -%}
        {%- do print(statement ~ ';') -%}
    {%- endfor -%}
    {%- do print('-- ' ~ statements | length ~ ' statements; nothing was executed') -%}
{%- endmacro %}
