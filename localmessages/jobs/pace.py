"""Texts a second of each number: carriers take no more."""

import asyncio
from datetime import timedelta


class Pace:
    """Gives out the turns of a number, for this process.

    The carrier has the last word, and queues or turns away what several workers send too fast.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def turn(self, number: str, per_second: float) -> timedelta:
        """Take the next turn of a number; how long it is until then."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next.get(number, now))
        self._next[number] = start + 1 / per_second
        self._forget_those_past(now)
        return timedelta(seconds=start - now)

    def _forget_those_past(self, now: float) -> None:
        if len(self._next) > 10_000:
            self._next = {number: start for number, start in self._next.items() if start > now}
