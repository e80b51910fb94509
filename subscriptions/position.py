"""Where the event log stands."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import UUID

import asyncpg

from subscriptions.cursor import Cursor


async def now(connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID | None) -> Cursor:
    """The position "now" over all scopes that a viewer can ever need: every lane, the tenant's, their own."""
    rows = await connection.fetch(_NOW, tenant_id, user_id)
    return _cursor(rows, own=next((row["id"] for row in rows if row["is_own"]), None))


async def positions(connection: asyncpg.Connection, scope_ids: Iterable[int]) -> Cursor:
    """Where these scopes are, all at the same instant."""
    return _cursor(await connection.fetch(_POSITIONS, sorted(scope_ids)))


async def epoch(connection: asyncpg.Connection) -> int:
    """Which history of which database this is: another one after a restore or a failover."""
    return _epoch(await connection.fetchval(f"SELECT {_HISTORY}"))


def _cursor(rows: Sequence[asyncpg.Record], own: int | None = None) -> Cursor:
    return Cursor(
        epoch=_epoch(rows[0]["history"]) if rows else 0,
        access=sum(row["access_version"] for row in rows),
        positions={row["id"]: row["seq"] for row in rows},
        own=own,
    )


def _epoch(history: str) -> int:
    return int.from_bytes(blake2b(history.encode(), digest_size=8).digest(), "big")


# Each part is read once a statement. A WAL file's name begins with the timeline, also right after a failover.
_HISTORY = """concat_ws(
    '-',
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)),
    (SELECT oid FROM pg_database WHERE datname = current_database())
)"""

# live_scope_tenant_id_kind_lane_user_id_key
_NOW = f"""
SELECT {_HISTORY} AS history, id, seq, access_version, is_own
FROM (
    SELECT id, seq, access_version, false AS is_own
    FROM live_scope
    WHERE tenant_id = $1 AND kind IN ('LANE', 'TENANT')
    UNION ALL
    SELECT id, seq, access_version, true AS is_own
    FROM live_scope
    WHERE tenant_id = $1 AND kind = 'USER' AND lane IS NULL AND user_id = $2
) AS scope
"""

# live_scope_id_key
_POSITIONS = f"""
SELECT {_HISTORY} AS history, id, seq, access_version
FROM live_scope
WHERE id = ANY($1::bigint[])
"""
