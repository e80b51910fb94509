"""Whether the rollups are what the messages say: a sample, counted anew every night (data.md)."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from localmessages import metrics
from localmessages.services import Services

logger = structlog.get_logger(__name__)

SAMPLE = 20
REACH = timedelta(days=31)


async def verify_rollups(
    services: Services, *, sample: int = SAMPLE, reach: timedelta = REACH
) -> list[asyncpg.Record]:
    """Hours and conversations' days of some locations where rollup and messages differ; each is an alarm."""
    wrong = []
    async with services.database.connection() as connection:
        for tenant_id, location_id in await _some_locations(connection, sample):
            since = services.clock() - reach
            wrong += await differences(connection, tenant_id, location_id, since)
            wrong += await day_differences(connection, tenant_id, location_id, since)
    metrics.ROLLUP_DIFFERENCES.set(len(wrong))
    metrics.ROLLUPS_VERIFIED.set_to_current_time()
    for found in wrong:
        logger.error("rollups.differ", **{name: str(value) for name, value in found.items()})
    if not wrong:
        logger.info("rollups.verified", locations=sample)
    return wrong


async def _some_locations(connection: asyncpg.Connection, most: int) -> list[tuple[UUID, UUID]]:
    rows = await connection.fetch("SELECT tenant_id, id FROM location ORDER BY random() LIMIT $1", most)
    return [(row["tenant_id"], row["id"]) for row in rows]


async def differences(
    connection: asyncpg.Connection, tenant_id: UUID, location_id: UUID, since: datetime
) -> list[asyncpg.Record]:
    """Hours and campaigns of a location, from the hour of an instant on, that do not agree.

    One statement is one snapshot: what a folder moves meanwhile is in one table or in the other.
    """
    return await connection.fetch(_DIFFERENCES, tenant_id, location_id, since)


async def day_differences(
    connection: asyncpg.Connection, tenant_id: UUID, location_id: UUID, since: datetime
) -> list[asyncpg.Record]:
    """Days of conversations at a location, from the day after an instant on, that do not agree."""
    return await connection.fetch(_DAY_DIFFERENCES, tenant_id, location_id, since)


# message_hour_pkey, campaign_hour_pkey, message_hour_delta_idx, message_location_idx
_DIFFERENCES = """
WITH place AS (
    SELECT time_zone, local_hour($3, time_zone) AS first_hour
    FROM location
    WHERE tenant_id = $1 AND id = $2
), rollup AS (
    SELECT hour, NULL::uuid AS campaign_id, inbound, agent, campaign, auto, system,
        delivered, non_deliverable, pending
    FROM message_hour
    WHERE tenant_id = $1 AND location_id = $2
    UNION ALL
    SELECT hour, campaign_id, 0, 0, accepted, 0, 0, delivered, non_deliverable, pending
    FROM campaign_hour
    WHERE tenant_id = $1 AND location_id = $2
    UNION ALL
    SELECT hour, NULL, inbound, agent, campaign, auto, system, delivered, non_deliverable, pending
    FROM message_hour_delta
    WHERE tenant_id = $1 AND location_id = $2
    UNION ALL
    SELECT hour, campaign_id, 0, 0, agent + campaign + auto + system, 0, 0,
        delivered, non_deliverable, pending
    FROM message_hour_delta
    WHERE tenant_id = $1 AND location_id = $2 AND campaign_id IS NOT NULL
), fact AS (
    SELECT
        local_hour(at, place.time_zone) AS hour,
        campaign_id,
        (direction = 'INBOUND')::integer AS inbound,
        (direction = 'OUTBOUND' AND NOT refused)::integer AS accepted,
        origin,
        (status IN ('DELIVERED', 'READ'))::integer AS delivered,
        (status IN ('UNDELIVERED', 'FAILED'))::integer AS non_deliverable,
        (status IN ('QUEUED', 'SENDING', 'SENT'))::integer AS pending
    FROM message, place
    WHERE tenant_id = $1 AND location_id = $2 AND at >= place.first_hour
), raw AS (
    SELECT hour, NULL::uuid AS campaign_id, inbound,
        accepted * (origin IS NOT DISTINCT FROM 'AGENT')::integer AS agent,
        accepted * (origin IS NOT DISTINCT FROM 'CAMPAIGN')::integer AS campaign,
        accepted * (origin IS NOT DISTINCT FROM 'AUTO')::integer AS auto,
        accepted * (origin IS NOT DISTINCT FROM 'SYSTEM')::integer AS system,
        delivered, non_deliverable, pending
    FROM fact
    UNION ALL
    SELECT hour, campaign_id, 0, 0, accepted, 0, 0, delivered, non_deliverable, pending
    FROM fact
    WHERE campaign_id IS NOT NULL
), difference AS (
    SELECT 1 AS sign, rollup.* FROM rollup, place WHERE hour >= place.first_hour
    UNION ALL
    SELECT -1, raw.* FROM raw
)
SELECT
    $2::uuid AS location_id, hour, campaign_id,
    sum(sign * inbound) AS inbound,
    sum(sign * agent) AS agent,
    sum(sign * campaign) AS campaign,
    sum(sign * auto) AS auto,
    sum(sign * system) AS system,
    sum(sign * delivered) AS delivered,
    sum(sign * non_deliverable) AS non_deliverable,
    sum(sign * pending) AS pending
FROM difference
GROUP BY hour, campaign_id
HAVING (
    sum(sign * inbound), sum(sign * agent), sum(sign * campaign), sum(sign * auto), sum(sign * system),
    sum(sign * delivered), sum(sign * non_deliverable), sum(sign * pending)
) <> (0, 0, 0, 0, 0, 0, 0, 0)
ORDER BY hour, campaign_id
"""

