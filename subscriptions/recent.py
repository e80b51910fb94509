"""What a group has told lately: who comes a little late, or was slow, gets it without another execution."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from subscriptions.frames import Frame

BYTES_A_SEAT = 16_384
MOST_BYTES = 1_048_576
MOST = 1_000
# What an entry takes beside the text.
_OVERHEAD = 1_024


@dataclass(frozen=True, slots=True)
class Told:
    """An event and its frame; `shared_part` is that of the cursor after it."""

    scope_id: int
    seq: int
    frame: Frame
    shared_part: str


class Recent:
    """The last that was told; as much as the sockets that are told may be worth."""

    def __init__(self, positions: Mapping[int, int]) -> None:
        self._since = dict(positions)
        self._told: deque[Told] = deque()
        self._bytes = 0

    def add(self, told: Told, seats: int) -> None:
        """Keep one more, and let the oldest go."""
        self._told.append(told)
        self._bytes += told.frame.size + _OVERHEAD
        most = min(BYTES_A_SEAT * max(1, seats), MOST_BYTES)
        while self._bytes > most or len(self._told) > MOST:
            oldest = self._told.popleft()
            self._bytes -= oldest.frame.size + _OVERHEAD
            self._since[oldest.scope_id] = oldest.seq

    def reaches(self, positions: Mapping[int, int]) -> bool:
        """Whether everything told after `positions` is here."""
        return all(seq <= positions.get(scope_id, -1) for scope_id, seq in self._since.items())

    def after(self, positions: Mapping[int, int]) -> Iterator[Told]:
        """What was told after positions that it reaches, while those may move on."""
        for told in list(self._told):
            if told.seq > positions[told.scope_id]:
                yield told
