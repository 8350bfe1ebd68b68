{% macro accepted_as_lost(rejects, rules) -%}
    {#-
        A select of the rejects that a rule of the seed quarantine_rules takes as lost, each with the first
        rule by name: the same for records and for whole files. No rule holds for what has no day of arrival
        or belongs to no entity.
    -#}
    select
        {{ rejects }}.reject_key,
        min({{ rules }}.rule_name) as rule_name
    from {{ rejects }}
    inner join {{ rules }}
        on
            {{ rejects }}.source_name = {{ rules }}.source_name
            and {{ rejects }}.entity_name = {{ rules }}.entity_name
            and {{ rejects }}.reason_kind = {{ rules }}.reason_kind
    where
        {{ rules }}.landed_before is null
        or cast({{ rejects }}.landed_at as date) < {{ rules }}.landed_before
    group by {{ rejects }}.reject_key
{%- endmacro %}
