"""The event log in PostgreSQL: numbered within a scope in commit order, without a gap (realtime.md, "The log")."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

import asyncpg

from subscriptions.events import Event, NewEvent


async def append(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> list[Event]:
    """Number `events` and write them, as the last statements of the transaction of their change.

    Takes the scopes in sorted order, so that no two writers wait for each other. The row of a scope stays
    locked until the commit: a higher number never commits before a lower one.
    """
    written: list[Event] = []
    by_scope = sorted(events, key=attrgetter("scope_id"))
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


# live_scope_pkey, conversation_pkey. A source that the conversation has left gets no content of it.
_APPEND = """
WITH bumped AS (
    UPDATE live_scope
    SET seq = seq + cardinality($3::text[])
    WHERE tenant_id = $1 AND id = $2
    RETURNING seq - cardinality($3::text[]) AS before
), added AS (
    INSERT INTO live_event (tenant_id, scope_id, seq, at, kind, location_id, conversation_id, body)
    SELECT
        $1, $2, bumped.before + new.position, new.at, new.kind, new.location_id, new.conversation_id,
        CASE
            WHEN conversation.id IS NULL OR new.kind IN ('MOVED_OUT', 'FACT_CHANGED', 'CONVERSATION_READ') THEN new.body
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
