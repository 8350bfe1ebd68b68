{% macro watermarks_of(name) -%}
    {#- Up to which run a model has read each of its inputs: run id by name of the input. -#}
    {%- if load_relation(control_relation('watermarks')) is none -%}
        {#- A warehouse of an older version that `dbt compile` looks at before its first build. -#}
        {{ return({}) }}
    {%- endif -%}
    {%- set query -%}
        select
            input_name,
            max(run_id) as run_id
        from {{ control_relation('watermarks') }}
        where model_name = '{{ name }}'
        group by input_name
    {%- endset -%}
    {%- set watermarks = {} -%}
    {%- for row in run_query(query).rows -%}
        {%- do watermarks.update({row[0]: row[1] | int}) -%}
    {%- endfor -%}
    {{ return(watermarks) }}
{%- endmacro %}
