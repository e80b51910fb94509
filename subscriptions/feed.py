"""One scope in use in this process: its events in order, each once, whatever Redis does with the messages."""

from collections.abc import Iterable
from uuid import UUID

from subscriptions.events import Event
from subscriptions.stream import Gone, Stream

MOST_EARLY = 1_000


class Feed:
    """Offers each event of a scope to the streams that listen; one that comes too early waits."""

    def __init__(self, tenant_id: UUID, scope_id: int) -> None:
        self.tenant_id = tenant_id
        self.scope_id = scope_id
        self.streams: set[Stream] = set()
        self.last: int | None = None
        """The number of the last event that was offered; None until the first look into PostgreSQL."""
        self._known = 0
        self._early: dict[int, Event] = {}

    @property
    def is_behind(self) -> bool:
        """Whether something was committed that has not come here."""
        return self.last is not None and self.last < self._known

    def begin(self, seq: int) -> None:
        """Start after `seq`, unless it has started."""
        if self.last is None:
            self.last = seq
        self.hear_of(seq)
        self._go_on()

    def hear_of(self, seq: int) -> None:
        """Learn that events up to `seq` are committed."""
        self._known = max(self._known, seq)

    def take(self, event: Event) -> None:
        """Offer an event in its turn; a known one is dropped."""
        self.hear_of(event.seq)
        if (self.last is None or event.seq > self.last) and len(self._early) < MOST_EARLY:
            self._early[event.seq] = event
        self._go_on()

    def take_read(self, events: Iterable[Event]) -> None:
        """Offer what the log has after `last`, all of it in order."""
        for event in events:
            if self.last is not None and event.seq == self.last + 1:
                self._offer(event)
        self._go_on()

    def end(self, failure: Gone) -> None:
        """Send the streams away, and start anew with the next one."""
        for stream in self.streams:
            stream.end(failure)
        self.rest()

    def rest(self) -> None:
        """Nobody listens: the next one begins with another look into PostgreSQL."""
        self.last = None
        self._known = 0
        self._early.clear()

    def _go_on(self) -> None:
        if self.last is None:
            return
        while (event := self._early.pop(self.last + 1, None)) is not None:
            self._offer(event)
        if self._early:
            self._early = {seq: event for seq, event in self._early.items() if seq > self.last}

    def _offer(self, event: Event) -> None:
        self.last = event.seq
        for stream in self.streams:
            stream.offer(event)
