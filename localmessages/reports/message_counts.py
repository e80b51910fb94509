"""Messages received and sent, from the hourly rollup and, at edges that cut an hour, from the messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.buckets import cut
from localmessages.reports.metrics import OriginCounts
from localmessages.reports.spans import Span

# The aggregate inside the lateral: half the time of grouping all rows at once.
# message_hour_pkey; message_hour_delta_idx for what is not folded in yet.
WHOLE_HOURS = """
SELECT span.number, counted.*
FROM unnest($2::integer[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
    AS span (number, location_id, first, last)
CROSS JOIN LATERAL (
    SELECT sum(inbound) AS inbound, sum(agent) AS agent, sum(campaign) AS campaign,
        sum(auto) AS auto, sum(system) AS system
    FROM (
        SELECT inbound, agent, campaign, auto, system
        FROM message_hour
        WHERE tenant_id = $1 AND location_id = span.location_id AND hour >= span.first AND hour < span.last
        UNION ALL
        SELECT inbound, agent, campaign, auto, system
        FROM message_hour_delta
        WHERE tenant_id = $1 AND location_id = span.location_id AND hour >= span.first AND hour < span.last
    ) AS bucket
    HAVING count(*) > 0
) AS counted
"""

# message_location_idx
RAW_EDGES = """
SELECT span.number, counted.*
FROM unnest($2::integer[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
    AS span (number, location_id, first, last)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE direction = 'INBOUND') AS inbound,
        count(*) FILTER (WHERE origin = 'AGENT' AND NOT refused) AS agent,
        count(*) FILTER (WHERE origin = 'CAMPAIGN' AND NOT refused) AS campaign,
        count(*) FILTER (WHERE origin = 'AUTO' AND NOT refused) AS auto,
        count(*) FILTER (WHERE origin = 'SYSTEM' AND NOT refused) AS system
    FROM message
    WHERE tenant_id = $1 AND location_id = span.location_id AND at >= span.first AND at < span.last
    HAVING count(*) > 0
) AS counted
"""


class MessageCounts(NamedTuple):
    """What can be added up over hours, days and locations."""

    inbound: int = 0
    agent: int = 0
    campaign: int = 0
    auto: int = 0
    system: int = 0

    @property
    def outbound(self) -> int:
        """Outbound Messages: those of people and campaigns."""
        return self.agent + self.campaign

    @property
    def by_origin(self) -> OriginCounts:
        return OriginCounts(self.agent, self.campaign, self.auto, self.system)


class _Piece(NamedTuple):
    number: int
    location_id: UUID
    first: datetime
    last: datetime


def added(counts: Iterable[MessageCounts]) -> MessageCounts:
    """All of them together."""
    return MessageCounts(*(sum(column) for column in zip(*counts, strict=True)))


async def message_counts(
    connection: asyncpg.Connection, tenant_id: UUID, spans: Sequence[Span]
) -> list[MessageCounts]:
    """The counts of each span, exact to the instant."""
    whole, raw = _pieces(spans)
    counts = [MessageCounts()] * len(spans)
    for statement, pieces in ((WHOLE_HOURS, whole), (RAW_EDGES, raw)):
        if pieces:
            for number, *found in await connection.fetch(statement, tenant_id, *zip(*pieces, strict=True)):
                counts[number] = added((counts[number], MessageCounts(*found)))
    return counts


def _pieces(spans: Sequence[Span]) -> tuple[list[_Piece], list[_Piece]]:
    whole, raw = [], []
    for number, span in enumerate(spans):
        hours, edges = cut(span.start, span.end, span.zone)
        if hours is not None:
            whole.append(_Piece(number, span.location_id, *hours))
        raw += [_Piece(number, span.location_id, *edge) for edge in edges]
    return whole, raw
