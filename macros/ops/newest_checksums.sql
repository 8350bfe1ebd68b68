{% macro newest_checksums() -%}
    {#- The checksum of each model's code at its last build, by name of the model. -#}
    {%- set builds = control_relation('model_builds') -%}
    {%- set query -%}
        select distinct
            builds.model_name,
            builds.code_checksum
        from {{ builds }} as builds
        inner join (
            select
                model_name,
                max(run_id) as run_id
            from {{ builds }}
            group by model_name
        ) as newest
            on
                builds.model_name = newest.model_name
                and builds.run_id = newest.run_id
    {%- endset -%}
    {%- set checksums = {} -%}
    {%- for row in run_query(query).rows -%}
        {%- do checksums.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(checksums) }}
{%- endmacro %}
