"""The local Redshift server, beside DuckDB."""

from tests.redshift_servers import redshift_server

__all__ = ["redshift_server"]
