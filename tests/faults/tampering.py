"""What may become of published messages on their way to the API: lost, told twice, told too late."""

import random

from tests.faults.proxy import Hand, Way, as_it_is
from tests.faults.resp import Answers, is_event


class Tampering:
    """Of a hundred events that Redis tells, so many are dropped, repeated, and held back for a while."""

    def __init__(self, seed: int, *, dropped: int = 0, repeated: int = 0, held: int = 0) -> None:
        self.met = 0
        """How many events did not come as they were."""
        self._chance = random.Random(seed)
        self._dropped, self._repeated, self._held = dropped, repeated, held

    def hand_of(self, way: Way) -> Hand:
        """What a proxy does with a direction of a new connection."""
        return _Messages(self).pass_on if way is Way.FROM_SERVER else as_it_is

    def of(self, answer: bytes, back: list[bytes]) -> list[bytes]:
        """What comes instead of an event; `back` are those that were held back."""
        lot = self._chance.randrange(100)
        if lot < self._dropped:
            now = []
        elif lot < self._dropped + self._repeated:
            now = [answer, *back, answer]
            back.clear()
        elif lot < self._dropped + self._repeated + self._held:
            back.append(answer)
            now = []
        else:
            self.met -= 1
            self._chance.shuffle(back)
            now = [answer, *back]
            back.clear()
        self.met += 1
        return now


class _Messages:
    """One connection's."""

    def __init__(self, tampering: Tampering) -> None:
        self._tampering = tampering
        self._answers = Answers()
        self._back: list[bytes] = []

    async def pass_on(self, data: bytes) -> list[bytes]:
        passed: list[bytes] = []
        for answer in self._answers.take(data):
            passed += self._tampering.of(answer, self._back) if is_event(answer) else [answer]
        return passed
