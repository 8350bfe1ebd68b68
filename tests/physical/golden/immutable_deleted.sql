commit;

BEGIN;

create table "duckshift"."merges"."immutable_deleted" (
    item_id varchar(16),
    order_id varchar(16),
    amount integer
)
diststyle key distkey (order_id)
sortkey auto
encode auto;

insert into "duckshift"."merges"."immutable_deleted" (
    item_id,
    order_id,
    amount
)
select
    item_id,
    order_id,
    amount
from (
select cast('i1' as varchar(16)) as item_id, cast('o1' as varchar(16)) as order_id, 1 as amount
union all
select cast('i2' as varchar(16)) as item_id, cast('o1' as varchar(16)) as order_id, 2 as amount
) as model_rows;

COMMIT;

commit;

create temporary table "immutable_deleted__dbt_tmp<time>" (
    item_id varchar(16),
    order_id varchar(16),
    amount integer
)
diststyle key distkey (order_id);

insert into "immutable_deleted__dbt_tmp<time>" (
    item_id,
    order_id,
    amount
)
select
    item_id,
    order_id,
    amount
from (
select cast('i2' as varchar(16)) as item_id, cast('o1' as varchar(16)) as order_id, 20 as amount
union all
select cast('i3' as varchar(16)) as item_id, cast('o2' as varchar(16)) as order_id, 30 as amount
) as model_rows;

BEGIN;

delete from "duckshift"."merges"."immutable_deleted"
    where (item_id, order_id) in (
        select distinct item_id, order_id
        from "immutable_deleted__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
    );

insert into "duckshift"."merges"."immutable_deleted" ("item_id", "order_id", "amount")
        (
            select "item_id", "order_id", "amount"
            from "immutable_deleted__dbt_tmp<time>"
        );

COMMIT;
