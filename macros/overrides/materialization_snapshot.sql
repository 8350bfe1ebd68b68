{#-
    dbt applies what a snapshot's query returns as one state, at one moment. Here the query returns whole
    dumps, each with its moment in the column named by `meta.dump_column`, and every dump is applied as a
    state of its own, in the order of their moments. The change logs of the inputs in `meta.recompute` name
    the dumps (by `_file_version`) that were not applied yet: the snapshot goes back to the moment before the
    first of them, and that dump and all later ones are applied. So neither the number of dumps between two
    runs matters nor the order in which they come. It is one transaction. Without `meta.recompute` only dumps
    that are newer than the snapshot are applied.
-#}
{% materialization snapshot, default %}
    {%- set dump_column = (config.get('meta') or {}).get('dump_column') -%}
    {%- if not dump_column -%}
        {{ exceptions.raise_compiler_error(
            "snapshot " ~ model.name ~ " lacks meta.dump_column, the column with the moment of each dump") }}
    {%- endif -%}

    {%- set exists, target_relation = get_or_create_relation(
        database=model.database, schema=model.schema, identifier=model.alias, type='table') -%}
    {%- set is_new = not exists or should_full_refresh() -%}
    {%- set strategy_macro = strategy_dispatch(config.get('strategy')) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set recompute = recompute_config() if config.get('meta').get('recompute') else none -%}
    {%- set unread = unread_inputs(recompute) if recompute else [] -%}
    {%- if is_new -%}
        {#- An empty table first: from here on every dump, the first too, takes the same way. -#}
        {%- set strategy = strategy_macro(
            model, 'snapshotted_data', 'source_data', model['config'], false) -%}
        {%- call statement('create_empty') -%}
            {%- if exists %}
            drop table {{ target_relation }} cascade;
            {%- endif %}
            {{ create_table_as(False, target_relation, build_snapshot_table(
                strategy, 'select * from (' ~ model['compiled_code'] ~ ') as dumps where false')) }}
        {%- endcall -%}
        {%- do adapter.cache_added(target_relation) -%}
    {%- endif -%}

    {%- set dumps = dumps_to_apply(target_relation, dump_column, recompute, unread, is_new) -%}
    {%- set count_rows = 'select count(*) from ' ~ target_relation ~ ' where '
        ~ snapshot_rows_since(dumps.since) -%}
    {%- set former_count = scalar(count_rows) if dumps.since else 0 -%}
    {%- if former_count -%}
        {%- do rewind_snapshot(target_relation, dumps) -%}
    {%- endif -%}
    {%- set strategy = {} -%}
    {%- for moment in dumps.moments -%}
        {%- do model.update({'snapshot_dump_at': moment}) -%}
        {%- if loop.first or not config.get('updated_at') -%}
            {#- dbt asks for columns to find it; it is the same for every dump unless it holds the moment. -#}
            {%- do strategy.clear() -%}
            {%- do strategy.update(
                strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], true)) -%}
        {%- endif -%}
        {%- do apply_snapshot_dump(
            target_relation,
            strategy,
            'select * from (' ~ model['compiled_code'] ~ ') as dumps where ' ~ dump_column
                ~ " = cast('" ~ moment ~ "' as timestamp)") -%}
    {%- endfor -%}
    {%- set is_changed = is_new or former_count or (dumps.since and scalar(count_rows)) -%}

    {%- call statement('main') -%}
        {%- if recompute and is_changed %}
        {{ log_reset() }}
        {%- endif %}
        {%- if recompute and (is_new or unread) %}
        {{ record_watermarks(recompute.after) }}
        {%- endif %}
        select count(*) from {{ target_relation }}
    {%- endcall -%}

    {%- do apply_grants(target_relation, config.get('grants'),
        should_revoke=should_revoke(exists, full_refresh_mode=is_new)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
