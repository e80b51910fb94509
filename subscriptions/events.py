"""What the log holds: one committed change, by kind."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.rules.live import EventKind


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A change to be numbered in its scope; `location_id` says which inbox of a lane it concerns."""

    tenant_id: UUID
    scope_id: int
    kind: EventKind
    at: datetime
    location_id: UUID | None = None
    conversation_id: UUID | None = None
    body: dict[str, Any] = field(default_factory=dict)
    raises_access: bool = False
    """Whether the rights of the scope's user have changed: their cursors from before are resynchronised."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the log has it."""

    tenant_id: UUID
    scope_id: int
    seq: int
    kind: EventKind
    at: datetime
    location_id: UUID | None
    conversation_id: UUID | None
    body: dict[str, Any]
