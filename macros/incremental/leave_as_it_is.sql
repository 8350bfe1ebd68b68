{% macro leave_as_it_is() -%}
    {#-
        What becomes of an incremental model that has no news: its design is looked at, and where its inputs
        have changes that name no key, they count as read. Hooks inside the transaction prepare or follow
        rows, of which there are none.
    -#}
    {%- do model.update({'is_recomputed': true}) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- if no_key_is_named() in model.compiled_code -%}
        {%- call statement('main') -%}
            {{ record_watermarks(recompute_config().after) }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
    {%- else -%}
        {%- call noop_statement('main', 'NOTHING NEW') -%}
            select 1 as nothing_new
        {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{%- endmacro %}
