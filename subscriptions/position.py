"""Where the event log stands."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

import asyncpg

from subscriptions.cursor import Cursor


async def now(
    connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID | None, session_id: UUID | None = None
) -> Cursor:
    """The position "now" over all scopes that a viewer can ever need: every lane, the tenant's, their own.

    It has no positions for a session that has ended: this statement is read with every request anyway.
    """
    return _cursor(await connection.fetchrow(_NOW, tenant_id, user_id, session_id))


async def positions(connection: asyncpg.Connection, scope_ids: Iterable[int]) -> Cursor:
    """Where these scopes are, all at the same instant."""
    return _cursor(await connection.fetchrow(_POSITIONS, sorted(scope_ids)))


async def epoch(connection: asyncpg.Connection) -> int:
    """Which history of which database this is: another one after a restore or a failover."""
    return _epoch(await connection.fetchval(f"SELECT {_HISTORY}"))


def _cursor(row: asyncpg.Record | None) -> Cursor:
    assert row is not None, "an aggregate has a row"
    return Cursor(
        epoch=_epoch(row["history"]),
        access=row["access"],
        positions=dict(zip(row["ids"], row["seqs"], strict=True)),
        own=row["own"],
    )


# It changes after a restore or a failover alone.
@lru_cache(maxsize=16)
def _epoch(history: str) -> int:
    return int.from_bytes(blake2b(history.encode(), digest_size=8).digest(), "big")


# Each part is read once a statement. A WAL file's name begins with the timeline, also right after a failover.
_HISTORY = """concat_ws(
    '-',
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)),
    (SELECT oid FROM pg_database WHERE datname = current_database())
)"""

# One row, since every operation begins with it, and sixty-six would be as many objects.
_ALL = """
    coalesce(sum(access_version), 0)::bigint AS access,
    coalesce(array_agg(id), '{}') AS ids,
    coalesce(array_agg(seq), '{}') AS seqs,
    min(id) FILTER (WHERE is_own) AS own"""

# live_scope_tenant_id_kind_lane_user_id_key; of the session, session_pkey, once.
_NOW = f"""
SELECT
    {_HISTORY} AS history,{_ALL}
FROM (
    SELECT id, seq, access_version, false AS is_own
    FROM live_scope
    WHERE tenant_id = $1 AND kind IN ('LANE', 'TENANT')
    UNION ALL
    SELECT id, seq, access_version, true AS is_own
    FROM live_scope
    WHERE tenant_id = $1 AND kind = 'USER' AND lane IS NULL AND user_id = $2
) AS scope
WHERE $3::uuid IS NULL
    OR EXISTS (
        SELECT FROM session WHERE tenant_id = $1 AND id = $3 AND user_id = $2 AND ended_at IS NULL
    )
"""

# live_scope_id_key
_POSITIONS = f"""
SELECT
    {_HISTORY} AS history,{_ALL}
FROM (SELECT id, seq, access_version, false AS is_own FROM live_scope WHERE id = ANY($1::bigint[])) AS scope
"""
