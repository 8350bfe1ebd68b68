{#-
    A materialized view that Redshift keeps up to date by itself, and each run too. It is built again when its
    SQL or its design changes, or when its base has changed so that it cannot be refreshed any more. dbt's own
    materialized_view looks at neither and checks no contract.
-#}
{% materialization summary, adapter='redshift' %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type=this.MaterializedView) -%}
    {%- set create_sql = create_summary_sql(target_relation, sql) -%}
    {%- set definition = 'definition ' ~ local_md5(create_sql) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if (config.get('contract') or {}).enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {%- set found = summary_in_catalog(existing_relation)
        if existing_relation is not none and existing_relation.is_materialized_view else none -%}
    {%- set is_kept = found is not none and found.comment.endswith(definition) and found.is_refreshable
        and not should_full_refresh() -%}
    {%- if is_kept -%}
        {%- call statement('main') -%}
            {{ refresh_materialized_view(target_relation) }}
        {%- endcall -%}
    {%- else -%}
        {#- One transaction: readers see the old one until the new one is there. It cannot be renamed. -#}
        {%- call statement('main') -%}
            {%- if existing_relation is not none %}
            {{ get_drop_sql(existing_relation) }};
            {%- endif %}
            {{ create_sql }};
        {%- endcall -%}
    {%- endif -%}

    {%- do apply_grants(target_relation, config.get('grants'),
        should_revoke=should_revoke(existing_relation, full_refresh_mode=not is_kept)) -%}
    {%- if not is_kept -%}
        {#- The comment carries the definition: a view's text comes back from the catalog rewritten. -#}
        {%- do run_query(alter_relation_comment(target_relation, model.description ~ ' ' ~ definition)) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {%- if not (is_kept or summary_in_catalog(target_relation).is_incremental) -%}
        {%- do exceptions.warn(model.name ~ ' is computed anew at every refresh: Redshift cannot refresh its'
            ~ ' SQL incrementally (svv_mv_info.state = 0)') -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
