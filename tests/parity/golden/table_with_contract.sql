commit;

set query_group to 'gold';

BEGIN;

create table "duckshift"."gold"."fct_payments__dbt_tmp" (
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
    payment_at timestamp encode az64
)
diststyle key distkey (order_id)
compound sortkey (payment_date);

insert into "duckshift"."gold"."fct_payments__dbt_tmp" (
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
    payment_at
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
    payment_at
from (
-- One row is one transaction of the payment processor: authorisation, capture, refund or chargeback. Contains
-- transactions whose order has not arrived (is_order_known = false); they attach when it does. Not every
-- source dates its payments (Olist does not): the date is null then, and the order's date finds the rate.
with
stg_payments__transactions as (
    select * from "duckshift"."silver"."stg_payments__transactions"
),
int_orders__unite_orders as (
    select * from "duckshift"."silver"."int_orders__unite_orders"
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
        payment_at
    from rated
)
select * from fct_payments
) as model_rows
order by
    payment_date;

alter table "duckshift"."gold"."fct_payments__dbt_tmp" rename to "fct_payments";

COMMIT;

BEGIN;

drop table if exists "duckshift"."gold"."fct_payments__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';

commit;

set query_group to 'gold';

BEGIN;

create table "duckshift"."gold"."fct_payments__dbt_tmp" (
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
    payment_at timestamp encode az64
)
diststyle key distkey (order_id)
compound sortkey (payment_date);

insert into "duckshift"."gold"."fct_payments__dbt_tmp" (
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
    payment_at
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
    payment_at
from (
-- One row is one transaction of the payment processor: authorisation, capture, refund or chargeback. Contains
-- transactions whose order has not arrived (is_order_known = false); they attach when it does. Not every
-- source dates its payments (Olist does not): the date is null then, and the order's date finds the rate.
with
stg_payments__transactions as (
    select * from "duckshift"."silver"."stg_payments__transactions"
),
int_orders__unite_orders as (
    select * from "duckshift"."silver"."int_orders__unite_orders"
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
        payment_at
    from rated
)
select * from fct_payments
) as model_rows
order by
    payment_date;

alter table "duckshift"."gold"."fct_payments" rename to "fct_payments__dbt_backup";

alter table "duckshift"."gold"."fct_payments__dbt_tmp" rename to "fct_payments";

COMMIT;

BEGIN;

drop table if exists "duckshift"."gold"."fct_payments__dbt_backup" cascade;

COMMIT;

BEGIN;

commit;

set query_group to 'dbt';
