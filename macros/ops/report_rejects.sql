{% macro report_rejects() -%}
    {#-
        One line at the end of a run that says what is in quarantine and how to see it; nothing when no record
        is open and no file held or waiting. Records that were replayed or accepted are counted beside those
        that are open; files that were are left out, as those that were taken away.
    -#}
    {%- set ledger = api.Relation.create(
        database=target.database, schema=layer_schema('quarantine'), identifier='quarantined_records',
        type='view') -%}
    {%- set files = api.Relation.create(
        database=target.database, schema=layer_schema('quarantine'), identifier='quarantined_files',
        type='view') -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and load_relation(ledger) is not none -%}
        {%- set counts = run_query(
            "select count(*) as rejected, count(case when reject_state = 'open' then 1 end) as still_open"
            ~ ' from ' ~ ledger).rows[0] -%}
        {%- set landed_objects = control_relation('landed_objects') -%}
        {%- set count_files = 'select count(*) from ' ~ landed_objects ~ ' where is_present' -%}
        {%- set held = scalar(count_files ~ " and state not in ('ready', 'waiting')") -%}
        {%- if held and load_relation(files) is not none -%}
            {#- The view reads all of bronze: asked only where there is something to ask. -#}
            {%- set held = scalar('select count(*) from ' ~ files ~ " where reject_state = 'open'") -%}
        {%- endif -%}
        {%- set waiting = scalar(count_files ~ " and state = 'waiting'") -%}
        {%- if counts[1] or held or waiting -%}
            {%- do log(
                counts[0] | int ~ ' records rejected (' ~ counts[1] | int ~ ' open), '
                ~ held ~ ' files held, ' ~ waiting ~ ' files waiting: see '
                ~ layer_schema('quarantine') ~ ".quarantined_records, quarantined_files and "
                ~ layer_schema('ops') ~ ".ops_load_ledger, or run `duckshift status`", info=true) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
