{{ config(enabled=var('with_endless', false), materialized='table') }}

select sum(first_one.n * second_one.n) as n
from range(1000000) as first_one(n)
cross join range(1000000) as second_one(n)
