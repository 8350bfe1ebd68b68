{% macro accepted_as_lost(rejects) -%}
    {#-
        A select of the rejects that a rule of the seed quarantine_rules takes as lost, each with the first
        rule by name: the same for records and for whole files. No rule holds for what has no day of arrival
        or belongs to no entity.
    -#}
    select
        {{ rejects }}.reject_key,
        min(quarantine_rules.rule_name) as rule_name
    from {{ rejects }}
    inner join quarantine_rules
        on
            {{ rejects }}.source_name = quarantine_rules.source_name
            and {{ rejects }}.entity_name = quarantine_rules.entity_name
            and {{ rejects }}.reason_kind = quarantine_rules.reason_kind
    where
        quarantine_rules.landed_before is null
        or cast({{ rejects }}.landed_at as date) < quarantine_rules.landed_before
    group by {{ rejects }}.reject_key
{%- endmacro %}
