"""The one kind of error that a user is shown as a single line."""


class UserError(Exception):
    """Something the user can mend: the command prints the message and exits with `exit_status`.

    The message names what is wrong and what to do about it, in one line.
    """

    def __init__(self, message: str, exit_status: int = 2) -> None:
        super().__init__(message)
        self.exit_status = exit_status
