create external schema if not exists "stream"
from kinesis
iam_role 'arn:aws:iam::123456789012:role/duckshift';

create materialized view "bronze".web_event_stream
auto refresh yes
as
select
    shard_id,
    sequence_number,
    partition_key,
    case when can_json_parse(kinesis_data) then json_parse(kinesis_data) end as event,
    case when not can_json_parse(kinesis_data) then kinesis_data end as unreadable,
    approximate_arrival_timestamp as arrived_at,
    refresh_time as loaded_at
from "stream"."web-events";
