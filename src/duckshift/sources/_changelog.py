"""Delivers a table's history as AWS DMS would: a full load, then change files, with all their traits.

Reads `version_<table>` (see `_catalogue`) and makes `log_<table>`: every record to be written, with its file,
its place in the file and what the warehouse has to make of it (`_disposition`).
"""

from collections.abc import Callable
from datetime import datetime

from duckshift.contract import Entity
from duckshift.landing import FileShape, reload_folder, write_parquet_files, write_reload_manifest
from duckshift.sources._engine import Run

_LOAD_FILE_ROWS = 25_000


def _columns(entity: Entity) -> str:
    return ", ".join(column.name for column in entity.columns)


def _delivered_columns(entity: Entity) -> str:
    """Return the columns as a delete shows them: sometimes nothing but the key."""
    return ", ".join(
        column.name
        if column.key_position
        else f"(case when _fault in ('delete_key_only', 'delete_unseen') then null else {column.name} end)"
        f" as {column.name}"
        for column in entity.columns
    )


def _key(entity: Entity) -> str:
    return " || '|' || ".join(entity.key)


def state_at(entity: Entity, moment: str) -> str:
    """Return a query for the rows of a table as they were just before `moment` (a SQL expression)."""
    return f"""
        select * from version_{entity.name}
        where _commit_ts < {moment}
        qualify row_number() over (partition by {_key(entity)} order by _commit_ts desc, _step desc) = 1
            and "Op" != 'D'
    """


def model(run: Run, entity: Entity, *, files_per_day: int) -> None:
    """Create `log_<table>` from `version_<table>`; changes arrive three hours after each part of a day."""
    key, seconds = _key(entity), 86400 // files_per_day
    run.sql(f"""
    create or replace temp table change as
        with numbered as (
            select *, {key} as record_key,
                strftime(_commit_ts, '%Y%m%d%H%M%S')
                    || lpad((row_number() over (order by _commit_ts, _step, {key}))::varchar, 10, '0')
                        as _change_seq,
                after_seconds(
                    start_at(),
                    (1 + floor(epoch(_commit_ts - start_at()) / {seconds})) * {seconds} + 3 * 3600
                ) as arrived_at,
            from version_{entity.name}
            where (_commit_ts >= load_at() or _fault = 'full_load_overlap') and _commit_ts < end_at()
        )
        select *,
            dense_rank() over (order by arrived_at) as file_number,
            count(*) over () as change_count,
        from numbered;

    create or replace temp table change_file as
        select distinct file_number, arrived_at, max(file_number) over () as last_file_number from change;

    -- Out of order: a change lands in a later file than a newer change of the same key.
    create or replace temp table late_change as
        with candidate as (
            select _change_seq, _fault, change_count,
                lead(file_number) over (partition by record_key order by _change_seq) as next_file_number,
                max(file_number) over () as last_file_number,
            from change
        )
        select _change_seq,
            least(last_file_number, next_file_number + 1
                + floor(2 * u('late by {entity.name}', _change_seq)))::bigint
                as file_number,
        from candidate
        where _fault is null and next_file_number < last_file_number
        qualify row_number() over (order by u('late {entity.name}', _change_seq), _change_seq)
            <= fault_count(0.004, change_count);

    -- At least once: every other copy lies in the same file, the others in a later one.
    create or replace temp table repeated_change as
        select change.* exclude (file_number, _fault),
            least(
                last_file_number,
                file_number + (case when choice % 2 = 1 then 0
                    else 1 + floor(3 * u('copy {entity.name}', _change_seq)) end)
            )::bigint as file_number,
            'duplicate' as _fault,
        from (
            select *, row_number() over (order by u('copied {entity.name}', _change_seq), _change_seq)
                as choice,
                max(file_number) over () as last_file_number,
            from change
            anti join late_change using (_change_seq)
            where _fault is null
        ) as change
        where choice <= fault_count(0.004, change_count) + 1 and faults();

    create table log_{entity.name} as
        with delivery as (
            select change.* exclude (file_number, _fault),
                coalesce(late_change.file_number, change.file_number) as file_number,
                (case when late_change.file_number is null then _fault else 'out_of_order' end) as _fault,
                0 as copy,
            from change
            left join late_change using (_change_seq)
            union all by name
            select *, 1 as copy from repeated_change
        ),
        full_load as (
            select *, row_number() over (order by {key}) as load_row, null::varchar as load_fault
            from ({state_at(entity, "load_at()")})
        ),
        full_load_and_copy as (
            from full_load
            union all
            select * replace ('duplicate_in_full_load' as load_fault) from full_load where load_row = 17
                and faults()
        )
        select
            {_delivered_columns(entity)},
            "Op", _commit_ts, _change_seq,
            '{entity.path}/' || strftime(change_file.arrived_at, '%Y/%m/%d/%H%M%S') || '-1.parquet' as _path,
            row_number() over (partition by file_number order by _change_seq, copy) as _position,
            _fault,
            (case when copy = 1 then 'duplicate' else 'loaded' end) as _disposition,
        from delivery
        inner join change_file using (file_number)
        union all
        select
            {_columns(entity)},
            null, load_at(), '',
            format('{entity.path}/LOAD{{:08d}}.parquet', 1 + (load_row - 1) // {_LOAD_FILE_ROWS}),
            row_number() over (partition by (load_row - 1) // {_LOAD_FILE_ROWS} order by load_row,
                load_fault nulls first),
            load_fault,
            (case when load_fault is null then 'loaded' else 'duplicate' end),
        from full_load_and_copy;
    """)


