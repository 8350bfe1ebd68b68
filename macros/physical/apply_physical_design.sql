{% macro apply_physical_design() -%}
    {#- A pre-hook, outside of the transaction: brings an existing table to the design that is configured. -#}
    {{ return(adapter.dispatch('apply_physical_design', 'duckshift')()) }}
{%- endmacro %}


{% macro duckdb__apply_physical_design() -%}
    {#- DuckDB has no keys, styles or encodings to alter. -#}
    {{ return('') }}
{%- endmacro %}


{% macro redshift__apply_physical_design() -%}
    {#-
        dbt-redshift ignores what changes in dist, sort and encode until a full refresh. Tables that are built
        anew in each run need nothing; those that live on are altered before the rows of this run come in.
        Encodings are compared once more after the sort key, which changes some. Keys are dropped, because
        what is proven is proven of the rows so far: tests on the new ones must not be planned with them.
    -#}
    {%- set lives_on = model.config.materialized == 'snapshot'
        or (model.config.materialized == 'incremental' and not should_full_refresh()) -%}
    {%- set relation = load_cached_relation(this) if execute and lives_on else none -%}
    {%- if relation is not none and relation.is_table -%}
        {%- do drop_keys(relation) -%}
        {%- set wanted = physical_design(model) -%}
        {%- set actual = catalog_design(relation) -%}
        {%- if actual is not none -%}
            {%- set layout = layout_changes(relation, wanted, actual) -%}
            {%- do alter_in_place(layout) -%}
            {%- do alter_in_place(encoding_changes(
                relation, wanted, catalog_design(relation) if layout else actual)) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}
