"""How many conversations wait in each inbox."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.rules.access import Viewer


class Counts(NamedTuple):
    """Of one location, or added up, for one viewer."""

    open: int = 0
    waiting: int = 0
    unread: int = 0
    unassigned: int = 0
    mine: int = 0
    snoozed: int = 0


async def inbox_counts(
    connection: asyncpg.Connection, viewer: Viewer, location_ids: Sequence[UUID]
) -> dict[UUID, Counts]:
    """The counts of each of these locations that has any open or snoozed conversation."""
    # conversation_open_idx alone, conversation_read_pkey; conversation_inbox_idx
    statement = """
SELECT
    coalesce(opened.location_id, slept.location_id),
    coalesce(opened.open, 0),
    coalesce(opened.waiting, 0),
    coalesce(opened.unread, 0),
    coalesce(opened.unassigned, 0),
    coalesce(opened.mine, 0),
    coalesce(slept.snoozed, 0)
FROM (
    SELECT
        conversation.location_id,
        count(*) AS open,
        count(conversation.waiting_since) AS waiting,
        count(*) FILTER (
            WHERE conversation.entry_count > coalesce(conversation_read.entry_count, 0)
        ) AS unread,
        count(*) FILTER (WHERE conversation.assignee_id IS NULL) AS unassigned,
        count(*) FILTER (WHERE conversation.assignee_id = $3) AS mine
    FROM conversation
    LEFT JOIN conversation_read
        ON conversation_read.tenant_id = conversation.tenant_id
        AND conversation_read.user_id = $3
        AND conversation_read.conversation_id = conversation.id
    WHERE conversation.tenant_id = $1
        AND conversation.location_id = ANY($2::uuid[])
        AND conversation.status = 'OPEN'
    GROUP BY conversation.location_id
) AS opened
FULL JOIN (
    SELECT conversation.location_id, count(*) AS snoozed
    FROM conversation
    WHERE conversation.tenant_id = $1
        AND conversation.location_id = ANY($2::uuid[])
        AND conversation.status = 'SNOOZED'
    GROUP BY conversation.location_id
) AS slept ON slept.location_id = opened.location_id
"""
    records = await connection.fetch(statement, viewer.tenant_id, location_ids, viewer.user_id)
    return {record[0]: Counts(*record[1:]) for record in records}
