-- refused: frame
select sum(amount) over (order by amount) as running_amount
from (select 5 as amount union all select 15 as amount) as payments
