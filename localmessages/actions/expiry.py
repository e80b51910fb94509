"""Files that nobody can get any more."""

import asyncio

from localmessages.services import Services

_AT_ONCE = 100


async def remove_files(services: Services) -> int:
    """Remove the files of exports that have expired, failed or were called off; how many exports those were.

    Also what writers left behind that died.
    """
    removed = 0
    while found := await _remove_some(services):
        removed += found
    await asyncio.to_thread(services.storage.sweep)
    return removed


async def _remove_some(services: Services) -> int:
    async with services.database.transaction() as connection:
        # export_expires_at_idx; the lock keeps a retry from writing what is removed here.
        exports = await connection.fetch(
            """
            SELECT tenant_id, id, storage_key
            FROM export
            WHERE storage_key IS NOT NULL
                AND (expires_at <= $1 OR status IN ('FAILED', 'CANCELED'))
            LIMIT $2
            FOR NO KEY UPDATE SKIP LOCKED
            """,
            services.clock(),
            _AT_ONCE,
        )
        for export in exports:
            await asyncio.to_thread(services.storage.delete, export["storage_key"])
        await connection.executemany(
            "UPDATE export SET storage_key = NULL WHERE tenant_id = $1 AND id = $2",
            [(export["tenant_id"], export["id"]) for export in exports],
        )
        return len(exports)
