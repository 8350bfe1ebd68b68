commit;

set query_group to 'bronze';

BEGIN;

create temporary table landed_fx__rates (line_text varchar(65535), defect varchar(256), fields varchar(65535), extra varchar(65535), _file varchar(1024), _line bigint, _manifest varchar(1024));

create temporary table landed_fx__rates__manifests as
        select
            manifest,
            columns_written,
            record_count,
            first_arrival_date,
            last_arrival_date
        from "duckshift"."ops"."landed_manifests"
        where
            source_name = 'fx'
                and entity_name = 'rates';

copy landed_fx__rates from 's3://duckshift-proof/intake/_manifests/fx/rates/<batch>' iam_role default format as parquet manifest;

create table "duckshift"."bronze"."bronze_fx__rates" (
    rate_date varchar(65535) encode lzo,
    base_currency varchar(65535) encode lzo,
    quote_currency varchar(65535) encode lzo,
    rate varchar(65535) encode lzo,
    _extra varchar(65535) encode lzo,
    _status varchar(16) encode lzo,
    _reason varchar(4096) encode lzo,
    _raw varchar(65535) encode lzo,
    _file varchar(1024) encode lzo,
    _file_version bigint encode az64,
    _line bigint encode az64,
    _landed_at timestamp encode az64,
    _run_id bigint encode raw,
    _loaded_at timestamp encode az64
)
diststyle auto
compound sortkey (_run_id);

insert into "duckshift"."bronze"."bronze_fx__rates" (
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _extra,
    _status,
    _reason,
    _raw,
    _file,
    _file_version,
    _line,
    _landed_at,
    _run_id,
    _loaded_at
)
select
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _extra,
    _status,
    _reason,
    _raw,
    _file,
    _file_version,
    _line,
    _landed_at,
    _run_id,
    _loaded_at
