"""Redshift's SQL in, PostgreSQL's out."""

from duckshift.redshift_local.rewriting.translation import rewrite_query, rewrite_statement
from duckshift.redshift_local.rewriting.types import column_definition, column_type, parse_type

__all__ = ["column_definition", "column_type", "parse_type", "rewrite_query", "rewrite_statement"]
