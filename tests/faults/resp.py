"""The stream of a Redis server (RESP2), cut into its answers."""

from collections.abc import Iterator

_END = b"\r\n"


class Answers:
    """Collects bytes, and gives whole answers, each as it came."""

    def __init__(self) -> None:
        self._data = b""

    def take(self, data: bytes) -> Iterator[bytes]:
        """The answers that are complete with these bytes."""
        self._data += data
        while (end := _end_of_answer(self._data, 0)) is not None:
            answer, self._data = self._data[:end], self._data[end:]
            yield answer


def _end_of_answer(data: bytes, start: int) -> int | None:
    line = data.find(_END, start)
    if line < 0:
        return None
    kind, end = data[start : start + 1], line + len(_END)
    if kind not in b"$*":
        return end
    size = int(data[start + 1 : line])
    if kind == b"$":
        end += 0 if size < 0 else size + len(_END)
        return end if end <= len(data) else None
    for _ in range(size):
        if (part := _end_of_answer(data, end)) is None:
            return None
        end = part
    return end


def is_event(answer: bytes) -> bool:
    """Whether it is a published message about an event of the log: no answer, and no echo."""
    return answer.startswith(b"*3\r\n$7\r\nmessage\r\n") and b":echo:" not in answer[:120]
