{% macro outdated_models() -%}
    {#-
        Names of the models whose rows are not all the work of one code: since the last full build their
        checksum (code with macros and vars, seeds) is another one, or was while rows were worked out.
    -#}
    {%- set builds = control_relation('model_builds') -%}
    {%- set query -%}
        with

        last_full_builds as (
            select model_name, max(run_id) as run_id
            from {{ builds }}
            where build_kind = 'full'
            group by model_name
        ),

        last_builds as (
            select model_name, max(run_id) as run_id
            from {{ builds }}
            group by model_name
        )

        select distinct later.model_name
        from last_full_builds
        inner join {{ builds }} as full_build
            on
                last_full_builds.model_name = full_build.model_name
                and last_full_builds.run_id = full_build.run_id
                and full_build.build_kind = 'full'
        inner join last_builds
            on last_full_builds.model_name = last_builds.model_name
        inner join {{ builds }} as later
            on
                last_full_builds.model_name = later.model_name
                and last_full_builds.run_id < later.run_id
                and full_build.code_checksum != later.code_checksum
                and (later.run_id = last_builds.run_id or later.affected_key_count > 0)
        order by later.model_name
    {%- endset -%}
    {%- set names = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- do names.append(row[0]) if graph.nodes['model.duckshift.' ~ row[0]] is defined -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
