{% macro unread_inputs(recompute) -%}
    {#-
        The inputs of this model with changes that it has not read and that matter to it, once per rule:
        `name`, `rule`, `relation`, `log`, `is_bronze`, `watermark`, and `needs_all` where single changes do
        not say enough: never read before, built anew, without a change log, or changed in a way that concerns
        every key.
    -#}
    {%- set watermarks = watermarks_of(model.name) -%}
    {%- set inputs = [] -%}
    {%- set queries = [] -%}
    {%- for name, rules in recompute.after.items() -%}
        {%- for rule in rules -%}
            {%- set input = logged_input(name) -%}
            {%- do input.update({'rule': rule, 'watermark': watermarks.get(name, -1)}) -%}
            {%- set concerns_all = [] if input.is_bronze else ["op = 'reset'"] -%}
            {%- if rule.get('all_when') -%}
                {%- do concerns_all.extend(['old_' ~ rule.all_when, 'new_' ~ rule.all_when]) -%}
            {%- endif -%}
            {%- set query -%}
                {%- if not input.is_bronze and load_relation(input.log) is none %}
                select
                    {{ inputs | length }} as input_number,
                    1 as unread_count,
                    1 as concerns_all_count
                {%- else %}
                select
                    {{ inputs | length }} as input_number,
                    count(*) as unread_count,
                    count(
                        case when {{ concerns_all | join(' or ') or 'false' }} then 1 end
                    ) as concerns_all_count
                from {{ input.relation if input.is_bronze else input.log }}
                where
                    {{ '_run_id' if input.is_bronze else 'run_id' }} > {{ input.watermark }}
                    and {{ 'true' if input.is_bronze else is_relevant_change(rule) }}
                {%- endif %}
            {%- endset -%}
            {%- do queries.append(query) -%}
            {%- do inputs.append(input) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set unread = [] -%}
    {%- for row in run_query(queries | join(' union all ')).rows if row[1] -%}
        {%- set input = inputs[row[0] | int] -%}
        {%- do input.update({
            'needs_all': input.rule.get('all', false) or input.watermark < 0 or row[2] > 0,
        }) -%}
        {%- do unread.append(input) -%}
    {%- endfor -%}
    {{ return(unread) }}
{%- endmacro %}
