{% macro weight() %}2{% endmacro %}
