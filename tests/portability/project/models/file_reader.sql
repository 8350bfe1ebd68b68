-- refused: read_csv
select * from read_csv('landing/orders.csv')
