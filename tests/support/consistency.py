"""What must hold of a database whatever was done to it: rollups, event numbers, waits against raw facts."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

COUNTS = "inbound, agent, campaign, auto, system, delivered, non_deliverable, pending"


async def rollup_differences(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Hours in which rollup and deltas together differ from the messages."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTS.split(", "))
    return await connection.fetch(
        f"""
        WITH kept AS (
            SELECT tenant_id, location_id, hour, {sums}
            FROM (
                SELECT tenant_id, location_id, hour, {COUNTS} FROM message_hour
                UNION ALL
                SELECT tenant_id, location_id, hour, {COUNTS} FROM message_hour_delta
            ) AS parts
            GROUP BY 1, 2, 3
            HAVING sum(inbound + agent + campaign + auto + system) <> 0
                OR sum(delivered + non_deliverable + pending) <> 0
        ), raw AS (
            SELECT
                message.tenant_id, location_id, local_hour(at, time_zone) AS hour,
                count(*) FILTER (WHERE direction = 'INBOUND') AS inbound,
                count(*) FILTER (WHERE origin = 'AGENT' AND NOT refused) AS agent,
                count(*) FILTER (WHERE origin = 'CAMPAIGN' AND NOT refused) AS campaign,
                count(*) FILTER (WHERE origin = 'AUTO' AND NOT refused) AS auto,
                count(*) FILTER (WHERE origin = 'SYSTEM' AND NOT refused) AS system,
                count(*) FILTER (WHERE status IN ('DELIVERED', 'READ')) AS delivered,
                count(*) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')) AS non_deliverable,
                count(*) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')) AS pending
            FROM message
            JOIN location ON location.tenant_id = message.tenant_id AND location.id = message.location_id
            GROUP BY 1, 2, 3
        )
        (SELECT * FROM kept EXCEPT SELECT * FROM raw)
        UNION ALL
        (SELECT * FROM raw EXCEPT SELECT * FROM kept)
        """
    )


DAY_COUNTS = "texts, inbound, by_agents, bills, delivered, non_deliverable, pending"


async def day_differences(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Conversations' days in which rollup and deltas together differ from the messages."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in DAY_COUNTS.split(", "))
    return await connection.fetch(
        f"""
        WITH delta AS (
            SELECT message_hour_delta.*, local_date(hour, time_zone) AS day
            FROM message_hour_delta
            JOIN location USING (tenant_id)
            WHERE location.id = location_id
        ), kept AS (
            SELECT tenant_id, location_id, day, conversation_id, contact_id, {sums}
            FROM (
                SELECT tenant_id, location_id, day, conversation_id, contact_id, {DAY_COUNTS}
                FROM conversation_day
                UNION ALL
                SELECT tenant_id, location_id, day, conversation_id, contact_id, {DAY_COUNTS} FROM delta
            ) AS parts
            GROUP BY 1, 2, 3, 4, 5
            HAVING sum(texts) <> 0
        ), raw AS (
            SELECT
                message.tenant_id, location_id, local_date(local_hour(at, time_zone), time_zone) AS day,
                conversation_id, contact_id,
                count(*) AS texts,
                count(*) FILTER (WHERE direction = 'INBOUND') AS inbound,
                count(*) FILTER (WHERE origin = 'AGENT') AS by_agents,
                count(payment_request_id) AS bills,
                count(*) FILTER (WHERE status IN ('DELIVERED', 'READ')) AS delivered,
                count(*) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')) AS non_deliverable,
                count(*) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')) AS pending
            FROM message
            JOIN location ON location.tenant_id = message.tenant_id AND location.id = message.location_id
            GROUP BY 1, 2, 3, 4, 5
        )
        (SELECT * FROM kept EXCEPT SELECT * FROM raw)
        UNION ALL
        (SELECT * FROM raw EXCEPT SELECT * FROM kept)
        """
    )


async def unstamped_links(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Links whose stamps are not those of their texts."""
    stamps = "location_id, conversation_id, agent_id, campaign_id, payment_request_id"
    return await connection.fetch(
        f"""
        SELECT id, message_id, sent_at, {stamps} FROM tracked_link
        EXCEPT
        SELECT tracked_link.id, message.id, at, {", ".join(f"message.{name}" for name in stamps.split(", "))}
        FROM tracked_link
        JOIN message ON message.tenant_id = tracked_link.tenant_id AND message.id = message_id
        """
    )


