select {{ run_query('select 1 from no_such_table') }} as broken_value