from (
with
landed as (
    with
    lines as (
        select
        _file,
        _line,
        line_text,
        defect,
        fields,
        extra
    from landed_fx__rates
    ),
    -- The line that names every required column, wherever the engine puts it; columns are found by name.
    headers as (
        select
            _file,
            min(lower(replace(line_text, ' ', ''))) as header
        from lines
        where
            defect is null
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',rate_date,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',base_currency,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',quote_currency,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',rate,') > 0
        group by _file
    ),
    header_positions as (
        select
            _file,
            header,
            (length(header) - length(replace(header, ',', ''))) + 1 as field_count,
            case
        when strpos(',' || header || ',', ',rate_date,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',rate_date,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',rate_date,')), ',', '')))
    end as position_of_rate_date,
            case
        when strpos(',' || header || ',', ',base_currency,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',base_currency,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',base_currency,')), ',', '')))
    end as position_of_base_currency,
            case
        when strpos(',' || header || ',', ',quote_currency,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',quote_currency,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',quote_currency,')), ',', '')))
    end as position_of_quote_currency,
            case
        when strpos(',' || header || ',', ',rate,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',rate,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',rate,')), ',', '')))
    end as position_of_rate
        from headers
    ),
    parsed as (
        select
            lines._file,
            lines._line,
            lines.line_text,
            lines.extra,
            case
                when lines.defect is not null then lines.defect
                when (length(lines.line_text) - length(replace(lines.line_text, ',', ''))) + 1 != header_positions.field_count
                    then cast(header_positions.field_count as varchar) || ' fields expected, found '
                        || cast((length(lines.line_text) - length(replace(lines.line_text, ',', ''))) + 1 as varchar)
            end as unreadable_reason,
            case
        when header_positions.position_of_rate_date >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_rate_date - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_rate_date, 1) as integer))
    end as rate_date,
            case
        when header_positions.position_of_base_currency >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_base_currency - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_base_currency, 1) as integer))
    end as base_currency,
            case
        when header_positions.position_of_quote_currency >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_quote_currency - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_quote_currency, 1) as integer))
    end as quote_currency,
            case
        when header_positions.position_of_rate >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_rate - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_rate, 1) as integer))
    end as rate
        from lines
        inner join header_positions
            on lines._file = header_positions._file
        where lower(replace(lines.line_text, ' ', '')) != header_positions.header
    ),
    checked as (
        select
            parsed.*,
            coalesce(
                unreadable_reason,
                case
                        when (trim(rate_date) is null or (trim(rate_date) < '!' and ltrim(rtrim(trim(rate_date), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'rate_date: a value is required'
                        when not case
                            when (rate_date is null or (rate_date < '!' and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = '')) then true
                            when (rate_date ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and rate_date >= '0001' then true
                            else cast(
                            case
                                when (ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') >= '0001'
                                    then ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ')
                            end as date
                        ) is not null
                        end
                            then 'rate_date: date expected' || ', found ' || substring(trim(rate_date), 1, 100)
                        when (trim(base_currency) is null or (trim(base_currency) < '!' and ltrim(rtrim(trim(base_currency), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'base_currency: a value is required'
                        when not (coalesce(octet_length(base_currency), 0) = 0 or cast(case when octet_length(base_currency) between 1 and 3 then base_currency end as varchar(3)) is not null)
                            then 'base_currency: varchar(3) expected' || ', found ' || substring(trim(base_currency), 1, 100)
                        when (trim(quote_currency) is null or (trim(quote_currency) < '!' and ltrim(rtrim(trim(quote_currency), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'quote_currency: a value is required'
                        when not (coalesce(octet_length(quote_currency), 0) = 0 or cast(case when octet_length(quote_currency) between 1 and 3 then quote_currency end as varchar(3)) is not null)
                            then 'quote_currency: varchar(3) expected' || ', found ' || substring(trim(quote_currency), 1, 100)
                        when (trim(rate) is null or (trim(rate) < '!' and ltrim(rtrim(trim(rate), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'rate: a value is required'
                        when not case
                            when (rate is null or (rate < '!' and ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = '')) then true
                            when (rate ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then true
                            else cast(case when (ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') end as decimal(18,10)) is not null
                        end
                            then 'rate: decimal(18,10) expected' || ', found ' || substring(trim(rate), 1, 100)
                    end
            ) as _reason
        from parsed
    ),
    records as (
        select
            cast(rate_date as varchar(65535)) as rate_date,
            cast(base_currency as varchar(65535)) as base_currency,
            cast(quote_currency as varchar(65535)) as quote_currency,
            cast(rate as varchar(65535)) as rate,
            cast(extra as varchar(65535)) as _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case when _reason is not null then line_text end as _raw,
            _file,
            _line
        from checked
        union all
        select
                cast(null as varchar(65535)) as rate_date,
                cast(null as varchar(65535)) as base_currency,
                cast(null as varchar(65535)) as quote_currency,
                cast(null as varchar(65535)) as rate,
                cast(null as varchar(65535)) as _extra,
                'file' as _status,
                cast(null as varchar(4096)) as _reason,
                cast(null as varchar(65535)) as _raw,
                file as _file,
                0 as _line
            from "duckshift"."ops"."landed_objects"
            where manifest in (select manifest from landed_fx__rates__manifests)
    )
    select
        records.rate_date,
        records.base_currency,
        records.quote_currency,
        records.rate,
        records._extra,
        cast(records._status as varchar(16)) as _status,
        cast(records._reason as varchar(4096)) as _reason,
        records._raw,
        cast(records._file as varchar(1024)) as _file,
        landed_objects.file_version as _file_version,
        cast(records._line as bigint) as _line,
        landed_objects.landed_at as _landed_at,
        latest_run.run_id as _run_id,
        latest_run.started_at as _loaded_at
    from records
    inner join "duckshift"."ops"."landed_objects" as landed_objects
        on records._file = landed_objects.file
    cross join (
        select run_id, started_at
        from "duckshift"."ops"."runs"
        where run_id = (select max(run_id) from "duckshift"."ops"."runs")
    ) as latest_run
),
bronze_fx__rates as (
    select
        ---------- source values (text as it came)
        rate_date,
        base_currency,
        quote_currency,
        rate,
        ---------- columns beyond the contract, as JSON
        _extra,
        ---------- what became of the record
        _status,
        _reason,
        _raw,
        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,
        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)
select * from bronze_fx__rates
) as model_rows;

COMMIT;

commit;

set query_group to 'dbt';

commit;

set query_group to 'bronze';

BEGIN;

create temporary table landed_fx__rates (line_text varchar(65535), defect varchar(256), fields varchar(65535), extra varchar(65535), _file varchar(1024), _line bigint, _manifest varchar(1024));

create temporary table landed_fx__rates__manifests as
        select
            manifest,
            columns_written,
            record_count,
            first_arrival_date,
            last_arrival_date
        from "duckshift"."ops"."landed_manifests"
        where
            source_name = 'fx'
                and entity_name = 'rates'
                and manifest not in (
                    select landed_objects.manifest
                    from "duckshift"."ops"."landed_objects" as landed_objects
                    inner join "duckshift"."bronze"."bronze_fx__rates" as bronze
                        on landed_objects.file = bronze._file
                    where
                        bronze._status = 'file'
                        and landed_objects.manifest is not null
                );

copy landed_fx__rates from 's3://duckshift-proof/intake/_manifests/fx/rates/<batch>' iam_role default format as parquet manifest;

create temporary table "bronze_fx__rates__dbt_tmp<time>" (
    rate_date varchar(65535),
    base_currency varchar(65535),
    quote_currency varchar(65535),
    rate varchar(65535),
    _extra varchar(65535),
    _status varchar(16),
    _reason varchar(4096),
    _raw varchar(65535),
    _file varchar(1024),
    _file_version bigint,
    _line bigint,
    _landed_at timestamp,
    _run_id bigint,
    _loaded_at timestamp
);

insert into "bronze_fx__rates__dbt_tmp<time>" (
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _extra,
    _status,
    _reason,
    _raw,
    _file,
    _file_version,
    _line,
    _landed_at,
    _run_id,
    _loaded_at
)
select
    rate_date,
    base_currency,
    quote_currency,
    rate,
    _extra,
    _status,
    _reason,
    _raw,
    _file,
    _file_version,
    _line,
    _landed_at,
    _run_id,
    _loaded_at
from (
with
landed as (
    with
    lines as (
        select
        _file,
        _line,
        line_text,
        defect,
        fields,
        extra
    from landed_fx__rates
    ),
    -- The line that names every required column, wherever the engine puts it; columns are found by name.
    headers as (
        select
            _file,
            min(lower(replace(line_text, ' ', ''))) as header
        from lines
        where
            defect is null
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',rate_date,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',base_currency,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',quote_currency,') > 0
            and strpos(',' || lower(replace(line_text, ' ', '')) || ',', ',rate,') > 0
        group by _file
    ),
    header_positions as (
        select
            _file,
            header,
            (length(header) - length(replace(header, ',', ''))) + 1 as field_count,
            case
        when strpos(',' || header || ',', ',rate_date,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',rate_date,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',rate_date,')), ',', '')))
    end as position_of_rate_date,
            case
        when strpos(',' || header || ',', ',base_currency,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',base_currency,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',base_currency,')), ',', '')))
    end as position_of_base_currency,
            case
        when strpos(',' || header || ',', ',quote_currency,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',quote_currency,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',quote_currency,')), ',', '')))
    end as position_of_quote_currency,
            case
        when strpos(',' || header || ',', ',rate,') > 0
            then (length(substring(',' || header, 1, strpos(',' || header || ',', ',rate,'))) - length(replace(substring(',' || header, 1, strpos(',' || header || ',', ',rate,')), ',', '')))
    end as position_of_rate
        from headers
    ),
    parsed as (
        select
            lines._file,
            lines._line,
            lines.line_text,
            lines.extra,
            case
                when lines.defect is not null then lines.defect
                when (length(lines.line_text) - length(replace(lines.line_text, ',', ''))) + 1 != header_positions.field_count
                    then cast(header_positions.field_count as varchar) || ' fields expected, found '
                        || cast((length(lines.line_text) - length(replace(lines.line_text, ',', ''))) + 1 as varchar)
            end as unreadable_reason,
            case
        when header_positions.position_of_rate_date >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_rate_date - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_rate_date, 1) as integer))
    end as rate_date,
            case
        when header_positions.position_of_base_currency >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_base_currency - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_base_currency, 1) as integer))
    end as base_currency,
            case
        when header_positions.position_of_quote_currency >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_quote_currency - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_quote_currency, 1) as integer))
    end as quote_currency,
            case
        when header_positions.position_of_rate >= 1
            and octet_length(lines.line_text) - octet_length(replace(lines.line_text, ',', ''))
                >= (header_positions.position_of_rate - 1) * octet_length(',')
            then split_part(lines.line_text, ',', cast(greatest(header_positions.position_of_rate, 1) as integer))
    end as rate
        from lines
        inner join header_positions
            on lines._file = header_positions._file
        where lower(replace(lines.line_text, ' ', '')) != header_positions.header
    ),
    checked as (
        select
            parsed.*,
            coalesce(
                unreadable_reason,
                case
                        when (trim(rate_date) is null or (trim(rate_date) < '!' and ltrim(rtrim(trim(rate_date), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'rate_date: a value is required'
                        when not case
                            when (rate_date is null or (rate_date < '!' and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = '')) then true
                            when (rate_date ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and rate_date >= '0001' then true
                            else cast(
                            case
                                when (ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$') and ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') >= '0001'
                                    then ltrim(rtrim(rate_date, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ')
                            end as date
                        ) is not null
                        end
                            then 'rate_date: date expected' || ', found ' || substring(trim(rate_date), 1, 100)
                        when (trim(base_currency) is null or (trim(base_currency) < '!' and ltrim(rtrim(trim(base_currency), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'base_currency: a value is required'
                        when not (coalesce(octet_length(base_currency), 0) = 0 or cast(case when octet_length(base_currency) between 1 and 3 then base_currency end as varchar(3)) is not null)
                            then 'base_currency: varchar(3) expected' || ', found ' || substring(trim(base_currency), 1, 100)
                        when (trim(quote_currency) is null or (trim(quote_currency) < '!' and ltrim(rtrim(trim(quote_currency), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'quote_currency: a value is required'
                        when not (coalesce(octet_length(quote_currency), 0) = 0 or cast(case when octet_length(quote_currency) between 1 and 3 then quote_currency end as varchar(3)) is not null)
                            then 'quote_currency: varchar(3) expected' || ', found ' || substring(trim(quote_currency), 1, 100)
                        when (trim(rate) is null or (trim(rate) < '!' and ltrim(rtrim(trim(rate), chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = ''))
                            then 'rate: a value is required'
                        when not case
                            when (rate is null or (rate < '!' and ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') = '')) then true
                            when (rate ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then true
                            else cast(case when (ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') ~ '^([+-]?0{0,20}[0-9]{1,8}([.][0-9]{1,10}0{0,20})?)$') then ltrim(rtrim(rate, chr(9) || chr(10) || chr(13) || ' '), chr(9) || chr(10) || chr(13) || ' ') end as decimal(18,10)) is not null
                        end
                            then 'rate: decimal(18,10) expected' || ', found ' || substring(trim(rate), 1, 100)
                    end
            ) as _reason
        from parsed
    ),
    records as (
        select
            cast(rate_date as varchar(65535)) as rate_date,
            cast(base_currency as varchar(65535)) as base_currency,
            cast(quote_currency as varchar(65535)) as quote_currency,
            cast(rate as varchar(65535)) as rate,
            cast(extra as varchar(65535)) as _extra,
            case when _reason is null then 'loaded' else 'rejected' end as _status,
            _reason,
            case when _reason is not null then line_text end as _raw,
            _file,
            _line
        from checked
        union all
        select
                cast(null as varchar(65535)) as rate_date,
                cast(null as varchar(65535)) as base_currency,
                cast(null as varchar(65535)) as quote_currency,
                cast(null as varchar(65535)) as rate,
                cast(null as varchar(65535)) as _extra,
                'file' as _status,
                cast(null as varchar(4096)) as _reason,
                cast(null as varchar(65535)) as _raw,
                file as _file,
                0 as _line
            from "duckshift"."ops"."landed_objects"
            where manifest in (select manifest from landed_fx__rates__manifests)
    )
    select
        records.rate_date,
        records.base_currency,
        records.quote_currency,
        records.rate,
        records._extra,
        cast(records._status as varchar(16)) as _status,
        cast(records._reason as varchar(4096)) as _reason,
        records._raw,
        cast(records._file as varchar(1024)) as _file,
        landed_objects.file_version as _file_version,
        cast(records._line as bigint) as _line,
        landed_objects.landed_at as _landed_at,
        latest_run.run_id as _run_id,
        latest_run.started_at as _loaded_at
    from records
    inner join "duckshift"."ops"."landed_objects" as landed_objects
        on records._file = landed_objects.file
    cross join (
        select run_id, started_at
        from "duckshift"."ops"."runs"
        where run_id = (select max(run_id) from "duckshift"."ops"."runs")
    ) as latest_run
),
bronze_fx__rates as (
    select
        ---------- source values (text as it came)
        rate_date,
        base_currency,
        quote_currency,
        rate,
        ---------- columns beyond the contract, as JSON
        _extra,
        ---------- what became of the record
        _status,
        _reason,
        _raw,
        ---------- where it came from
        _file,
        _file_version,
        _line,
        _landed_at,
        ---------- which run loaded it
        _run_id,
        _loaded_at
    from landed
)
select * from bronze_fx__rates
) as model_rows;

insert into "duckshift"."bronze"."bronze_fx__rates" ("rate_date", "base_currency", "quote_currency", "rate", "_extra", "_status", "_reason", "_raw", "_file", "_file_version", "_line", "_landed_at", "_run_id", "_loaded_at")
    (
        select "rate_date", "base_currency", "quote_currency", "rate", "_extra", "_status", "_reason", "_raw", "_file", "_file_version", "_line", "_landed_at", "_run_id", "_loaded_at"
        from "bronze_fx__rates__dbt_tmp<time>"
    );

COMMIT;

commit;

set query_group to 'dbt';