def model_reload(run: Run, entity: Entity, moment: str, *, absent: str, complete: bool) -> None:
    """Add to `log_<table>` a reload of the table as it was just before `moment` (a SQL expression).

    `absent` is a condition on rows that the reload no longer has: they were deleted without a change record.
    An incomplete reload lacks its second half, so it must never apply. Writes the reload's manifest too.
    """
    [(arrived, checkpoint)] = run.rows(f"""
        select {moment}, max(_change_seq) from log_{entity.name} where "Op" is not null
            and _commit_ts < {moment}
    """)
    assert isinstance(arrived, datetime)
    folder = reload_folder(entity, arrived, str(checkpoint))
    fault, disposition = ("reload", "loaded") if complete else ("incomplete_reload", "waiting")
    run.sql(f"""
    create or replace temp table reload_row as
        select *, row_number() over (order by {_key(entity)}) as load_row, count(*) over () as row_count
        from ({state_at(entity, moment)})
        where not ({absent});
    """)
    [(row_count,)] = run.rows("select count(*) from reload_row")
    assert isinstance(row_count, int)
    run.sql(f"""
    insert into log_{entity.name}
        select {_columns(entity)}, null, {moment}, '', '{folder}/LOAD00000001.parquet', load_row, null,
            '{disposition}'
        from reload_row
        where {str(complete).lower()} or load_row <= row_count // 2;
    insert into truth_fault values
        ('{entity.source}', '{entity.name}', '{fault}', '{folder}/LOAD00000001.parquet', null, null,
            '{disposition}');
    """)
    if complete:
        run.sql(f"""
        insert into log_{entity.name}
            select {_columns(entity)}, null, {moment}, '', '{folder}/LOAD00000001.parquet', row_count + 1,
                'duplicate_in_reload', 'duplicate',
            from reload_row
            where load_row = 5;
        insert into truth_fault
            select '{entity.source}', '{entity.name}', 'absent_from_reload',
                '{folder}/LOAD00000001.parquet', null,
                {_key(entity)}, 'deleted',
            from ({state_at(entity, moment)})
            where {absent};
        """)
        row_count += 1
    write_reload_manifest(
        run.root / folder,
        complete=complete,
        files=1 if complete else 2,
        records=row_count,
        checkpoint=str(checkpoint),
    )


def land(run: Run, entity: Entity, shape_of: Callable[[str], FileShape] | None = None) -> None:
    """Write the files of `log_<table>` and note its faults and its account."""
    run.progress(f"{entity.source}/{entity.name}")
    write_parquet_files(run.connection, f"from log_{entity.name}", entity, run.root, shape_of=shape_of)
    run.sql(f"""
    insert into truth_fault
        select '{entity.source}', '{entity.name}', _fault, _path, _position, {_key(entity)}, _disposition
        from log_{entity.name}
        where _fault is not null;
    insert into truth_accounting
        select '{entity.source}', '{entity.name}',
            count(distinct _path), 0, count(distinct _path) filter (_disposition = 'waiting'),
            count(*) filter (_disposition != 'waiting'), count(*) filter (_disposition = 'loaded'), 0,
            count(*) filter (_disposition = 'duplicate'), 0,
        from log_{entity.name};
    """)
