{% macro affected_by_sql(input, by) -%}
    {#-
        The keys that the unread changes of one input affect. Rules:
            key      the input's column (of bronze: an expression) that names the key
            through  'this', or another input: its rows that `match` a change (own column by column of the
                     input) name the key, with `at` only those whose moment lies in the changed interval
                     valid_from to valid_to; `gives` is the column that names the key, if not `by`
            mentions a value that was first named or is named no more: see mentioned_keys_sql
    -#}
    {%- set rule = input.rule -%}
    {%- if rule.get('mentions') -%}
    {{ mentioned_keys_sql(input, by) }}
    {%- elif rule.get('key') and input.is_bronze -%}
    select {{ rule.key }} as affected_key
    from {{ input.relation }}
    where
        _run_id > {{ input.watermark }}
        and {{ rule.key }} is not null
    {%- elif rule.get('key') -%}
    select changed_{{ rule.key }} as affected_key
    from ({{ changed_rows_sql(input, [rule.key]) }}) as changed
    where changed_{{ rule.key }} is not null
    {%- else -%}
        {%- set interval = rule.get('interval', ['valid_from', 'valid_to']) if rule.get('at') else [] -%}
    select matched.{{ rule.get('gives', by) }} as affected_key
    from {{ this if rule.through == 'this' else ref(rule.through) }} as matched
    inner join ({{ changed_rows_sql(input, rule.match.values() | list + interval) }}) as changed
        on
            {%- for own, other in rule.match.items() %}
            matched.{{ own }} = changed.changed_{{ other }}{{ ' and' if not loop.last or interval }}
            {%- endfor %}
            {%- if interval %}
            {{ rule.at }} >= changed.changed_{{ interval[0] }}
            and {{ rule.at }} < changed.changed_{{ interval[1] }}
            {%- endif %}
    {%- endif -%}
{%- endmacro %}