# conversation_day_pkey, message_hour_delta_idx, message_location_idx
_DAY_DIFFERENCES = """
WITH place AS (
    SELECT time_zone, local_date(local_hour($3, time_zone), time_zone) AS day_before
    FROM location
    WHERE tenant_id = $1 AND id = $2
), rollup AS (
    SELECT day, conversation_id, texts, inbound, by_agents, bills, delivered, non_deliverable, pending
    FROM conversation_day
    WHERE tenant_id = $1 AND location_id = $2
    UNION ALL
    SELECT local_date(hour, place.time_zone), conversation_id, texts, inbound, by_agents, bills,
        delivered, non_deliverable, pending
    FROM message_hour_delta, place
    WHERE tenant_id = $1 AND location_id = $2
), raw AS (
    SELECT
        local_date(local_hour(at, place.time_zone), place.time_zone) AS day,
        conversation_id,
        1,
        (direction = 'INBOUND')::integer,
        (origin IS NOT DISTINCT FROM 'AGENT')::integer,
        (payment_request_id IS NOT NULL)::integer,
        (status IN ('DELIVERED', 'READ'))::integer,
        (status IN ('UNDELIVERED', 'FAILED'))::integer,
        (status IN ('QUEUED', 'SENDING', 'SENT'))::integer
    FROM message, place
    WHERE tenant_id = $1 AND location_id = $2 AND at >= $3
), difference AS (
    SELECT 1 AS sign, rollup.* FROM rollup
    UNION ALL
    SELECT -1, raw.* FROM raw
)
SELECT
    $2::uuid AS location_id, day, conversation_id,
    sum(sign * texts) AS texts,
    sum(sign * inbound) AS inbound,
    sum(sign * by_agents) AS by_agents,
    sum(sign * bills) AS bills,
    sum(sign * delivered) AS delivered,
    sum(sign * non_deliverable) AS non_deliverable,
    sum(sign * pending) AS pending
FROM difference, place
WHERE day > place.day_before
GROUP BY day, conversation_id
HAVING (
    sum(sign * texts), sum(sign * inbound), sum(sign * by_agents), sum(sign * bills), sum(sign * delivered),
    sum(sign * non_deliverable), sum(sign * pending)
) <> (0, 0, 0, 0, 0, 0, 0)
ORDER BY day, conversation_id
"""
