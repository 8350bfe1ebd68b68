commit;

set query_group to 'gold';

BEGIN;

create table "duckshift"."gold"."fct_payments" (
    payment_id varchar(128) encode lzo not null,
    order_id varchar(160) encode lzo not null,
    authorisation_id varchar(128) encode lzo,
    payment_date_key integer encode az64 not null,
    customer_durable_key bigint encode az64 not null,
    payment_method_key bigint encode az64 not null,
    currency_key bigint encode az64 not null,
    transaction_type varchar(32) encode bytedict not null,
    transaction_status varchar(32) encode bytedict not null,
    payment_method varchar(32) encode bytedict,
    currency_code varchar(3) encode bytedict,
    installments integer encode az64,
    is_order_known boolean encode raw not null,
    amount decimal(18,2) encode az64 not null,
    reporting_rate decimal(18,10) encode az64,
    reporting_rate_date date encode az64,
    reporting_rate_state varchar(16) encode bytedict not null,
    amount_reporting decimal(18,2) encode az64,
    payment_date date encode raw,
    payment_at timestamp encode az64,
    order_date date encode az64
)
diststyle key distkey (order_id)
compound sortkey (payment_date);

insert into "duckshift"."gold"."fct_payments" (
    payment_id,
    order_id,
    authorisation_id,
    payment_date_key,
    customer_durable_key,
    payment_method_key,
    currency_key,
    transaction_type,
    transaction_status,
    payment_method,
    currency_code,
    installments,
    is_order_known,
    amount,
    reporting_rate,
    reporting_rate_date,
    reporting_rate_state,
    amount_reporting,
    payment_date,
    payment_at,
    order_date
)
select
    payment_id,
    order_id,
    authorisation_id,
    payment_date_key,
    customer_durable_key,
    payment_method_key,
    currency_key,
    transaction_type,
    transaction_status,
    payment_method,
    currency_code,
    installments,
    is_order_known,
    amount,
    reporting_rate,
    reporting_rate_date,
    reporting_rate_state,
    amount_reporting,
    payment_date,
    payment_at,
    order_date
from (
-- One row is one transaction of the payment processor: authorisation, capture, refund or chargeback. Contains
-- transactions whose order has not arrived (is_order_known = false); they attach when it does. Not every
-- source dates its payments (Olist does not): the date is null then, and the order's date finds the rate.
with
affected as (
    select cast(null as varchar(160)) as affected_key
    where false
),
stg_payments__transactions as (
    select * from "duckshift"."silver"."stg_payments__transactions"
    where  true
),
int_orders__unite_orders as (
    select * from "duckshift"."silver"."int_orders__unite_orders"
    where  true
),
int_money__daily_rates as (
    select * from "duckshift"."silver"."int_money__daily_rates"
),
countries as (
    select * from "duckshift"."reference"."countries"
),
attached as (
    select
        payments.*,
        orders.order_id is not null as is_order_known,
        orders.customer_id,
        orders.order_date,
        cast(convert_timezone('UTC', coalesce(countries.time_zone, 'UTC'), cast(payments.payment_at as timestamp)) as date)
            as payment_date
    from stg_payments__transactions as payments
    left join int_orders__unite_orders as orders
        on payments.order_id = orders.order_id
    left join countries
        on orders.country_code = countries.country_code
),
rated as (
    select
        attached.*,
        case
                when attached.currency_code = 'EUR' then cast(1 as decimal(18,10))
                else rates.rate_to_reporting
            end as reporting_rate,
            rates.valid_from_date as reporting_rate_date,
            case
                when attached.currency_code = 'EUR' then 'same_currency'
                else coalesce(rates.rate_origin, 'missing')
            end as reporting_rate_state
    from attached
    left join int_money__daily_rates as rates
        on
            attached.currency_code = rates.currency_code
            and coalesce(attached.payment_date, attached.order_date) >= rates.valid_from_date
            and coalesce(attached.payment_date, attached.order_date) < rates.valid_to_date
),
fct_payments as (
    select
        ---------- keys
        payment_id,
        order_id,
        authorisation_id,
        ---------- foreign keys
        case when payment_date is null then -1 else coalesce(case
        when payment_date < cast('2009-01-01' as date) then -1
        when payment_date > cast('2030-12-31' as date) then -1
        else cast(
        extract(year from payment_date) * 10000
        + extract(month from payment_date) * 100
        + extract(day from payment_date)
        as integer
    )
    end, -1) end as payment_date_key,
        case when customer_id is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(customer_id as varchar(65535))) as varchar(16)) || ':' || cast(customer_id as varchar(65535)), '-')), 1, 15), 16), -1) end as customer_durable_key,
        case when payment_method is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(payment_method as varchar(65535))) as varchar(16)) || ':' || cast(payment_method as varchar(65535)), '-')), 1, 15), 16), -1) end as payment_method_key,
        case when currency_code is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(currency_code as varchar(65535))) as varchar(16)) || ':' || cast(currency_code as varchar(65535)), '-')), 1, 15), 16), -1) end as currency_key,
        ---------- attributes
        transaction_type,
        transaction_status,
        payment_method,
        currency_code,
        installments,
        is_order_known,
        ---------- measures
        amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        cast(
        round(cast(amount as decimal(19, 6)) * cast(reporting_rate as decimal(18, 10)), 2)
        as decimal(18, 2)
    ) as amount_reporting,
        ---------- dates and timestamps
        payment_date,
        payment_at,
        order_date
    from rated
)
select * from fct_payments
) as model_rows
order by
    payment_date;

