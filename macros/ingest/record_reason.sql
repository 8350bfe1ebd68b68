{% macro record_reason(entity, checks) -%}
    {#-
        Text that says why a record breaks the landing contract, null if it does not: the first column that is
        missing or does not fit. `checks` maps a column to {'text': its value as text, 'fits': a condition}. A
        delete needs only its key. Values of columns that hold personal data are not repeated, and of others
        the first 100 characters.

        What lies in the folder `store=S-1` belongs to that store: a line of another one would be taken for a
        line of that other store's delivery, and no correction of either would be right.
    -#}
    {%- set is_change_log = entity.delivery == 'change_log' -%}
    case
    {%- for field in entity.fields %}
        {%- set check = checks[field.name] %}
        {%- if field.required %}
        when {{ is_blank(check.text) }}
            {%- if is_change_log and field.name not in entity.key %} and coalesce(op, 'I') != 'D'{% endif %}
            then '{{ field.name }}: a value is required'
        {%- endif %}
        {%- if check.fits %}
        when not {{ check.fits }}
            then '{{ field.name }}: {{ field.data_type }} expected'
            {%- if not field.pii %} || ', found ' || substring({{ check.text }}, 1, 100){% endif %}
        {%- endif %}
        {%- if entity.delivery == 'latest_revision' and field.name == 'store_id' %}
        when {{ check.text }} != split_part(split_part(_file, '/store=', 2), '/', 1)
            then '{{ field.name }}: its folder is that of another, found '
                || substring({{ check.text }}, 1, 100)
        {%- endif %}
    {%- endfor %}
    end
{%- endmacro %}
