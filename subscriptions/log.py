"""The event log in PostgreSQL: numbered within a scope in commit order, without a gap."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from localmessages.rules.live import EventKind
from subscriptions.events import Event, NewEvent

# A side of a move: its kind, the transfer, where it leads.
Side: TypeAlias = tuple[EventKind, Any, Any]

_OTHER_SIDE = {
    EventKind.MOVED_IN: (EventKind.MOVED_OUT, "after"),
    EventKind.MOVED_OUT: (EventKind.MOVED_IN, "arrival"),
}


async def append(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> list[Event]:
    """Number `events` and write them, as the last statements of the transaction of their change.

    Takes the scopes in sorted order, so that no two writers wait for each other. The row of a scope stays
    locked until the commit: a higher number never commits before a lower one.
    """
    written: list[Event] = []
    by_scope = sorted(await _linked(connection, events), key=attrgetter("scope_id"))
    for scope_id, group in groupby(by_scope, key=attrgetter("scope_id")):
        batch = list(group)
        rows = await connection.fetch(
            _APPEND,
            batch[0].tenant_id,
            scope_id,
            [event.kind for event in batch],
            [event.at for event in batch],
            [event.location_id for event in batch],
            [event.conversation_id for event in batch],
            [event.body for event in batch],
            sum(event.raises_access for event in batch),
        )
        written += [
            Event(
                event.tenant_id,
                scope_id,
                row["seq"],
                event.kind,
                event.at,
                event.location_id,
                event.conversation_id,
                row["body"],
            )
            for event, row in zip(batch, rows, strict=True)
        ]
    return written


async def _linked(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> Sequence[NewEvent]:
    """`events`, where the two sides of a move from lane to lane know of each other's number.

    Lanes have no order among each other. Who watches both must not be told of an older state of a
    conversation after its arrival (`after`); who follows it must know where it goes on (`arrival`).
    """
    scope_ids = sorted({event.scope_id for event in events})
    places = {_side(event): place for event, place in _placed(events) if event.kind in _OTHER_SIDE}
    if not places or len(scope_ids) == 1:
        return events
    rows = await connection.fetch(_LOCK, events[0].tenant_id, scope_ids)
    before = {row["id"]: row["seq"] for row in rows}
    return [_with_other_side(event, places, before) for event in events]


def _with_other_side(
    event: NewEvent, places: Mapping[Side, tuple[int, int]], before: Mapping[int, int]
) -> NewEvent:
    if event.kind not in _OTHER_SIDE:
        return event
    kind, name = _OTHER_SIDE[event.kind]
    scope_id, place = places.get((kind, *_side(event)[1:]), (event.scope_id, 0))
    if scope_id == event.scope_id:
        return event
    return replace(event, body={**event.body, name: [scope_id, before[scope_id] + place]})


def _side(event: NewEvent) -> Side:
    return event.kind, event.body["transfer"], event.body["to"]


def _placed(events: Iterable[NewEvent]) -> Iterator[tuple[NewEvent, tuple[int, int]]]:
    """Each event with its scope, and its place among those of the scope, from 1."""
    count: Counter[int] = Counter()
    for event in events:
        count[event.scope_id] += 1
        yield event, (event.scope_id, count[event.scope_id])


async def read(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    after: Mapping[int, int],
    upto: Mapping[int, int] | None = None,
    *,
    most: int = 100,
) -> list[Event]:
    """The next events of each scope, at most `most` of each, in order within a scope."""
    limits = [_NO_END if upto is None else upto[scope_id] for scope_id in after]
    rows = await connection.fetch(_READ, tenant_id, list(after), list(after.values()), limits, most)
    return [
        Event(
            tenant_id,
            row["scope_id"],
            row["seq"],
            EventKind(row["kind"]),
            row["at"],
            row["location_id"],
            row["conversation_id"],
            row["body"],
        )
        for row in rows
    ]


_NO_END = 2**63 - 1

# live_scope_pkey, conversation_pkey. A source that the conversation has left gets no content of it.
_APPEND = """
WITH bumped AS (
    UPDATE live_scope
    SET seq = seq + cardinality($3::text[]), access_version = access_version + $8::integer
    WHERE tenant_id = $1 AND id = $2
    RETURNING seq - cardinality($3::text[]) AS before
), added AS (
    INSERT INTO live_event (tenant_id, scope_id, seq, at, kind, location_id, conversation_id, body)
    SELECT
        $1, $2, bumped.before + new.position, new.at, new.kind, new.location_id, new.conversation_id,
        CASE
            WHEN conversation.id IS NULL THEN new.body
            WHEN new.kind IN ('MOVED_OUT', 'FACT_CHANGED', 'CONVERSATION_READ') THEN new.body
            ELSE new.body || jsonb_build_object('conversation', to_jsonb(conversation))
        END
    FROM bumped
    CROSS JOIN unnest($3::text[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::jsonb[]) WITH ORDINALITY
        AS new (kind, at, location_id, conversation_id, body, position)
    LEFT JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = new.conversation_id
    RETURNING seq, body
)
SELECT seq, body FROM added ORDER BY seq
"""

# live_scope_pkey
_LOCK = """
SELECT id, seq
FROM live_scope
WHERE tenant_id = $1 AND id = ANY($2::bigint[])
ORDER BY id
FOR UPDATE
"""

# live_event_pkey
_READ = """
SELECT event.*
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS wanted (scope_id, after, upto)
CROSS JOIN LATERAL (
    SELECT scope_id, seq, kind, at, location_id, conversation_id, body
    FROM live_event
    WHERE tenant_id = $1 AND scope_id = wanted.scope_id AND seq > wanted.after AND seq <= wanted.upto
    ORDER BY seq
    LIMIT $5
) AS event
ORDER BY event.scope_id, event.seq
"""