drop table if exists "duckshift"."ops"."changes__fct_payments";

create table "duckshift"."ops"."changes__fct_payments" (
        run_id bigint not null,
        op varchar(8) not null,
        old_payment_id varchar(128),
        new_payment_id varchar(128),
        old_order_id varchar(160),
        new_order_id varchar(160)
    );

insert into "duckshift"."ops"."changes__fct_payments" (run_id, op)
    values (<run>, 'reset');

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('fct_payments', 'stg_payments__transactions', <run>),
        ('fct_payments', 'int_orders__unite_orders', <run>),
        ('fct_payments', 'int_money__daily_rates', <run>);

insert into "duckshift"."ops"."model_builds" (
        model_name,
        run_id,
        build_kind,
        code_checksum,
        affected_key_count,
        inserted_row_count,
        updated_row_count,
        deleted_row_count
    )
    select
        'fct_payments',
        <run>,
        'full',
        '<checksum>',
        null,
        (select count(*) from "duckshift"."gold"."fct_payments"),
        0,
        0;

COMMIT;

commit;

set query_group to 'dbt';

drop table if exists fct_payments__affected;

create temporary table fct_payments__affected as
    select affected_key from (
    select changed_order_id as affected_key
    from (
    select
        new_order_id as changed_order_id
    from "duckshift"."ops"."changes__stg_payments__transactions"
    where
        run_id > <run>
        and op not in ('reset', 'delete')
        and (true)
    union
    select
        old_order_id as changed_order_id
    from "duckshift"."ops"."changes__stg_payments__transactions"
    where
        run_id > <run>
        and op not in ('reset', 'insert')
        and (true)) as changed
    where changed_order_id is not null
    union
    select changed_order_id as affected_key
    from (
    select
        new_order_id as changed_order_id
    from "duckshift"."ops"."changes__int_orders__unite_orders"
    where
        run_id > <run>
        and op not in ('reset', 'delete')
        and (op != 'update' or (case when old_customer_id = new_customer_id then false when old_customer_id is null and new_customer_id is null then false else true end) or (case when old_country_code = new_country_code then false when old_country_code is null and new_country_code is null then false else true end) or (case when old_order_date = new_order_date then false when old_order_date is null and new_order_date is null then false else true end))
    union
    select
        old_order_id as changed_order_id
    from "duckshift"."ops"."changes__int_orders__unite_orders"
    where
        run_id > <run>
        and op not in ('reset', 'insert')
        and (op != 'update' or (case when old_customer_id = new_customer_id then false when old_customer_id is null and new_customer_id is null then false else true end) or (case when old_country_code = new_country_code then false when old_country_code is null and new_country_code is null then false else true end) or (case when old_order_date = new_order_date then false when old_order_date is null and new_order_date is null then false else true end))) as changed
    where changed_order_id is not null
    union
    select matched.order_id as affected_key
    from "duckshift"."gold"."fct_payments" as matched
    inner join (
    select
        new_currency_code as changed_currency_code,
        new_valid_from_date as changed_valid_from_date,
        new_valid_to_date as changed_valid_to_date
    from "duckshift"."ops"."changes__int_money__daily_rates"
    where
        run_id > <run>
        and op not in ('reset', 'delete')
        and (op != 'update' or (case when old_rate_to_reporting = new_rate_to_reporting then false when old_rate_to_reporting is null and new_rate_to_reporting is null then false else true end) or (case when old_rate_origin = new_rate_origin then false when old_rate_origin is null and new_rate_origin is null then false else true end))
    union
    select
        old_currency_code as changed_currency_code,
        old_valid_from_date as changed_valid_from_date,
        old_valid_to_date as changed_valid_to_date
    from "duckshift"."ops"."changes__int_money__daily_rates"
    where
        run_id > <run>
        and op not in ('reset', 'insert')
        and (op != 'update' or (case when old_rate_to_reporting = new_rate_to_reporting then false when old_rate_to_reporting is null and new_rate_to_reporting is null then false else true end) or (case when old_rate_origin = new_rate_origin then false when old_rate_origin is null and new_rate_origin is null then false else true end))) as changed
        on
            matched.currency_code = changed.changed_currency_code and
            coalesce(payment_date, order_date) >= changed.changed_valid_from_date
            and coalesce(payment_date, order_date) < changed.changed_valid_to_date
    ) as found group by affected_key;

