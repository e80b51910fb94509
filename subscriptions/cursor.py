"""A position in the event log, as clients keep it: opaque, without a clock, a few hundred characters."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_VERSION = b"\x02"
_EPOCH_BYTES = 8
_CHECK_BYTES = 2
_HEAD = len(_VERSION) + 1 + _EPOCH_BYTES
_MOST = 2**63
_MOST_CHARACTERS = 1000
# A part of so many bytes is text that another can follow.
_UNIT, _UNIT_CHARACTERS = 3, 4


class BadCursor(ValueError):
    """The text is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far each scope was seen, in which history of the database, and under which rights.

    `access` rises with the viewer's rights: with another one the positions alone do not tell what changed.
    `own` is the viewer's own scope. The text has two parts, so that viewers who are told the same share the
    longer one: epoch, rights and own scope; then the scopes of all.
    """

    epoch: int
    access: int
    positions: Mapping[int, int]
    own: int | None = None

    def encode(self) -> str:
        """The text for clients, in base64url."""
        return self.own_part() + self.shared_part()

    def own_part(self) -> str:
        """What is the viewer's alone; it says where it ends."""
        own = (0, 0) if self.own is None else (self.own, self.positions[self.own])
        numbers = b"".join(map(_varint, (self.access, *own)))
        size = _HEAD + len(numbers) + _CHECK_BYTES
        padding = bytes(-size % _UNIT)
        units = (size + len(padding)) // _UNIT
        epoch = self.epoch.to_bytes(_EPOCH_BYTES, "big")
        return _text([_VERSION, bytes((units,)), epoch, numbers, padding])

    def shared_part(self) -> str:
        """What is equal for all who have seen the same events."""
        parts: list[bytes] = []
        before = 0
        for scope_id in sorted(self.positions):
            if scope_id != self.own:
                parts += (_varint(scope_id - before), _varint(self.positions[scope_id]))
                before = scope_id
        return _text(parts)

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The cursor in a text; `BadCursor` unless `encode` made it."""
        if len(text) > _MOST_CHARACTERS or not text.isascii():
            raise BadCursor("The cursor is not one of ours.")
        head = _decoded(text[:_UNIT_CHARACTERS])
        if len(head) != _UNIT or not head.startswith(_VERSION):
            raise BadCursor("The cursor is not one of ours.")
        end = head[1] * _UNIT_CHARACTERS
        data = _checked(text[:end])
        access, own, seq, *_ = [*_numbers(data, _HEAD), 0, 0, 0]
        positions = shared_positions(text[end:])
        if own:
            positions[own] = seq
        epoch = int.from_bytes(data[_HEAD - _EPOCH_BYTES : _HEAD], "big")
        cursor = cls(epoch, access, positions, own or None)
        # One text a position: spare bits and padded numbers would make others.
        if cursor.encode() != text:
            raise BadCursor("The cursor is not one of ours.")
        return cursor


def shared_positions(shared_part: str) -> dict[int, int]:
    """The positions in the part of all."""
    return dict(_shared(shared_part))


def _shared(text: str) -> Iterator[tuple[int, int]]:
    numbers = _numbers(_checked(text), 0)
    scope_id = 0
    for delta in numbers:
        scope_id += delta
        seq = next(numbers, None)
        if seq is None:
            raise BadCursor("The cursor is cut off.")
        yield scope_id, seq


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


def _text(parts: Iterable[bytes]) -> str:
    data = b"".join(parts)
    return base64.urlsafe_b64encode(data + _check(data)).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise BadCursor("The cursor is not base64url.") from None


def _checked(text: str) -> bytes:
    data = _decoded(text)
    data, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if check != _check(data):
        raise BadCursor("The cursor is not one of ours.")
    return data


def _check(data: bytes) -> bytes:
    """What makes a mistyped or shortened cursor a refused one, not another position."""
    return (zlib.crc32(data) & 0xFFFF).to_bytes(_CHECK_BYTES, "big")
