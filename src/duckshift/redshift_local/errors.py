"""What the server tells a client whose statement it does not run."""


class RedshiftError(Exception):
    """A statement that Redshift would refuse, or that this server cannot run as Redshift would.

    The session sends it as an error of the statement and aborts the transaction, as Redshift does.
    """

    def __init__(self, message: str, sqlstate: str = "42601") -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate


class LocalLimit(RedshiftError):
    """A statement that Redshift runs and this server does not; the message says what to write instead."""

    def __init__(self, message: str) -> None:
        super().__init__(f"limit of the local Redshift server: {message}", "0A000")
