{% macro is_replay_file(file) -%}
    {#-
        Whether a landing file was written by `duckshift quarantine replay`, by its name (docs/quarantine.md).
        A source may call a folder, a store or an export so; no name of its own ends in the digest.
    -#}
    {{ matches_text(file, '.*[/-]replay-[0-9a-f]{12}[.][^/]+') }}
{%- endmacro %}
