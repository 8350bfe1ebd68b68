{% macro watermarks_of(name) -%}
    {#-
        Up to which run a model has read each of its inputs: run id by name of the input. All are looked up
        once: in a run only a model itself moves its watermarks, and once.
    -#}
    {%- set watermarks = control_relation('watermarks') -%}
    {%- set known = shared_in_run('watermarks') -%}
    {%- if 'by_model' not in known -%}
        {%- set by_model = {} -%}
        {%- set query -%}
            select
                model_name,
                input_name,
                max(run_id) as run_id
            from {{ watermarks }}
            group by
                model_name,
                input_name
        {%- endset -%}
        {#- A warehouse of an older version that `dbt compile` looks at before its first build has none. -#}
        {%- for row in (run_query(query).rows if load_relation(watermarks) is not none else []) -%}
            {%- do by_model.setdefault(row[0], {}).update({row[1]: row[2] | int}) -%}
        {%- endfor -%}
        {%- do known.update({'by_model': by_model}) -%}
    {%- endif -%}
    {{ return(known.by_model.get(name, {})) }}
{%- endmacro %}
