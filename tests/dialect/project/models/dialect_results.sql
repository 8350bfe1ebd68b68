-- One row is one case of the truth table: what a macro was given, what it should give and what it gave.
{{ config(materialized='table') }}

{{ dialect_results(var('dialect_calls')) }}
