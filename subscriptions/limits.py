"""What one socket may do, and one viewer with their sockets."""

from dataclasses import dataclass

from subscriptions.messages import SocketRefused


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Each can be set, and is refused with a reason that says it."""

    init_seconds: float = 10
    """Until `connection_init`."""
    frame_bytes: int = 200_000
    operations: int = 100
    """At the same time on one socket, subscriptions above all."""
    messages: int = 1_000
    """From one client within `messages_seconds`."""
    messages_seconds: float = 10
    sockets: int = 100
    """Of one viewer; of one address where nobody has signed in."""


class MessageRate:
    """Counts the messages of a client, span by span."""

    __slots__ = ("_count", "_limits", "_until")

    def __init__(self, limits: SocketLimits) -> None:
        self._limits = limits
        self._until = 0.0
        self._count = 0

    def count(self, now: float) -> None:
        """One more; `SocketRefused` when it is one too many."""
        most, seconds = self._limits.messages, self._limits.messages_seconds
        if now >= self._until:
            self._until = now + seconds
            self._count = 0
        self._count += 1
        if self._count > most:
            raise SocketRefused(4429, f"Too many messages: at most {most} in {seconds:g} seconds")
