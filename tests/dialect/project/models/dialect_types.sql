-- One column is one call of the truth table, with the type that its macro gives.
{{ config(materialized='table') }}

{{ dialect_types(var('dialect_calls')) }}
