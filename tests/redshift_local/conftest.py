"""One local Redshift server for all tests of this suite in a process."""

from tests.redshift_servers import redshift_server

__all__ = ["redshift_server"]
