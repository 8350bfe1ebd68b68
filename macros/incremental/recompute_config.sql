{% macro recompute_config() -%}
    {#-
        `meta.recompute` of this model: `by` (one column, or 'all'), `after` (by input a list of rules, each a
        mapping) and `log` (the columns that its change log keeps beside the keys).
    -#}
    {%- set declared = (model.config.get('meta') or {}).get('recompute') -%}
    {%- if not declared or not declared.get('by') or not declared.get('after') -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' lacks meta.recompute with `by` and `after`: see docs/incremental.md') }}
    {%- endif -%}
    {%- set rules = {} -%}
    {%- for name, rule in declared.after.items() -%}
        {%- if rule == 'all' -%}
            {%- do rules.update({name: [{'all': true}]}) -%}
        {%- elif rule is string -%}
            {%- do rules.update({name: [{'key': rule}]}) -%}
        {%- else -%}
            {%- do rules.update({name: [rule] if rule is mapping else rule}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'by': declared.by, 'after': rules, 'log': declared.get('log') or []}) }}
{%- endmacro %}
