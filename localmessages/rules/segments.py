from enum import StrEnum
from typing import NamedTuple


class TextEncoding(StrEnum):
    """How a text is encoded, which decides how much fits into a segment."""

    GSM_7 = "GSM_7"
    UCS_2 = "UCS_2"


_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a character, so each counts two.
_GSM_7_ESCAPED = frozenset("^{}[]~\\|€\f")
_GSM_7_ALL = _GSM_7 | _GSM_7_ESCAPED
_FIRST_OUTSIDE_THE_PLANE = 0x10000


class _Limits(NamedTuple):
    alone: int
    joined: int


_LIMITS = {TextEncoding.GSM_7: _Limits(160, 153), TextEncoding.UCS_2: _Limits(70, 67)}


class TextSize(NamedTuple):
    """What a text takes on the air. `length` and `remaining` count units of the encoding."""

    encoding: TextEncoding
    segments: int
    length: int
    remaining: int
    special_characters: tuple[str, ...]


def measure(body: str) -> TextSize:
    """What a text would take: an empty one takes no segment and has a whole one left."""
    encoding = _encoding(body)
    parts = split(body)
    limits = _LIMITS[encoding]
    last = _length(parts[-1], encoding) if parts else 0
    return TextSize(
        encoding=encoding,
        segments=len(parts),
        length=_length(body, encoding),
        remaining=(limits.joined if len(parts) > 1 else limits.alone) - last,
        special_characters=tuple(dict.fromkeys(c for c in body if c not in _GSM_7_ALL)),
    )


def split(body: str) -> list[str]:
    """The segments as sent, as few as can be; a character that counts two is never split. None when empty."""
    encoding = _encoding(body)
    limits = _LIMITS[encoding]
    if _length(body, encoding) <= limits.alone:
        return [body] if body else []
    parts, start, used = [], 0, 0
    for at, character in enumerate(body):
        width = _width(character, encoding)
        if used + width > limits.joined:
            parts.append(body[start:at])
            start, used = at, 0
        used += width
    return [*parts, body[start:]]


def _encoding(body: str) -> TextEncoding:
    return TextEncoding.GSM_7 if _GSM_7_ALL.issuperset(body) else TextEncoding.UCS_2


def _length(text: str, encoding: TextEncoding) -> int:
    if encoding is TextEncoding.GSM_7:
        return len(text) + sum(map(text.count, _GSM_7_ESCAPED))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _width(character: str, encoding: TextEncoding) -> int:
    if encoding is TextEncoding.GSM_7:
        return 2 if character in _GSM_7_ESCAPED else 1
    return 2 if ord(character) >= _FIRST_OUTSIDE_THE_PLANE else 1
