-- One row is one kind of device with its operating system and browser, as web events name it. Contains the
-- members -1 unknown and -2 not applicable; is_inferred where the seed device_families lacks the family.
{{ config(
    unique_key='device_key',
    dist='all',
    meta={
        'recompute': {
            'by': 'all',
            'after': {
                'int_web__number_sessions': {
                    'mentions': {
                        'device_category': 'device_category',
                        'operating_system': 'operating_system',
                        'browser': 'browser',
                    },
                },
            },
            'log': ['device_category'],
        },
        'physical_reason': {
            'dist': 'Web facts lie by session: it would move in every join. Hundreds of rows.',
        },
    },
) }}

with

affected as (
    {{ affected_keys() }}
),

int_web__number_sessions as (
    select * from {{ ref('int_web__number_sessions') }}
    where {{ is_affected() }}
),

device_families as (
    select * from {{ ref('device_families') }}
),

named_by_events as (
    select distinct
        device_category,
        operating_system,
        browser
    from int_web__number_sessions
    where device_category is not null or operating_system is not null or browser is not null
),

added_members as (
    select
        {{ device_key('devices.device_category', 'devices.operating_system', 'devices.browser') }}
            as device_key,
        devices.device_category,
        devices.operating_system,
        devices.browser,
        coalesce(families.device_family, 'Other') as device_family,
        families.device_family is null as is_inferred
    from named_by_events as devices
    left join device_families as families
        on
            devices.device_category = families.device_category
            and devices.operating_system = families.operating_system

    union all

    select
        member_key as device_key,
        cast(null as varchar(32)) as device_category,
        cast(null as varchar(64)) as operating_system,
        cast(null as varchar(64)) as browser,
        member_name as device_family,
        false as is_inferred
    from {{ missing_members() }}
),

dim_device as (
    select
        ---------- keys
        device_key,

        ---------- attributes
        device_category,
        operating_system,
        browser,
        cast(device_family as varchar(64)) as device_family,

        ---------- flags
        is_inferred
    from added_members
)

select * from dim_device
