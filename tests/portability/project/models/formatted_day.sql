-- refused: strftime
select strftime(current_date, '%Y-%m') as month
