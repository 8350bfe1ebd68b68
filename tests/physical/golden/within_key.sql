commit;

BEGIN;

create table "duckshift"."merges"."within_key" (
    item_id varchar(16),
    order_id varchar(16),
    amount integer
)
diststyle key distkey (order_id)
sortkey auto
encode auto;

insert into "duckshift"."merges"."within_key" (
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

create temporary table "within_key__dbt_tmp<time>" (
    item_id varchar(16),
    order_id varchar(16),
    amount integer
)
diststyle key distkey (order_id);

insert into "within_key__dbt_tmp<time>" (
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

merge into "duckshift"."merges"."within_key"
        using "within_key__dbt_tmp<time>" as DBT_INTERNAL_SOURCE
        on (
                    DBT_INTERNAL_SOURCE.order_id = "duckshift"."merges"."within_key".order_id
                ) and (
                    DBT_INTERNAL_SOURCE.item_id = "duckshift"."merges"."within_key".item_id
                )
    when matched then update set
        "item_id" = DBT_INTERNAL_SOURCE."item_id",
        "order_id" = DBT_INTERNAL_SOURCE."order_id",
        "amount" = DBT_INTERNAL_SOURCE."amount"
    when not matched then insert (
        "item_id",
        "order_id",
        "amount"
    )
    values (
        DBT_INTERNAL_SOURCE."item_id",
        DBT_INTERNAL_SOURCE."order_id",
        DBT_INTERNAL_SOURCE."amount"
    );

COMMIT;
