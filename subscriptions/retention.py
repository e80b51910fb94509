"""How far the event log reaches back."""

from datetime import datetime, timedelta

import asyncpg

RETENTION = timedelta(days=7)
_SCOPES_A_STATEMENT = 100


async def prune(connection: asyncpg.Connection, before: datetime) -> int:
    """Delete what happened before an instant, some scopes a statement; how many events went.

    Only the beginning of a scope goes, up to the first event that stays: what is left has no gap.
    """
    deleted = 0
    last: int | None = 0
    while last is not None:
        row = await connection.fetchrow(_PRUNE, before, last, _SCOPES_A_STATEMENT)
        assert row
        deleted += row["gone"]
        last = row["last"]
    return deleted


# live_scope_id_key, live_event_pkey
_PRUNE = """
WITH few AS (
    SELECT tenant_id, id, seq
    FROM live_scope
    WHERE id > $2
    ORDER BY id
    LIMIT $3
), gone AS (
    DELETE FROM live_event AS event
    USING few
    LEFT JOIN LATERAL (
        SELECT kept.seq
        FROM live_event AS kept
        WHERE kept.tenant_id = few.tenant_id AND kept.scope_id = few.id AND kept.at >= $1
        ORDER BY kept.seq
        LIMIT 1
    ) AS first ON true
    WHERE
        event.tenant_id = few.tenant_id
        AND event.scope_id = few.id
        AND event.seq < coalesce(first.seq, few.seq + 1)
    RETURNING 1
)
SELECT (SELECT max(id) FROM few) AS last, (SELECT count(*) FROM gone) AS gone
"""
