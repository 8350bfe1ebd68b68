{#-
    dbt applies what a snapshot's query returns as one state, at one moment. Here the query returns whole
    dumps, each with its moment in the column named by `meta.dump_column`, and every dump that is newer than
    the snapshot is applied as a state of its own, in order. So it does not matter how many dumps came between
    two runs.
-#}
{% materialization snapshot, default %}
    {%- set dump_column = (config.get('meta') or {}).get('dump_column') -%}
    {%- if not dump_column -%}
        {{ exceptions.raise_compiler_error(
            "snapshot " ~ model.name ~ " lacks meta.dump_column, the column with the moment of each dump") }}
    {%- endif -%}

    {%- set exists, target_relation = get_or_create_relation(
        database=model.database, schema=model.schema, identifier=model.alias, type='table') -%}
    {%- set strategy_macro = strategy_dispatch(config.get('strategy')) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if not exists -%}
        {#- An empty table first: from here on every dump, the first too, takes the same way. -#}
        {%- set strategy = strategy_macro(
            model, 'snapshotted_data', 'source_data', model['config'], false) -%}
        {%- call statement('create_empty') -%}
            {{ create_table_as(False, target_relation, build_snapshot_table(
                strategy, 'select * from (' ~ model['compiled_code'] ~ ') as dumps where false')) }}
        {%- endcall -%}
        {%- do adapter.cache_added(target_relation) -%}
    {%- endif -%}

    {%- set waiting -%}
        select distinct cast({{ dump_column }} as varchar(19)) as dump_at
        from ({{ model['compiled_code'] }}) as dumps
        where {{ dump_column }} > (
            select coalesce(max(dbt_updated_at), cast('1900-01-01' as timestamp)) from {{ target_relation }}
        )
        order by 1
    {%- endset -%}
    {%- for row in run_query(waiting) -%}
        {%- do model.update({'snapshot_dump_at': row[0]}) -%}
        {%- do apply_snapshot_dump(
            target_relation,
            strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], true),
            'select * from (' ~ model['compiled_code'] ~ ') as dumps where ' ~ dump_column
                ~ " = cast('" ~ row[0] ~ "' as timestamp)") -%}
    {%- endfor -%}

    {%- call statement('main') -%}
        select count(*) from {{ target_relation }}
    {%- endcall -%}

    {%- do apply_grants(target_relation, config.get('grants'),
        should_revoke=should_revoke(exists, full_refresh_mode=False)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
