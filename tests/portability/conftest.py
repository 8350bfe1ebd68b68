"""The local Redshift server for this suite."""

from tests.redshift_servers import redshift_server

__all__ = ["redshift_server"]
