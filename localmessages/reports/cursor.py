"""Page cursors: the sort key of a row, packed with the kind of its list, in base64url."""

import base64
import binascii
import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 2_000

# What a cursor's value may be for a column of each type; any column may be null.
TAGS = {
    "timestamptz": b"t",
    "date": b"d",
    "uuid": b"u",
    "text": b"s",
    "int": b"i",
    "bigint": b"i",
    "float8": b"f",
    "boolean": b"b",
}


class BadCursor(ValueError):
    """The text is no cursor of this list."""

    def __init__(self) -> None:
        super().__init__(
            "This is no cursor of this list in this order. Take one from its `pageInfo` or `edges`."
        )


def encode(kind: str, values: Sequence[Any]) -> str:
    packed = b"".join(_pack(value) for value in values)
    return base64.urlsafe_b64encode(_mark(kind) + packed).rstrip(b"=").decode()


def decode(kind: str, cursor: str, types: Sequence[str]) -> tuple[Any, ...]:
    """The values packed into `cursor`, one for each of the PostgreSQL `types`."""
    if len(cursor) > LONGEST:
        raise BadCursor
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return _unpack_all(kind, data, types)
    except (binascii.Error, struct.error, ValueError, OverflowError, IndexError) as error:
        raise BadCursor from error


def _mark(kind: str) -> bytes:
    return struct.pack(">I", zlib.crc32(kind.encode()))


def _pack(value: Any) -> bytes:
    match value:
        case None:
            return b"n"
        case bool():
            return b"b" + struct.pack(">?", value)
        case int():
            return b"i" + struct.pack(">q", value)
        case float():
            return b"f" + struct.pack(">d", value)
        case datetime():
            return b"t" + struct.pack(">q", (value - EPOCH) // MICROSECOND)
        case date():
            return b"d" + struct.pack(">i", value.toordinal())
        case UUID():
            return b"u" + value.bytes
        case str():
            text = value.encode()
            return b"s" + struct.pack(">H", len(text)) + text
    raise TypeError(f"A cursor cannot hold a {type(value).__name__}.")


def _unpack_all(kind: str, data: bytes, types: Sequence[str]) -> tuple[Any, ...]:
    if data[:4] != _mark(kind):
        raise BadCursor
    values = []
    at = 4
    for type_ in types:
        tag = data[at : at + 1]
        if tag not in (b"n", TAGS[type_]):
            raise BadCursor
        value, at = _UNPACK[tag](data, at + 1)
        values.append(value)
    if at != len(data):
        raise BadCursor
    return tuple(values)


def _text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">H", data, at)
    end = at + 2 + length
    text = data[at + 2 : end].decode()
    if "\0" in text:
        raise BadCursor
    return text, end


def _fixed(layout: str, convert: Callable[[Any], Any]) -> Callable[[bytes, int], tuple[Any, int]]:
    shape = struct.Struct(layout)

    def unpack(data: bytes, at: int) -> tuple[Any, int]:
        return convert(shape.unpack_from(data, at)[0]), at + shape.size

    return unpack


_UNPACK: dict[bytes, Callable[[bytes, int], tuple[Any, int]]] = {
    b"n": lambda _data, at: (None, at),
    b"b": _fixed(">?", bool),
    b"i": _fixed(">q", int),
    b"f": _fixed(">d", float),
    b"t": _fixed(">q", lambda microseconds: EPOCH + microseconds * MICROSECOND),
    b"d": _fixed(">i", date.fromordinal),
    b"u": _fixed("16s", lambda data: UUID(bytes=data)),
    b"s": _text,
}
