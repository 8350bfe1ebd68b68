{% macro ensure_salt() -%}
    {#-
        Tokens must not be guessable from outside, yet equal from build to build. A production warehouse puts
        its own row into vault.salt before its first build (see the source `vault.salt` in the docs); this
        default, known to all, serves development. It is a row and no variable, because variables show in
        artifacts.
    -#}
    {%- call statement('ensure_salt', auto_begin=true) -%}
        insert into {{ control_relation('salt', layer='vault') }} (salt)
        select 'duckshift development salt'
        where not exists (select 1 from {{ control_relation('salt', layer='vault') }})
    {%- endcall -%}
{%- endmacro %}
