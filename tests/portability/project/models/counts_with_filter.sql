-- refused: FILTER
select count(*) filter (where amount > 10) as large_count
from (select 5 as amount union all select 15 as amount) as payments
