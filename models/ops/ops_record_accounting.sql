-- One row is one entity of the landing contract: how many records landed and what became of each. Landed is
-- counted by whoever listed the files (Parquet footers, lines), loaded by what staging hands on, duplicates
-- and superseded by comparing bronze with staging: three roads that must meet (test
-- assert_every_record_is_accounted_for). A view: counting reads all of bronze, which is for an audit and not
-- for every run.

{%- set entities = [] %}
{%- for source_name, names in bronze_entities().items() %}
{%- for entity_name in names %}
{%- do entities.append((source_name, entity_name)) %}
{%- endfor %}
{%- endfor %}

with

ops_load_ledger as (
    select * from {{ ref('ops_load_ledger') }}
),

landed as (
    select
        source_name,
        entity_name,
        count(*) as landed_file_count,
        sum(case when file_state = 'loaded' then 1 else 0 end) as loaded_file_count,
        sum(case when file_state in ('waiting', 'ready') then 1 else 0 end) as waiting_file_count,
        sum(case when file_state not in ('loaded', 'waiting', 'ready') then 1 else 0 end) as held_file_count,
        sum(
            case
                -- Also a file that was changed after it was loaded: what was loaded from it stays.
                when run_id is not null
                    then coalesce(landed_record_count, good_record_count + rejected_record_count)
                else 0
            end
        ) as landed_record_count,
        sum(coalesce(rejected_record_count, 0)) as rejected_record_count
    from ops_load_ledger
    where source_name is not null
    group by source_name, entity_name
),

dispositions as (
    {%- for source_name, entity_name in entities %}
    {%- set entity = source_name ~ '__' ~ entity_name %}
    {{ record_dispositions(
        source_name, entity_name, ref('bronze_' ~ entity), ref('stg_' ~ entity)
    ) | indent(4) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

ops_record_accounting as (
    select
        dispositions.source_name,
        dispositions.entity_name,
        cast(coalesce(landed.landed_file_count, 0) as bigint) as landed_file_count,
        cast(coalesce(landed.loaded_file_count, 0) as bigint) as loaded_file_count,
        cast(coalesce(landed.waiting_file_count, 0) as bigint) as waiting_file_count,
        cast(coalesce(landed.held_file_count, 0) as bigint) as held_file_count,
        cast(coalesce(landed.landed_record_count, 0) as bigint) as landed_record_count,
        cast(dispositions.loaded_record_count as bigint) as loaded_record_count,
        cast(coalesce(landed.rejected_record_count, 0) as bigint) as rejected_record_count,
        cast(dispositions.duplicate_record_count as bigint) as duplicate_record_count,
        cast(dispositions.superseded_record_count as bigint) as superseded_record_count
    from dispositions
    left join landed
        on
            dispositions.source_name = landed.source_name
            and dispositions.entity_name = landed.entity_name
)

select * from ops_record_accounting
