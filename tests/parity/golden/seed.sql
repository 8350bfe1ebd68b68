commit;

set query_group to 'reference';

BEGIN;

create table "duckshift"."reference"."channels" ("channel_code" varchar(32),"channel_name" varchar(64),"is_online" boolean);

insert into "duckshift"."reference"."channels" ("channel_code", "channel_name", "is_online") values
          ($1,$2,$3),($4,$5,$6),($7,$8,$9),($10,$11,$12);

COMMIT;

commit;

set query_group to 'dbt';

commit;

set query_group to 'reference';

BEGIN;

truncate table "duckshift"."reference"."channels";

insert into "duckshift"."reference"."channels" ("channel_code", "channel_name", "is_online") values
          ($1,$2,$3),($4,$5,$6),($7,$8,$9),($10,$11,$12);

COMMIT;

commit;

set query_group to 'dbt';