commit;

set query_group to 'gold';

create temporary table "fct_payments__dbt_tmp<time>" (
    payment_id varchar(128) not null,
    order_id varchar(160) not null,
    authorisation_id varchar(128),
    payment_date_key integer not null,
    customer_durable_key bigint not null,
    payment_method_key bigint not null,
    currency_key bigint not null,
    transaction_type varchar(32) not null,
    transaction_status varchar(32) not null,
    payment_method varchar(32),
    currency_code varchar(3),
    installments integer,
    is_order_known boolean not null,
    amount decimal(18,2) not null,
    reporting_rate decimal(18,10),
    reporting_rate_date date,
    reporting_rate_state varchar(16) not null,
    amount_reporting decimal(18,2),
    payment_date date,
    payment_at timestamp,
    order_date date
)
diststyle key distkey (order_id);

insert into "fct_payments__dbt_tmp<time>" (
    payment_id,
    order_id,
    authorisation_id,
    payment_date_key,
    customer_durable_key,
    payment_method_key,
    currency_key,
    transaction_type,
    transaction_status,
    payment_method,
    currency_code,
    installments,
    is_order_known,
    amount,
    reporting_rate,
    reporting_rate_date,
    reporting_rate_state,
    amount_reporting,
    payment_date,
    payment_at,
    order_date
)
select
    payment_id,
    order_id,
    authorisation_id,
    payment_date_key,
    customer_durable_key,
    payment_method_key,
    currency_key,
    transaction_type,
    transaction_status,
    payment_method,
    currency_code,
    installments,
    is_order_known,
    amount,
    reporting_rate,
    reporting_rate_date,
    reporting_rate_state,
    amount_reporting,
    payment_date,
    payment_at,
    order_date
