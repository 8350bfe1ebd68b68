{% macro dumps_to_apply(target_relation, dump_column, recompute, unread, is_new) -%}
    {#-
        Which dumps a snapshot has to apply: `moments`, in order; `since`, the moment of the first dump that
        is new or reads otherwise than before, none if there is none or the inputs have no change logs;
        `news`, how many of the moments are such.
    -#}
    {%- set dumps = {'since': none, 'moments': [], 'news': 0} -%}
    {%- set queries = [] -%}
    {%- if is_new or unread | selectattr('needs_all') | list -%}
        {%- do dumps.update({'since': '0001-01-01 00:00:00'}) -%}
    {%- elif unread -%}
        {%- for input in unread -%}
            {%- do queries.append(affected_by_sql(input, recompute.by)) -%}
        {%- endfor -%}
        {%- set news = run_query(
            'select distinct cast(' ~ produced_at('affected_key') ~ ' as varchar(19)) as dump_at from ('
            ~ queries | join(' union ') ~ ') as affected order by 1').columns[0].values() -%}
        {%- do dumps.update({'since': news | first, 'news': news | length}) if news -%}
    {%- endif -%}
    {%- if dumps.since or not recompute -%}
        {%- set query -%}
            select distinct cast({{ dump_column }} as varchar(19)) as dump_at
            from ({{ model.compiled_code }}) as dumps
            where
                {%- if dumps.since %}
                {{ dump_column }} >= cast('{{ dumps.since }}' as timestamp)
                {%- else %}
                {{ dump_column }} > (
                    select coalesce(max(dbt_updated_at), cast('1900-01-01' as timestamp))
                    from {{ target_relation }}
                )
                {%- endif %}
            order by 1
        {%- endset -%}
        {%- do dumps.moments.extend(run_query(query).columns[0].values()) -%}
    {%- endif -%}
    {{ return(dumps) }}
{%- endmacro %}
