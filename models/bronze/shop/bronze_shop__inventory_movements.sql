{{ config(
    sort='_run_id',
) }}

with

landed as (
    {{ landed_records('shop', 'inventory_movements') }}
),

bronze_shop__inventory_movements as (
    select
        ---------- source values
        movement_id,
        product_id,
        location_id,
        movement_type,
        quantity,
        moved_at,
        reference_type,
        reference_id,

        ---------- change log
        op,
        _commit_ts,
        _change_seq,

        ---------- columns beyond the contract, as JSON
        _extra,

        ---------- what became of the record
        _status,
        _reason,
        _raw,

        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,

        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)

select * from bronze_shop__inventory_movements
