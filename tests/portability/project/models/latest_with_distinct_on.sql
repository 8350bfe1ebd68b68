-- refused: DISTINCT ON
select distinct on (customer_id) customer_id, amount
from (select 1 as customer_id, 5 as amount union all select 1 as customer_id, 15 as amount) as payments
order by customer_id, amount desc
