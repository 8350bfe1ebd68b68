{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {#-
        dbt-duckdb writes rows as they come. In the order of `sort`, row groups hold narrow ranges and their
        zone maps prune. Rows on their way into an incremental table too: they are inserted as they lie.
    -#}
    {%- set order = written_order(model) if language == 'sql' else [] -%}
    {%- if order -%}
        {%- set compiled_code = 'select * from (\n' ~ compiled_code ~ '\n) as model_rows\norder by '
            ~ order | join(', ') -%}
    {%- endif -%}
    {{ dbt.duckdb__create_table_as(
        temporary, relation, compiled_code, language, partitioned_by=partitioned_by, sorted_by=sorted_by) }}
{%- endmacro %}


{% macro redshift__create_table_as(temporary, relation, sql) -%}
    {#-
        dbt-redshift uses CREATE TABLE AS, which has no ENCODE, and takes distribution, sort key and lengths
        of texts from its query. A list of columns states them all; the rows follow in the order of the sort
        key. Where a query has columns that are not declared, it stays CREATE TABLE AS.
    -#}
    {%- set design = physical_design(model) -%}
    {%- if (config.get('contract') or {}).enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {%- set columns = columns_to_create(sql) -%}
    {%- set attributes = table_attributes(design, temporary, columns is not none) | join('\n') -%}
    {%- set target = relation.include(database=not temporary, schema=not temporary) -%}
    {%- set create = 'create ' ~ ('temporary ' if temporary else '') ~ 'table ' ~ target -%}
    {{ config.get('sql_header') or '' }}
    {%- if columns is none %}
{{ create }}
{{ attributes }}
as (
{{ sql | trim }}
);
    {%- else %}
        {%- set definitions = column_definitions(columns, design.encodings if not temporary else {}) %}
        {%- set names = [] %}
        {%- for column in columns %}
            {%- do names.append(column_name(column)) %}
        {%- endfor %}
        {%- set order = [] if temporary else written_order(model) %}
{{ create }} (
    {{ definitions | join(',\n    ') }}
)
{{ attributes }};

insert into {{ target }} (
    {{ names | join(',\n    ') }}
)
select
    {{ names | join(',\n    ') }}
from (
{{ sql | trim }}
) as model_rows
        {%- if order %}
order by
    {{ order | join(',\n    ') }}
        {%- endif %};
    {%- endif %}
{%- endmacro %}
