"""An installation that is ready to be used: its servers answer, its tables are there, its key is known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from localmessages.embedded import embedded
from localmessages.settings import Settings
from models.migrate import migrate


@asynccontextmanager
async def installation(settings: Settings, *, migrated: bool = True) -> AsyncIterator[Settings]:
    """The settings with nothing left empty, while the embedded servers run.

    An embedded database is brought to the newest step, unless not `migrated`; one that `DATABASE_URL` names
    waits for `localmessages migrate`.
    """
    async with embedded(
        settings.data_dir, database_url=settings.database_url, redis_url=settings.redis_url
    ) as servers:
        if migrated and not settings.database_url:
            await migrate(servers.database_url)
        yield settings.with_servers(servers.database_url, servers.redis_url).with_secret()
