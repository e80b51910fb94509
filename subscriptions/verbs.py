"""How Redis is spoken to: as a single server, or as the shards of a cluster."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verbs:
    """The commands, and the kinds of messages that answer them."""

    publish: str
    subscribe: str
    unsubscribe: str
    message: bytes
    subscribed: bytes
    most_channels: int
    """How many one command may name: those of a cluster must be of one slot."""


PLAIN = Verbs("PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", b"message", b"subscribe", 1_000)
SHARDED = Verbs("SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE", b"smessage", b"ssubscribe", 1)
