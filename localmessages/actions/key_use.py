"""When an API key was last used: to the minute, so that it costs a write a minute and not one a request."""

from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.services import Services


async def note_key_use(
    services: Services, connection: asyncpg.Connection, tenant_id: UUID, key_id: UUID, at: datetime
) -> None:
    """Keep the minute, unless this process has done so already."""
    if not services.uses.is_new(key_id, at):
        return
    # api_key_pkey; another process may have been there.
    await connection.execute(
        """
        UPDATE api_key
        SET last_used_at = $3
        WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)
        """,
        tenant_id,
        key_id,
        at.replace(second=0, microsecond=0),
    )
