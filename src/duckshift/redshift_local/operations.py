"""What a session keeps of the client's statements and of what PostgreSQL was asked to do."""

import time
from dataclasses import dataclass, field
from enum import Enum, auto

from duckshift.redshift_local.errors import RedshiftError


@dataclass
class Statement:
    """A statement of the client; a prepared one may be executed many times."""

    original: str
    parameter_types: bytes = b""
    sql: str = ""
    tag: str | None = None
    refusal: RedshiftError | None = None
    is_pure: bool = False
    """The same text always gives the same translation, and nothing else happens."""
    is_parsed: bool = False
    is_executed: bool = False
    started: float = field(default_factory=time.perf_counter)
    preparation: float = 0.0
    """Seconds that the translation took."""

    @property
    def must_be_translated_again(self) -> bool:
        """Whether it cannot be run as it lies in PostgreSQL."""
        return not self.is_parsed or (self.is_executed and not self.is_pure)


class Kind(Enum):
    """What PostgreSQL was asked to do."""

    PARSE = auto()
    BIND = auto()
    EXECUTE = auto()
    CLOSE = auto()
    SYNC = auto()
    QUERY = auto()


@dataclass
class Operation:
    """One thing that PostgreSQL was asked to do and has not answered."""

    kind: Kind
    statement: Statement | None = None
    is_hidden: bool = False
    """The client did not ask for it and does not see the reply."""
    has_more: bool = False
    """One of several statements of a Query message: ReadyForQuery comes after the last."""
    has_failed: bool = False
