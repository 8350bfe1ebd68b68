-- refused: VALUES
select n from (values (1), (2)) as numbers (n)
