{% macro code_checksum(node=none) -%}
    {#-
        What the rows of a model (by default of this one) follow from beside its inputs, as an md5: its
        compiled code (with the macros and vars that went into it, without comments, and without the part that
        differs from run to run), the seeds and views it reads, and meta.logic_version. Names of database and
        schemas are left out, so that copies of a warehouse agree.
    -#}
    {%- set node = node or model -%}
    {%- set code = modules.re.sub(
        '/\\* affected.*?/\\* end of affected \\*/', '', node.compiled_code, flags=modules.re.DOTALL) -%}
    {%- set code = modules.re.sub('--[^\\n]*', '', code) -%}
    {%- set code = modules.re.sub('\\s+', ' ', code) -%}
    {%- set code = code | replace('"' ~ target.database ~ '".', '') -%}
    {%- if target.schema != 'main' -%}
        {%- set code = code | replace('"' ~ target.schema ~ '_', '"') -%}
    {%- endif -%}
    {%- set parts = [code, (node.config.meta or {}).get('logic_version', 1) | string] -%}
    {%- for parent in parents_in_code(node) | sort -%}
        {%- do parts.append(graph.nodes[parent].checksum.checksum) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}
