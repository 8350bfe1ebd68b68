"""Messages of the PostgreSQL protocol (version 3.0, which Redshift speaks too) from and to bytes."""

from collections.abc import Mapping
from struct import Struct

VERSION_3_0 = 196608
CANCEL_REQUEST = 80877102
ENCRYPTION_REQUESTS = (80877103, 80877104)
"""SSLRequest and GSSENCRequest."""

LONGEST_START_UP = 10_000
"""Bytes; PostgreSQL's own limit for the first message of a client."""

SUPER = 4000
_VARCHAR = 1043
REDSHIFT_TYPES = {
    114: SUPER,  # json
    3802: SUPER,  # jsonb
    25: _VARCHAR,  # text: Redshift has the name only, all its strings are varchar
}
"""Type ids that clients of Redshift expect in the place of PostgreSQL's."""

_INTEGER = Struct("!i")
_HEADER = Struct("!ci")
_SHORT = Struct("!h")


def message(kind: bytes, body: bytes = b"") -> bytes:
    """Return a message: one byte for its kind, its length, its body."""
    return _HEADER.pack(kind, len(body) + 4) + body


def take(buffer: bytearray) -> tuple[bytes, bytes] | None:
    """Take the first message off a buffer, as kind and body; None if it is not complete."""
    if len(buffer) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack_from(buffer)
    if length < _INTEGER.size:
        raise ValueError("not a message of the PostgreSQL protocol")
    end = 1 + length
    if len(buffer) < end:
        return None
    body = bytes(buffer[_HEADER.size : end])
    del buffer[:end]
    return kind, body


def integer(body: bytes | bytearray, start: int = 0) -> int:
    """Read a signed integer of four bytes."""
    return int(_INTEGER.unpack_from(body, start)[0])


def string(body: bytes, start: int = 0) -> tuple[str, int]:
    """Read a zero-terminated string; return it and where the next field starts."""
    end = body.index(b"\0", start)
    return body[start:end].decode(), end + 1


def zero_terminated(text: str) -> bytes:
    """Return a string as protocol messages carry it; PostgreSQL has no zero bytes in strings."""
    return text.replace("\0", "").encode() + b"\0"


def start_up(parameters: Mapping[str, str]) -> bytes:
    """Return the first message of a session."""
    pairs = b"".join(zero_terminated(name) + zero_terminated(value) for name, value in parameters.items())
    body = _INTEGER.pack(VERSION_3_0) + pairs + b"\0"
    return _INTEGER.pack(len(body) + 4) + body


def start_up_parameters(body: bytes) -> dict[str, str]:
    """Read the parameters of a client's first message."""
    fields = body[4:].decode(errors="replace").split("\0")
    return {name: value for name, value in zip(fields[::2], fields[1::2], strict=False) if name}


def cancel_request(key: bytes) -> bytes:
    """Return the request to end the running query of a session, by the key that BackendKeyData gave."""
    return _INTEGER.pack(len(key) + 8) + _INTEGER.pack(CANCEL_REQUEST) + key


def authentication(method: int, salt: bytes = b"") -> bytes:
    """Return a message of authentication: 0 says that all is well, 5 asks for a password hashed with md5."""
    return message(b"R", _INTEGER.pack(method) + salt)


def lower_protocol_version() -> bytes:
    """Tell a client that asks for a later minor version of the protocol that this is 3.0."""
    return message(b"v", _INTEGER.pack(VERSION_3_0) + _INTEGER.pack(0))


def error(text: str, sqlstate: str, severity: str = "ERROR") -> bytes:
    """Return an ErrorResponse."""
    fields = {"S": severity, "V": severity, "C": sqlstate, "M": text}
    body = b"".join(name.encode() + zero_terminated(value) for name, value in fields.items())
    return message(b"E", body + b"\0")


def error_fields(body: bytes) -> dict[str, str]:
    """Read an ErrorResponse: M is its message, C its SQLSTATE."""
    parts = body.decode(errors="replace").split("\0")
    return {part[0]: part[1:] for part in parts if part}


def query(sql: str) -> bytes:
    """Return a Query message of the simple protocol."""
    return message(b"Q", zero_terminated(sql))


def parse(name: str, sql: str, parameter_types: bytes) -> bytes:
    """Return a Parse message; `parameter_types` is the rest of the client's own, unread."""
    return message(b"P", zero_terminated(name) + zero_terminated(sql) + parameter_types)


def close_statement(name: str) -> bytes:
    """Return a Close message of a prepared statement."""
    return message(b"C", b"S" + zero_terminated(name))


def ready(status: str) -> bytes:
    """Return ReadyForQuery: I outside a transaction, T within one, E within a failed one."""
    return message(b"Z", status.encode())


def command_complete(tag: str) -> bytes:
    """Return CommandComplete."""
    return message(b"C", zero_terminated(tag))


def parameter_status(name: str, value: str) -> bytes:
    """Return ParameterStatus, by which a server reports a setting."""
    return message(b"S", zero_terminated(name) + zero_terminated(value))


def with_redshift_types(body: bytes) -> bytes:
    """Return the body of a RowDescription with the type ids that clients of Redshift expect."""
    described = bytearray(body)
    position = 2
    for _ in range(_SHORT.unpack_from(body)[0]):
        # After the name: table (4 bytes), column (2), type (4), size (2), modifier (4), format (2).
        position = body.index(b"\0", position) + 7
        type_id = integer(body, position)
        _INTEGER.pack_into(described, position, REDSHIFT_TYPES.get(type_id, type_id))
        position += 12
    return bytes(described)


def text_row(body: bytes) -> tuple[str | None, ...]:
    """Read a DataRow whose values are texts."""
    values: list[str | None] = []
    position = 2
    for _ in range(_SHORT.unpack_from(body)[0]):
        length = integer(body, position)
        position += 4
        if length < 0:
            values.append(None)
            continue
        values.append(body[position : position + length].decode())
        position += length
    return tuple(values)
