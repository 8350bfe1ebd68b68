{% macro record_watermarks(inputs) -%}
    {#-
        The statement that says: this model has read these inputs (names) up to this run. Part of the
        transaction that changes the model.
    -#}
    insert into {{ control_relation('watermarks') }} (model_name, input_name, run_id)
    values
        {%- for name in inputs %}
        ('{{ model.name }}', '{{ name }}', {{ current_run_id() }}){{ ',' if not loop.last else ';' }}
        {%- endfor %}
{%- endmacro %}