from (
-- One row is one transaction of the payment processor: authorisation, capture, refund or chargeback. Contains
-- transactions whose order has not arrived (is_order_known = false); they attach when it does. Not every
-- source dates its payments (Olist does not): the date is null then, and the order's date finds the rate.
with
affected as (
    select affected_key from fct_payments__affected
),
stg_payments__transactions as (
    select * from "duckshift"."silver"."stg_payments__transactions"
    where  order_id in (select affected_key from affected)
        and (payment_at between cast('2024-01-05 18:55:59' as timestamp) and cast('2024-01-30 22:17:46' as timestamp))
),
int_orders__unite_orders as (
    select * from "duckshift"."silver"."int_orders__unite_orders"
    where  order_id in (select affected_key from affected)
        and (order_date between cast('2024-01-05' as date) and cast('2024-01-30' as date))
),
int_money__daily_rates as (
    select * from "duckshift"."silver"."int_money__daily_rates"
),
countries as (
    select * from "duckshift"."reference"."countries"
),
attached as (
    select
        payments.*,
        orders.order_id is not null as is_order_known,
        orders.customer_id,
        orders.order_date,
        cast(convert_timezone('UTC', coalesce(countries.time_zone, 'UTC'), cast(payments.payment_at as timestamp)) as date)
            as payment_date
    from stg_payments__transactions as payments
    left join int_orders__unite_orders as orders
        on payments.order_id = orders.order_id
    left join countries
        on orders.country_code = countries.country_code
),
rated as (
    select
        attached.*,
        case
                when attached.currency_code = 'EUR' then cast(1 as decimal(18,10))
                else rates.rate_to_reporting
            end as reporting_rate,
            rates.valid_from_date as reporting_rate_date,
            case
                when attached.currency_code = 'EUR' then 'same_currency'
                else coalesce(rates.rate_origin, 'missing')
            end as reporting_rate_state
    from attached
    left join int_money__daily_rates as rates
        on
            attached.currency_code = rates.currency_code
            and coalesce(attached.payment_date, attached.order_date) >= rates.valid_from_date
            and coalesce(attached.payment_date, attached.order_date) < rates.valid_to_date
),
fct_payments as (
    select
        ---------- keys
        payment_id,
        order_id,
        authorisation_id,
        ---------- foreign keys
        case when payment_date is null then -1 else coalesce(case
        when payment_date < cast('2009-01-01' as date) then -1
        when payment_date > cast('2030-12-31' as date) then -1
        else cast(
        extract(year from payment_date) * 10000
        + extract(month from payment_date) * 100
        + extract(day from payment_date)
        as integer
    )
    end, -1) end as payment_date_key,
        case when customer_id is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(customer_id as varchar(65535))) as varchar(16)) || ':' || cast(customer_id as varchar(65535)), '-')), 1, 15), 16), -1) end as customer_durable_key,
        case when payment_method is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(payment_method as varchar(65535))) as varchar(16)) || ':' || cast(payment_method as varchar(65535)), '-')), 1, 15), 16), -1) end as payment_method_key,
        case when currency_code is null then -1 else coalesce(strtol(substring(md5(coalesce(cast(length(cast(currency_code as varchar(65535))) as varchar(16)) || ':' || cast(currency_code as varchar(65535)), '-')), 1, 15), 16), -1) end as currency_key,
        ---------- attributes
        transaction_type,
        transaction_status,
        payment_method,
        currency_code,
        installments,
        is_order_known,
        ---------- measures
        amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        cast(
        round(cast(amount as decimal(19, 6)) * cast(reporting_rate as decimal(18, 10)), 2)
        as decimal(18, 2)
    ) as amount_reporting,
        ---------- dates and timestamps
        payment_date,
        payment_at,
        order_date
    from rated
)
select * from fct_payments
) as model_rows;

BEGIN;

create temporary table fct_payments__former as
    select *
    from "duckshift"."gold"."fct_payments"
    where
        order_id in (select affected_key from fct_payments__affected)
        and (payment_date between cast('2024-01-05' as date) and cast('2024-01-12' as date))
    union all
    select *
    from "duckshift"."gold"."fct_payments"
    where order_id is null;

create temporary table fct_payments__changes as
    select
        case
            when former.payment_id is null then 'insert'
            when staged.payment_id is null then 'delete'
            else 'update'
        end as op,
        former.payment_id as old_payment_id,
        staged.payment_id as new_payment_id,
        former.order_id as old_order_id,
        staged.order_id as new_order_id
    from fct_payments__former as former
    full outer join (
        select *
        from "fct_payments__dbt_tmp<time>"
        where
            order_id in (select affected_key from fct_payments__affected)
            or order_id is null
    ) as staged
        on
            former.payment_id = staged.payment_id
    where
        former.payment_id is null
        or staged.payment_id is null
        or (case when former.order_id || '.' = staged.order_id || '.' then false when former.order_id || '.' is null and staged.order_id || '.' is null then false else true end)
        or (case when former.authorisation_id || '.' = staged.authorisation_id || '.' then false when former.authorisation_id || '.' is null and staged.authorisation_id || '.' is null then false else true end)
        or (case when former.payment_date_key = staged.payment_date_key then false when former.payment_date_key is null and staged.payment_date_key is null then false else true end)
        or (case when former.customer_durable_key = staged.customer_durable_key then false when former.customer_durable_key is null and staged.customer_durable_key is null then false else true end)
        or (case when former.payment_method_key = staged.payment_method_key then false when former.payment_method_key is null and staged.payment_method_key is null then false else true end)
        or (case when former.currency_key = staged.currency_key then false when former.currency_key is null and staged.currency_key is null then false else true end)
        or (case when former.transaction_type || '.' = staged.transaction_type || '.' then false when former.transaction_type || '.' is null and staged.transaction_type || '.' is null then false else true end)
        or (case when former.transaction_status || '.' = staged.transaction_status || '.' then false when former.transaction_status || '.' is null and staged.transaction_status || '.' is null then false else true end)
        or (case when former.payment_method || '.' = staged.payment_method || '.' then false when former.payment_method || '.' is null and staged.payment_method || '.' is null then false else true end)
        or (case when former.currency_code || '.' = staged.currency_code || '.' then false when former.currency_code || '.' is null and staged.currency_code || '.' is null then false else true end)
        or (case when former.installments = staged.installments then false when former.installments is null and staged.installments is null then false else true end)
        or (case when former.is_order_known = staged.is_order_known then false when former.is_order_known is null and staged.is_order_known is null then false else true end)
        or (case when former.amount = staged.amount then false when former.amount is null and staged.amount is null then false else true end)
        or (case when former.reporting_rate = staged.reporting_rate then false when former.reporting_rate is null and staged.reporting_rate is null then false else true end)
        or (case when former.reporting_rate_date = staged.reporting_rate_date then false when former.reporting_rate_date is null and staged.reporting_rate_date is null then false else true end)
        or (case when former.reporting_rate_state || '.' = staged.reporting_rate_state || '.' then false when former.reporting_rate_state || '.' is null and staged.reporting_rate_state || '.' is null then false else true end)
        or (case when former.amount_reporting = staged.amount_reporting then false when former.amount_reporting is null and staged.amount_reporting is null then false else true end)
        or (case when former.payment_date = staged.payment_date then false when former.payment_date is null and staged.payment_date is null then false else true end)
        or (case when former.payment_at = staged.payment_at then false when former.payment_at is null and staged.payment_at is null then false else true end)
        or (case when former.order_date = staged.order_date then false when former.order_date is null and staged.order_date is null then false else true end);

