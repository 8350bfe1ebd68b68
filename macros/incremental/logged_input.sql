{% macro logged_input(name) -%}
    {#-
        An input as the macros of this folder take it: `name`, `relation`, `log` (its change log), and
        `is_bronze`: a table that only grows, whose `_run_id` is the log.
    -#}
    {{ return({
        'name': name,
        'relation': ref(name),
        'log': change_log(name),
        'is_bronze': node_of(name).config.get('incremental_strategy') == 'append',
    }) }}
{%- endmacro %}
