commit;

set query_group to 'silver';

BEGIN;

create table "duckshift"."silver"."snp_supplier__price_list" (
    supplier_id varchar(64),
    product_id varchar(64),
    unit_cost decimal(18,6),
    currency_code varchar(3),
    minimum_order_quantity integer,
    dump_at timestamp,
    dbt_scd_id varchar(32),
    dbt_updated_at timestamp,
    dbt_valid_from timestamp,
    dbt_valid_to timestamp,
    dbt_is_deleted varchar(5)
)
diststyle auto
sortkey auto
encode auto;

insert into "duckshift"."silver"."snp_supplier__price_list" (
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at,
    dbt_scd_id,
    dbt_updated_at,
    dbt_valid_from,
    dbt_valid_to,
    dbt_is_deleted
)
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at,
    dbt_scd_id,
    dbt_updated_at,
    dbt_valid_from,
    dbt_valid_to,
    dbt_is_deleted
from (
select *,
        md5(coalesce(cast(supplier_id as varchar ), '')
         || '|' || coalesce(cast(product_id as varchar ), '')
         || '|' || coalesce(cast(dump_at as varchar ), '')
        ) as dbt_scd_id,
        dump_at as dbt_updated_at,
        dump_at as dbt_valid_from,
  coalesce(nullif(dump_at, dump_at), cast('9999-12-31' as timestamp))
  as dbt_valid_to
, 'False' as dbt_is_deleted
      from (
        select * from (
-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: "duckshift"."silver"."stg_supplier__price_list"
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at
from "duckshift"."silver"."int_suppliers__select_complete_dumps"
) as dumps where false
    ) sbq
) as model_rows;

create temporary table "snp_supplier__price_list__dbt_tmp<time>"
as (
with snapshot_query as (
        select * from (
-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: "duckshift"."silver"."stg_supplier__price_list"
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at
from "duckshift"."silver"."int_suppliers__select_complete_dumps"
) as dumps where dump_at = cast('2023-12-29 06:00:00' as timestamp)
    ),
    snapshotted_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from "duckshift"."silver"."snp_supplier__price_list"
        where
                ( (dbt_valid_to = cast('9999-12-31' as timestamp)) or dbt_valid_to is null )
    ),
    insertions_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
  coalesce(nullif(dump_at, dump_at), cast('9999-12-31' as timestamp))
  as dbt_valid_to
