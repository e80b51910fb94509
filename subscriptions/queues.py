"""Events that wait for one subscriber: in order within a scope, a move in after its move out."""

from collections import deque
from collections.abc import Iterator

from subscriptions.events import Event


class Queues:
    """One queue a scope over `positions`, which iterating moves on.

    Scopes take turns. One whose next event must come after an event of another scope lets that go first.
    """

    def __init__(self, positions: dict[int, int]) -> None:
        self._positions = positions
        self._queues: dict[int, deque[Event]] = {scope_id: deque() for scope_id in positions}
        self._ready: deque[int] = deque()
        self._held: list[int] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def is_empty(self, scope_id: int) -> bool:
        """Whether nothing of the scope waits."""
        return not self._queues[scope_id]

    def tail(self, scope_id: int) -> int:
        """The number of the last event of the scope that waits, or was given."""
        queue = self._queues[scope_id]
        return queue[-1].seq if queue else self._positions[scope_id]

    def put(self, event: Event) -> bool:
        """Add an event unless it is known; False where one before it is missing."""
        tail = self.tail(event.scope_id)
        if event.seq == tail + 1:
            queue = self._queues[event.scope_id]
            if not queue:
                self._ready.append(event.scope_id)
            queue.append(event)
            self._size += 1
        return event.seq <= tail + 1

    def __iter__(self) -> Iterator[Event]:
        """Take out what may be given, until all that wait must come after what is not there yet."""
        while self._ready:
            scope_id = self._ready.popleft()
            queue = self._queues[scope_id]
            if self._must_wait(queue[0]):
                self._held.append(scope_id)
                continue
            event = queue.popleft()
            self._size -= 1
            self._positions[scope_id] = event.seq
            if queue:
                self._ready.append(scope_id)
            self._ready.extend(self._held)
            self._held.clear()
            yield event

    def clear(self) -> None:
        """Forget all that waits."""
        for queue in self._queues.values():
            queue.clear()
        self._ready.clear()
        self._held.clear()
        self._size = 0

    def _must_wait(self, event: Event) -> bool:
        scope_id, seq = event.body.get("after", (None, 0))
        return scope_id in self._positions and self._positions[scope_id] < seq
