-- Guards every macro of macros/dialect and macros/portable: a row here is a case whose value is not the expected one.
select *
from {{ ref('dialect_results') }}
where not is_expected