,
            md5(coalesce(cast(supplier_id as varchar ), '')
         || '|' || coalesce(cast(product_id as varchar ), '')
         || '|' || coalesce(cast(dump_at as varchar ), '')
        ) as dbt_scd_id
        from snapshot_query
    ),
    updates_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
            dump_at as dbt_valid_to
        from snapshot_query
    ),
    deletes_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*,'False' as dbt_is_deleted
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        snapshotted_data.dbt_unique_key_1 is null
            or (
        snapshotted_data.dbt_unique_key_1 is not null
 and (
               (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
            )
        )
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from updates_source_data as source_data
        join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where (
            (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
        )
    )
    ,
    deletes as (
        select
            'delete' as dbt_change_type,
            source_data.*,
            cast('2023-12-29 06:00:00' as timestamp) as dbt_valid_from,
            cast('2023-12-29 06:00:00' as timestamp) as dbt_updated_at,
            cast('2023-12-29 06:00:00' as timestamp) as dbt_valid_to,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        source_data.dbt_unique_key_1 is null
            and not (
                --avoid updating the record's valid_to if the latest entry is marked as deleted
                snapshotted_data.dbt_is_deleted = 'True'
                and
                snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    ,
    deletion_records as (
        select
            'insert' as dbt_change_type,snapshotted_data."supplier_id",snapshotted_data."product_id",snapshotted_data."unit_cost",snapshotted_data."currency_code",snapshotted_data."minimum_order_quantity",snapshotted_data."dump_at",snapshotted_data.supplier_id as dbt_unique_key_1,
                snapshotted_data.product_id as dbt_unique_key_2,
                cast('2023-12-29 06:00:00' as timestamp) as dbt_valid_from,
            cast('2023-12-29 06:00:00' as timestamp) as dbt_updated_at,
            snapshotted_data.dbt_valid_to as dbt_valid_to,
            md5(coalesce(cast(dbt_scd_id as varchar ), '')
         || '|' || coalesce(cast(cast('2023-12-29 06:00:00' as timestamp) as varchar ), '')
        ) as dbt_scd_id,
            'True' as dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where
        source_data.dbt_unique_key_1 is null
        and not (
            --avoid inserting a new record if the latest one is marked as deleted
            snapshotted_data.dbt_is_deleted = 'True'
            and
            snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    select * from insertions
    union all
    select * from updates
    union all
    select * from deletes
    union all
    select * from deletion_records
);

update "duckshift"."silver"."snp_supplier__price_list"
    set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_scd_id::text = "duckshift"."silver"."snp_supplier__price_list".dbt_scd_id::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
        and ("duckshift"."silver"."snp_supplier__price_list".dbt_valid_to = cast('9999-12-31' as timestamp) or "duckshift"."silver"."snp_supplier__price_list".dbt_valid_to is null);

insert into "duckshift"."silver"."snp_supplier__price_list" ("supplier_id", "product_id", "unit_cost", "currency_code", "minimum_order_quantity", "dump_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_is_deleted")
    select DBT_INTERNAL_SOURCE."supplier_id",DBT_INTERNAL_SOURCE."product_id",DBT_INTERNAL_SOURCE."unit_cost",DBT_INTERNAL_SOURCE."currency_code",DBT_INTERNAL_SOURCE."minimum_order_quantity",DBT_INTERNAL_SOURCE."dump_at",DBT_INTERNAL_SOURCE."dbt_updated_at",DBT_INTERNAL_SOURCE."dbt_valid_from",DBT_INTERNAL_SOURCE."dbt_valid_to",DBT_INTERNAL_SOURCE."dbt_scd_id",DBT_INTERNAL_SOURCE."dbt_is_deleted"
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;

drop table "snp_supplier__price_list__dbt_tmp<time>";

create temporary table "snp_supplier__price_list__dbt_tmp<time>"
as (
with snapshot_query as (
        select * from (
-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: "duckshift"."silver"."stg_supplier__price_list"
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at
from "duckshift"."silver"."int_suppliers__select_complete_dumps"
) as dumps where dump_at = cast('2024-01-12 06:00:00' as timestamp)
    ),
    snapshotted_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from "duckshift"."silver"."snp_supplier__price_list"
        where
                ( (dbt_valid_to = cast('9999-12-31' as timestamp)) or dbt_valid_to is null )
    ),
    insertions_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
  coalesce(nullif(dump_at, dump_at), cast('9999-12-31' as timestamp))
  as dbt_valid_to
,
            md5(coalesce(cast(supplier_id as varchar ), '')
         || '|' || coalesce(cast(product_id as varchar ), '')
         || '|' || coalesce(cast(dump_at as varchar ), '')
        ) as dbt_scd_id
        from snapshot_query
    ),
    updates_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
            dump_at as dbt_valid_to
        from snapshot_query
    ),
    deletes_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*,'False' as dbt_is_deleted
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        snapshotted_data.dbt_unique_key_1 is null
            or (
        snapshotted_data.dbt_unique_key_1 is not null
 and (
               (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
            )
        )
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from updates_source_data as source_data
        join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where (
            (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
        )
    )
    ,
    deletes as (
        select
            'delete' as dbt_change_type,
            source_data.*,
            cast('2024-01-12 06:00:00' as timestamp) as dbt_valid_from,
            cast('2024-01-12 06:00:00' as timestamp) as dbt_updated_at,
            cast('2024-01-12 06:00:00' as timestamp) as dbt_valid_to,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        source_data.dbt_unique_key_1 is null
            and not (
                --avoid updating the record's valid_to if the latest entry is marked as deleted
                snapshotted_data.dbt_is_deleted = 'True'
                and
                snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    ,
    deletion_records as (
        select
            'insert' as dbt_change_type,snapshotted_data."supplier_id",snapshotted_data."product_id",snapshotted_data."unit_cost",snapshotted_data."currency_code",snapshotted_data."minimum_order_quantity",snapshotted_data."dump_at",snapshotted_data.supplier_id as dbt_unique_key_1,
                snapshotted_data.product_id as dbt_unique_key_2,
                cast('2024-01-12 06:00:00' as timestamp) as dbt_valid_from,
            cast('2024-01-12 06:00:00' as timestamp) as dbt_updated_at,
            snapshotted_data.dbt_valid_to as dbt_valid_to,
            md5(coalesce(cast(dbt_scd_id as varchar ), '')
         || '|' || coalesce(cast(cast('2024-01-12 06:00:00' as timestamp) as varchar ), '')
        ) as dbt_scd_id,
            'True' as dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where
        source_data.dbt_unique_key_1 is null
        and not (
            --avoid inserting a new record if the latest one is marked as deleted
            snapshotted_data.dbt_is_deleted = 'True'
            and
            snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    select * from insertions
    union all
    select * from updates
    union all
    select * from deletes
    union all
    select * from deletion_records
);

update "duckshift"."silver"."snp_supplier__price_list"
    set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_scd_id::text = "duckshift"."silver"."snp_supplier__price_list".dbt_scd_id::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
        and ("duckshift"."silver"."snp_supplier__price_list".dbt_valid_to = cast('9999-12-31' as timestamp) or "duckshift"."silver"."snp_supplier__price_list".dbt_valid_to is null);

insert into "duckshift"."silver"."snp_supplier__price_list" ("supplier_id", "product_id", "unit_cost", "currency_code", "minimum_order_quantity", "dump_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_is_deleted")
    select DBT_INTERNAL_SOURCE."supplier_id",DBT_INTERNAL_SOURCE."product_id",DBT_INTERNAL_SOURCE."unit_cost",DBT_INTERNAL_SOURCE."currency_code",DBT_INTERNAL_SOURCE."minimum_order_quantity",DBT_INTERNAL_SOURCE."dump_at",DBT_INTERNAL_SOURCE."dbt_updated_at",DBT_INTERNAL_SOURCE."dbt_valid_from",DBT_INTERNAL_SOURCE."dbt_valid_to",DBT_INTERNAL_SOURCE."dbt_scd_id",DBT_INTERNAL_SOURCE."dbt_is_deleted"
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;

drop table "snp_supplier__price_list__dbt_tmp<time>";

drop table if exists "duckshift"."ops"."changes__snp_supplier__price_list";

create table "duckshift"."ops"."changes__snp_supplier__price_list" (
        run_id bigint not null,
        op varchar(8) not null
    );

insert into "duckshift"."ops"."changes__snp_supplier__price_list" (run_id, op)
    values (<run>, 'reset');

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('snp_supplier__price_list', 'stg_supplier__price_list', <run>);

COMMIT;

commit;

set query_group to 'dbt';

commit;

set query_group to 'silver';

BEGIN;

create temporary table "snp_supplier__price_list__dbt_tmp<time>"
as (
with snapshot_query as (
        select * from (
-- The change log of the staging table says which dumps are new or read otherwise than before; the view has
-- no log. depends_on: "duckshift"."silver"."stg_supplier__price_list"
select
    supplier_id,
    product_id,
    unit_cost,
    currency_code,
    minimum_order_quantity,
    dump_at
from "duckshift"."silver"."int_suppliers__select_complete_dumps"
) as dumps where dump_at = cast('2024-01-26 06:00:00' as timestamp)
    ),
    snapshotted_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from "duckshift"."silver"."snp_supplier__price_list"
        where
                ( (dbt_valid_to = cast('9999-12-31' as timestamp)) or dbt_valid_to is null )
    ),
    insertions_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
  coalesce(nullif(dump_at, dump_at), cast('9999-12-31' as timestamp))
  as dbt_valid_to
,
            md5(coalesce(cast(supplier_id as varchar ), '')
         || '|' || coalesce(cast(product_id as varchar ), '')
         || '|' || coalesce(cast(dump_at as varchar ), '')
        ) as dbt_scd_id
        from snapshot_query
    ),
    updates_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
,
            dump_at as dbt_updated_at,
            dump_at as dbt_valid_from,
            dump_at as dbt_valid_to
        from snapshot_query
    ),
    deletes_source_data as (
        select *,
            supplier_id as dbt_unique_key_1 ,
            product_id as dbt_unique_key_2
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*,'False' as dbt_is_deleted
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        snapshotted_data.dbt_unique_key_1 is null
            or (
        snapshotted_data.dbt_unique_key_1 is not null
 and (
               (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
            )
        )
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from updates_source_data as source_data
        join snapshotted_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where (
            (snapshotted_data."unit_cost" != source_data."unit_cost"
        or
        (
            ((snapshotted_data."unit_cost" is null) and not (source_data."unit_cost" is null))
            or
            ((not snapshotted_data."unit_cost" is null) and (source_data."unit_cost" is null))
        ) or snapshotted_data."currency_code" != source_data."currency_code"
        or
        (
            ((snapshotted_data."currency_code" is null) and not (source_data."currency_code" is null))
            or
            ((not snapshotted_data."currency_code" is null) and (source_data."currency_code" is null))
        ) or snapshotted_data."minimum_order_quantity" != source_data."minimum_order_quantity"
        or
        (
            ((snapshotted_data."minimum_order_quantity" is null) and not (source_data."minimum_order_quantity" is null))
            or
            ((not snapshotted_data."minimum_order_quantity" is null) and (source_data."minimum_order_quantity" is null))
        ))or snapshotted_data.dbt_is_deleted = 'True'
        )
    )
    ,
    deletes as (
        select
            'delete' as dbt_change_type,
            source_data.*,
            cast('2024-01-26 06:00:00' as timestamp) as dbt_valid_from,
            cast('2024-01-26 06:00:00' as timestamp) as dbt_updated_at,
            cast('2024-01-26 06:00:00' as timestamp) as dbt_valid_to,
            snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
            where
        source_data.dbt_unique_key_1 is null
            and not (
                --avoid updating the record's valid_to if the latest entry is marked as deleted
                snapshotted_data.dbt_is_deleted = 'True'
                and
                snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    ,
    deletion_records as (
        select
            'insert' as dbt_change_type,snapshotted_data."supplier_id",snapshotted_data."product_id",snapshotted_data."unit_cost",snapshotted_data."currency_code",snapshotted_data."minimum_order_quantity",snapshotted_data."dump_at",snapshotted_data.supplier_id as dbt_unique_key_1,
                snapshotted_data.product_id as dbt_unique_key_2,
                cast('2024-01-26 06:00:00' as timestamp) as dbt_valid_from,
            cast('2024-01-26 06:00:00' as timestamp) as dbt_updated_at,
            snapshotted_data.dbt_valid_to as dbt_valid_to,
            md5(coalesce(cast(dbt_scd_id as varchar ), '')
         || '|' || coalesce(cast(cast('2024-01-26 06:00:00' as timestamp) as varchar ), '')
        ) as dbt_scd_id,
            'True' as dbt_is_deleted
        from snapshotted_data
        left join deletes_source_data as source_data
            on
	    (snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1) and
	    (snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2)
        where
        source_data.dbt_unique_key_1 is null
        and not (
            --avoid inserting a new record if the latest one is marked as deleted
            snapshotted_data.dbt_is_deleted = 'True'
            and
            snapshotted_data.dbt_valid_to = cast('9999-12-31' as timestamp)
            )
    )
    select * from insertions
    union all
    select * from updates
    union all
    select * from deletes
    union all
    select * from deletion_records
);

update "duckshift"."silver"."snp_supplier__price_list"
    set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_scd_id::text = "duckshift"."silver"."snp_supplier__price_list".dbt_scd_id::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
        and ("duckshift"."silver"."snp_supplier__price_list".dbt_valid_to = cast('9999-12-31' as timestamp) or "duckshift"."silver"."snp_supplier__price_list".dbt_valid_to is null);

insert into "duckshift"."silver"."snp_supplier__price_list" ("supplier_id", "product_id", "unit_cost", "currency_code", "minimum_order_quantity", "dump_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_is_deleted")
    select DBT_INTERNAL_SOURCE."supplier_id",DBT_INTERNAL_SOURCE."product_id",DBT_INTERNAL_SOURCE."unit_cost",DBT_INTERNAL_SOURCE."currency_code",DBT_INTERNAL_SOURCE."minimum_order_quantity",DBT_INTERNAL_SOURCE."dump_at",DBT_INTERNAL_SOURCE."dbt_updated_at",DBT_INTERNAL_SOURCE."dbt_valid_from",DBT_INTERNAL_SOURCE."dbt_valid_to",DBT_INTERNAL_SOURCE."dbt_scd_id",DBT_INTERNAL_SOURCE."dbt_is_deleted"
    from "snp_supplier__price_list__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;

drop table "snp_supplier__price_list__dbt_tmp<time>";

insert into "duckshift"."ops"."changes__snp_supplier__price_list" (run_id, op)
    values (<run>, 'reset');

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('snp_supplier__price_list', 'stg_supplier__price_list', <run>);

COMMIT;

commit;

set query_group to 'dbt';