delete from "duckshift"."gold"."fct_payments"
    using fct_payments__changes
    where
        fct_payments__changes.op != 'insert'
        and fct_payments__changes.old_payment_id = fct_payments.payment_id
        and fct_payments__changes.old_order_id = fct_payments.order_id
        and not (case when fct_payments__changes.old_order_id = fct_payments.order_id then false when fct_payments__changes.old_order_id is null and fct_payments.order_id is null then false else true end)
        and (fct_payments.payment_date between cast('2024-01-05' as date) and cast('2024-01-12' as date));

insert into "duckshift"."gold"."fct_payments" (
        payment_id,
        order_id,
        authorisation_id,
        payment_date_key,
        customer_durable_key,
        payment_method_key,
        currency_key,
        transaction_type,
        transaction_status,
        payment_method,
        currency_code,
        installments,
        is_order_known,
        amount,
        reporting_rate,
        reporting_rate_date,
        reporting_rate_state,
        amount_reporting,
        payment_date,
        payment_at,
        order_date
    )
    select
        staged.payment_id,
        staged.order_id,
        staged.authorisation_id,
        staged.payment_date_key,
        staged.customer_durable_key,
        staged.payment_method_key,
        staged.currency_key,
        staged.transaction_type,
        staged.transaction_status,
        staged.payment_method,
        staged.currency_code,
        staged.installments,
        staged.is_order_known,
        staged.amount,
        staged.reporting_rate,
        staged.reporting_rate_date,
        staged.reporting_rate_state,
        staged.amount_reporting,
        staged.payment_date,
        staged.payment_at,
        staged.order_date
    from "fct_payments__dbt_tmp<time>" as staged
    inner join fct_payments__changes as changes
        on
            staged.payment_id = changes.new_payment_id
    where changes.op != 'delete'
    order by
        staged.payment_date;

insert into "duckshift"."ops"."changes__fct_payments"
    select
        <run> as run_id,
        op,
        old_payment_id,
        new_payment_id,
        old_order_id,
        new_order_id
    from fct_payments__changes;

insert into "duckshift"."ops"."watermarks" (model_name, input_name, run_id)
    values
        ('fct_payments', 'stg_payments__transactions', <run>),
        ('fct_payments', 'int_orders__unite_orders', <run>),
        ('fct_payments', 'int_money__daily_rates', <run>);

insert into "duckshift"."ops"."model_builds" (
        model_name,
        run_id,
        build_kind,
        code_checksum,
        affected_key_count,
        inserted_row_count,
        updated_row_count,
        deleted_row_count
    )
    select
        'fct_payments',
        <run>,
        'incremental',
        '<checksum>',
        222,
        296,
        1,
        0;

drop table fct_payments__affected;

drop table fct_payments__former;

drop table fct_payments__changes;

COMMIT;

commit;

set query_group to 'dbt';
