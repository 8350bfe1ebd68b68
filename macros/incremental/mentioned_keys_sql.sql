{% macro mentioned_keys_sql(input, by) -%}
    {#-
        The keys (or 1, where `by` is all) that an input affects which only says that members exist, as facts
        say of a dimension: `mentions` has own column by column of the input. A value matters when this table
        has no row of it yet; one that is named no more when its row is `lost` without it, such as an inferred
        member. Where the rule does not say every such value matters: a row can follow from several spellings
        and be equal to none of them. So a day of sales affects no dimension but for what it names first.
        Texts only: null and the empty text are one.
    -#}
    {%- set rule = input.rule -%}
    {%- set key = config.get('unique_key') -%}
    {%- set own_key = key if key is string else key[0] -%}
    {%- for side, without in [('new', 'delete'), ('old', 'insert')] %}
    select {{ '1' if by == 'all' else 'changed.changed_' ~ rule.mentions[by] }} as affected_key
    from (
        select distinct
            {%- for name in rule.mentions.values() %}
            {{ side }}_{{ name }} as changed_{{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ input.log }}
        where
            run_id > {{ input.watermark }}
            and op not in ('reset', '{{ without }}')
            and {{ is_relevant_change({'reads': rule.mentions.values() | list}) }}
    ) as changed
    left join {{ this }} as members
        on
            {%- for own, other in rule.mentions.items() %}
            coalesce(members.{{ own }}, '')
            = coalesce(changed.changed_{{ other }}, ''){{ ' and' if not loop.last }}
            {%- endfor %}
    where
        {%- if side == 'new' %}
        members.{{ own_key }} is null
        {%- else %}
        {{ 'members.' ~ rule.lost if rule.get('lost') else 'true' }}
        {%- endif %}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
