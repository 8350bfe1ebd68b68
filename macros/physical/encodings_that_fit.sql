{% macro encodings_that_fit(data_type) -%}
    {#-
        Compression encodings of Redshift that a type can have; the first is what Redshift gives a column of
        that type when ENCODE AUTO is off (Developer Guide, "Compression encodings"). None for other types.
    -#}
    {%- set small = ['az64', 'bytedict', 'delta', 'lzo', 'raw', 'runlength', 'zstd'] -%}
    {%- set dates = small + ['delta32k'] -%}
    {%- set floats = ['raw', 'bytedict', 'runlength', 'zstd'] -%}
    {%- set fitting = {
        'smallint': small + ['mostly8'],
        'integer': dates + ['mostly8', 'mostly16'],
        'bigint': dates + ['mostly8', 'mostly16', 'mostly32'],
        'decimal': dates + ['mostly8', 'mostly16', 'mostly32'],
        'real': floats,
        'double precision': floats,
        'boolean': ['raw', 'runlength', 'zstd'],
        'char': ['lzo', 'bytedict', 'raw', 'runlength', 'zstd'],
        'varchar': ['lzo', 'bytedict', 'raw', 'runlength', 'text255', 'text32k', 'zstd'],
        'date': dates,
        'timestamp': dates,
        'timestamptz': ['az64', 'bytedict', 'lzo', 'raw', 'runlength', 'zstd'],
        'super': ['zstd', 'lzo', 'raw'],
    } -%}
    {{ return(fitting.get(type_family(data_type))) }}
{%- endmacro %}
