-- refused: string_agg
select string_agg(name, ', ') as names
from (select 'a' as name union all select 'b' as name) as people
