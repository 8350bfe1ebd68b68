{% macro token(value, salt) -%}
    {#-
        A personal value as a token: equal values give equal tokens, so joins and counts survive, and without
        the salt nobody can try values out. Null stays null. `salt` is the column of vault.salt, joined once
        by the model.
    -#}
    case when {{ value }} is not null then {{ sha256_hex(salt ~ " || '|' || " ~ value) }} end
{%- endmacro %}
