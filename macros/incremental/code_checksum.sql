{% macro code_checksum(node=none) -%}
    {#-
        What the rows of a model (by default of this one) follow from beside its inputs, as an md5: its
        compiled code (with the macros and vars that went into it, without comments, and without the part that
        differs from run to run), its unique_key and the types of its columns, how changes reach it
        (meta.recompute), the seeds and views it reads, and meta.logic_version. Names of databases and schemas
        are left out, so that copies of a warehouse agree, and one that defers to another.
    -#}
    {%- set node = node or model -%}
    {%- set meta = node.config.meta or {} -%}
    {%- set code = modules.re.sub(
        '/\\* affected.*?/\\* end of affected \\*/', '', node.compiled_code, flags=modules.re.DOTALL) -%}
    {%- set code = modules.re.sub('--[^\\n]*', '', code) -%}
    {%- set code = modules.re.sub('\\s+', ' ', code) -%}
    {%- set code = modules.re.sub('("[^"]*"\\.)+"', '"', code) -%}
    {%- set parts = [
        code, tojson(meta.get('recompute'), sort_keys=true), meta.get('logic_version', 1) | string,
        tojson(node.config.unique_key)] -%}
    {%- for column in node.columns.values() | sort(attribute='name') -%}
        {%- do parts.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- for parent in parents_in_code(node) | sort -%}
        {%- do parts.append(graph.nodes[parent].checksum.checksum) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}
