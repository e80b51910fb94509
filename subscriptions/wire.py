"""What is said over Redis: small, so that most events need no look into the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from localmessages.rules.live import EventKind
from subscriptions.events import Event

LARGEST = 16_384


@dataclass(frozen=True, slots=True)
class Heard:
    """That an event was committed, in which history of the database; the event itself where it is small."""

    epoch: int
    scope_id: int
    seq: int
    event: Event | None


def written(epoch: int, event: Event) -> bytes:
    """The message about an event: whole, or its number alone when it is large."""
    head = [epoch, event.scope_id, event.seq]
    body = [event.tenant_id, event.kind, event.at, event.location_id, event.conversation_id, event.body]
    message = orjson.dumps(head + body, default=str)
    return message if len(message) <= LARGEST else orjson.dumps(head)


def heard(message: bytes) -> Heard:
    """What a message says; `ValueError` if it is none of ours."""
    match orjson.loads(message):
        case [int(epoch), int(scope_id), int(seq)]:
            return Heard(epoch, scope_id, seq, None)
        case [int(epoch), int(scope_id), int(seq), tenant, kind, at, location, conversation, dict(body)]:
            event = Event(
                UUID(tenant),
                scope_id,
                seq,
                EventKind(kind),
                datetime.fromisoformat(at),
                location and UUID(location),
                conversation and UUID(conversation),
                body,
            )
            return Heard(epoch, scope_id, seq, event)
    raise ValueError("This is no message of the event log.")
