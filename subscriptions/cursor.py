"""A position in the event log, as clients keep it: opaque, without a clock, a few hundred characters."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_VERSION = b"\x01"
_EPOCH_BYTES = 8
_CHECK_BYTES = 2
_HEAD = len(_VERSION) + _EPOCH_BYTES
_MOST = 2**63
_MOST_CHARACTERS = 1000


class BadCursor(ValueError):
    """The text is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far each scope was seen, in which history of the database, and under which rights.

    `access` rises with the viewer's rights: with another one the positions alone do not tell what changed.
    """

    epoch: int
    access: int
    positions: Mapping[int, int]

    def encode(self) -> str:
        """The text for clients, in base64url."""
        parts = [_VERSION, self.epoch.to_bytes(_EPOCH_BYTES, "big"), _varint(self.access)]
        before = 0
        for scope_id in sorted(self.positions):
            parts += (_varint(scope_id - before), _varint(self.positions[scope_id]))
            before = scope_id
        data = b"".join(parts)
        return base64.urlsafe_b64encode(data + _check(data)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The cursor in a text; `BadCursor` unless `encode` made it."""
        data = _bytes(text)
        numbers = _numbers(data, _HEAD)
        try:
            access = next(numbers)
            positions: dict[int, int] = {}
            scope_id = 0
            for delta in numbers:
                scope_id += delta
                positions[scope_id] = next(numbers)
        except StopIteration:
            raise BadCursor("The cursor is cut off.") from None
        cursor = cls(int.from_bytes(data[len(_VERSION) : _HEAD], "big"), access, positions)
        # One text a position: spare bits and padded numbers would make others.
        if cursor.encode() != text:
            raise BadCursor("The cursor is not one of ours.")
        return cursor


@lru_cache(maxsize=65_536)
def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def _numbers(data: bytes, start: int) -> Iterator[int]:
    number = shift = 0
    for byte in data[start:]:
        number |= (byte & 0x7F) << shift
        if number >= _MOST:
            raise BadCursor("The cursor holds a number that is too large.")
        if byte & 0x80:
            shift += 7
        else:
            yield number
            number = shift = 0
    if shift:
        raise BadCursor("The cursor is cut off.")


def _bytes(text: str) -> bytes:
    if len(text) > _MOST_CHARACTERS or not text.isascii():
        raise BadCursor("The cursor is not one of ours.")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise BadCursor("The cursor is not base64url.") from None
    data, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if not data.startswith(_VERSION) or len(data) <= _HEAD or check != _check(data):
        raise BadCursor("The cursor is not one of ours.")
    return data


def _check(data: bytes) -> bytes:
    """What makes a mistyped or shortened cursor a refused one, not another position."""
    return (zlib.crc32(data) & 0xFFFF).to_bytes(_CHECK_BYTES, "big")