async def event_gaps(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Scopes whose events are not numbered from 1 to their last without a gap."""
    return await connection.fetch(
        """
        SELECT live_scope.id, live_scope.seq, count(live_event.seq), max(live_event.seq)
        FROM live_scope
        LEFT JOIN live_event
            ON live_event.tenant_id = live_scope.tenant_id AND live_event.scope_id = live_scope.id
        GROUP BY live_scope.tenant_id, live_scope.id
        HAVING live_scope.seq <> count(live_event.seq) OR live_scope.seq <> coalesce(max(live_event.seq), 0)
        """
    )


async def entries_without_event(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Entries of timelines that no event told of."""
    return await connection.fetch(
        """
        WITH told AS (
            SELECT (body -> 'entry' ->> 1)::uuid AS id FROM live_event WHERE kind = 'ENTRY_ADDED'
            UNION ALL
            SELECT (body ->> 'transfer')::uuid FROM live_event WHERE kind = 'MOVED_IN'
        )
        SELECT id FROM (
            SELECT id FROM message
            UNION ALL SELECT id FROM note
            UNION ALL SELECT id FROM conversation_change
            UNION ALL SELECT id FROM transfer
            UNION ALL SELECT id FROM consent_change WHERE conversation_id IS NOT NULL
        ) AS entry
        WHERE id NOT IN (SELECT id FROM told)
        """
    )


Leg = tuple[UUID, datetime, datetime | None, str | None]


async def kept_legs(connection: asyncpg.Connection) -> dict[UUID, list[Leg]]:
    """The legs of each conversation as they were kept: location, start, end, outcome."""
    rows = await connection.fetch("SELECT * FROM wait WHERE kind = 'INBOUND' ORDER BY started_at, id")
    legs = defaultdict(list)
    for row in rows:
        legs[row["conversation_id"]].append(
            (row["location_id"], row["started_at"], row["ended_at"], row["outcome"])
        )
    return dict(legs)


async def recomputed_legs(connection: asyncpg.Connection) -> dict[UUID, list[Leg]]:
    """The same from texts, closes and moves alone, in the order of the timeline; knows no merged ones."""
    rows = await connection.fetch(
        """
        SELECT conversation_id, version, at, location_id AS place,
            CASE WHEN eligible THEN 'ASK' WHEN origin = 'AGENT' THEN 'ANSWERED' END AS what
        FROM message
        UNION ALL
        SELECT conversation_id, version, at, to_location_id, 'TRANSFERRED' FROM transfer
        UNION ALL
        SELECT conversation_id, version, at, NULL,
            CASE kind WHEN 'CLOSED' THEN 'CLOSED_UNANSWERED' WHEN 'BLOCKED' THEN 'BLOCKED' END
        FROM conversation_change
        ORDER BY conversation_id, version
        """
    )
    legs: dict[UUID, list[Leg]] = defaultdict(list)
    for row in rows:
        _follow(legs, row)
    return {talk: found for talk, found in legs.items() if found}


def _follow(legs: dict[UUID, list[Leg]], row: Any) -> None:
    mine = legs[row["conversation_id"]]
    waiting = bool(mine) and mine[-1][2] is None
    if row["what"] == "ASK" and not waiting:
        mine.append((row["place"], row["at"], None, None))
    elif row["what"] not in (None, "ASK") and waiting:
        place, start, _, _ = mine[-1]
        mine[-1] = (place, start, row["at"], row["what"])
        if row["what"] == "TRANSFERRED":
            mine.append((row["place"], row["at"], None, None))
