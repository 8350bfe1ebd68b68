-- refused: IS DISTINCT FROM
select 1 is distinct from 2 as differs
