"""Files that go with the rows that had them: noted in the transaction, removed afterwards."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from localmessages.services import Services, Transaction

_AT_ONCE = 100


async def remove_later(
    tx: Transaction, tenant_id: UUID, storage_keys: Iterable[str | None], at: datetime
) -> None:
    """Have files removed once the transaction stands; None is none."""
    # file_to_remove_pkey
    await tx.connection.executemany(
        """
        INSERT INTO file_to_remove (tenant_id, storage_key, created_at)
        VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
        """,
        [(tenant_id, key, at) for key in storage_keys if key is not None],
    )


async def remove_noted_files(services: Services) -> int:
    """Remove what was noted, a few at a time; how many files that were. One that is gone already is fine."""
    removed = 0
    while found := await _remove_some(services):
        removed += found
    return removed


async def _remove_some(services: Services) -> int:
    async with services.database.transaction() as connection:
        # file_to_remove_pkey; other workers take others.
        rows = await connection.fetch(
            "SELECT tenant_id, storage_key FROM file_to_remove LIMIT $1 FOR UPDATE SKIP LOCKED", _AT_ONCE
        )
        for row in rows:
            await asyncio.to_thread(services.storage.delete, row["storage_key"])
        await connection.executemany(
            "DELETE FROM file_to_remove WHERE tenant_id = $1 AND storage_key = $2",
            [(row["tenant_id"], row["storage_key"]) for row in rows],
        )
        return len(rows)
