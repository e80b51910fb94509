"""Answers as they go to many sockets: encoded once, with room for what each of them gets of its own."""

from typing import Any

import orjson

from subscriptions.audience import HOLE

_BEGINNING = b'{"type":"next","id":'
_HOLE = HOLE.encode()


class Frame:
    """One answer. Each operation gets its id, and its own part of the cursor before the part of all."""

    __slots__ = ("_parts", "_pieces", "size")

    def __init__(self, answer: dict[str, Any], shared_part: str) -> None:
        message = b',"payload":' + orjson.dumps(answer) + b"}"
        first, *rest = self._pieces = message.split(_HOLE)
        self._parts = [first, *(shared_part.encode() + piece for piece in rest)]
        self.size = len(message)

    def text(self, id: bytes, own_part: bytes) -> bytes:
        """The message for an operation, whose id is JSON."""
        return _BEGINNING + id + own_part.join(self._parts)

    def text_at(self, id: bytes, cursor: bytes) -> bytes:
        """The same with another cursor."""
        return _BEGINNING + id + cursor.join(self._pieces)


def message(id: bytes, answer: dict[str, Any]) -> bytes:
    """An answer to one operation, whose id is JSON."""
    return _BEGINNING + id + b',"payload":' + orjson.dumps(answer) + b"}"
