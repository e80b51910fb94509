"""Active and New Inbound Conversations: as of now, whatever the window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from localmessages.reports.metrics import NewInbound
from localmessages.rules.place import Place

# conversation_open_idx, alone
CURRENT = """
SELECT now.*
FROM unnest($2::uuid[]) WITH ORDINALITY AS place (id, number)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE active) AS active,
        count(waiting_since) AS waiting,
        count(waiting_since) FILTER (WHERE NOT answered) AS never_answered,
        min(waiting_since) AS oldest
    FROM conversation
    WHERE tenant_id = $1 AND location_id = place.id AND status = 'OPEN'
) AS now
ORDER BY place.number
"""


@dataclass(frozen=True, slots=True)
class CurrentConversations:
    """What is open at a location."""

    active: int = 0
    new: NewInbound = field(default_factory=NewInbound)


async def current_conversations(
    connection: asyncpg.Connection, tenant_id: UUID, places: Sequence[Place]
) -> list[CurrentConversations]:
    """What is open at each place."""
    rows = await connection.fetch(CURRENT, tenant_id, [place.id for place in places])
    return [
        CurrentConversations(active, NewInbound(waiting, never_answered, waiting - never_answered, oldest))
        for active, waiting, never_answered, oldest in rows
    ]


def together(parts: Sequence[CurrentConversations]) -> CurrentConversations:
    """What is open at all of them."""
    return CurrentConversations(sum(part.active for part in parts), _new(part.new for part in parts))


def _new(parts: Iterable[NewInbound]) -> NewInbound:
    waiting = [part for part in parts if part.count]
    return NewInbound(
        sum(part.count for part in waiting),
        sum(part.never_answered for part in waiting),
        sum(part.awaiting_reply for part in waiting),
        min((part.oldest_waiting_since for part in waiting if part.oldest_waiting_since), default=None),
    )
