{% macro create_change_log_sql(columns) -%}
    {#-
        The statement that creates this model's change log anew: the run, what became of a row, and the values
        of `columns` before (old_) and after (new_). A row with op = 'reset' says that readers must look at
        everything.
    -#}
    drop table if exists {{ change_log(model.name) }};
    create table {{ change_log(model.name) }} (
        run_id bigint not null,
        op varchar(8) not null
        {%- for name in columns %},
        old_{{ name }} {{ model.columns[name].data_type }},
        new_{{ name }} {{ model.columns[name].data_type }}
        {%- endfor %}
    );
{%- endmacro %}
