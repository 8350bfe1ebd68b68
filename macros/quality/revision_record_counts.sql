{% macro revision_record_counts(entity, bronze, staging) -%}
    {#-
        Of an entity whose files are replaced by revisions: good records of any but the highest revision of a
        folder are superseded, repeated keys within the highest are duplicates.
    -#}
    select
        coalesce(sum(
            case when records._file_version = newest.newest_version then records.copies - 1 else 0 end
        ), 0) as duplicate_record_count,
        coalesce(sum(
            case when records._file_version != newest.newest_version then records.copies else 0 end
        ), 0) as superseded_record_count
    from (
        select
            split_part(_file, '/sales.', 1) as folder,
            _file_version,
            count(*) as copies
        from {{ bronze }}
        where _status = 'loaded'
        group by
            split_part(_file, '/sales.', 1),
            _file_version,
            {%- for field in entity.fields if field.name in entity.key %}
            {{ try_cast_text('trim(' ~ field.name ~ ')', field.data_type) }}{{ ',' if not loop.last }}
            {%- endfor %}
    ) as records
    inner join (
        select
            split_part(_file, '/sales.', 1) as folder,
            max(_file_version) as newest_version
        from {{ bronze }}
        group by split_part(_file, '/sales.', 1)
    ) as newest
        on records.folder = newest.folder
{%- endmacro %}
