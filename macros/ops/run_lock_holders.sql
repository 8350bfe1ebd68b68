{% macro run_lock_holders(moment='1970-01-01') -%}
    {#-
        Who holds the run lock: `run` (in words), `taken_at`, `expires_at`, and `is_expired` at a moment. One
        at most, unless somebody wrote to the table by hand.
    -#}
    {%- set query -%}
        select
            run_lock.run_id,
            runs.command,
            run_lock.taken_at,
            run_lock.expires_at,
            case when run_lock.expires_at <= cast('{{ moment }}' as timestamp) then 1 else 0 end as is_expired
        from {{ control_relation('run_lock') }} as run_lock
        left join {{ control_relation('runs') }} as runs
            on run_lock.run_id = runs.run_id
        order by run_lock.run_id
    {%- endset -%}
    {%- set holders = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- do holders.append({
            'run': 'run ' ~ (row[0] | int) ~ (' (dbt ' ~ row[1] ~ ')' if row[1] else ''),
            'taken_at': row[2] | string,
            'expires_at': row[3] | string,
            'is_expired': row[4] | int == 1,
        }) -%}
    {%- endfor -%}
    {{ return(holders) }}
{%- endmacro %}
