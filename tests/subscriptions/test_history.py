"""A process that goes on after the database is another one, as after a failover."""

from uuid import uuid4

import asyncpg
import pytest

from localmessages.rules.live import ResyncReason
from models.database import open_database
from subscriptions import position
from subscriptions.bus import Bus
from subscriptions.history import followed
from subscriptions.hub import Hub
from tests.conftest import fresh_database
from tests.subscriptions.conftest import tenant_in
from tests.subscriptions.sockets import until
from tests.subscriptions.test_hub import seqs, take, watching


@pytest.fixture
async def maintenance(servers):
    connection = await asyncpg.connect(servers.database_url)
    yield connection
    await connection.close()


async def take_the_place(maintenance, name, other):
    """Have the database `other` answer by the name of another one, to which nothing is connected then."""
    for each in (name, other):
        await maintenance.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", each
        )
    await maintenance.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await maintenance.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name
    )
    aside = f"test_{uuid4().hex}"
    await maintenance.execute(f"ALTER DATABASE {name} RENAME TO {aside}")
    await maintenance.execute(f"ALTER DATABASE {other} RENAME TO {name}")
    await maintenance.execute(f"ALTER DATABASE {aside} RENAME TO {other}")
    await maintenance.execute(f"ALTER DATABASE {other} ALLOW_CONNECTIONS true")


async def test_what_is_published_after_a_failover_is_of_the_new_history(
    servers, template, redis_url, maintenance
):
    async with fresh_database(servers, template) as url, fresh_database(servers, template) as other_url:
        name, other = [each.rpartition("/test_")[2].partition("?")[0] for each in (url, other_url)]
        database, bus = await open_database(url), Bus(redis_url)
        try:
            async with followed(database, bus, seconds=0.02):
                before = bus.epoch
                assert before

                await take_the_place(maintenance, f"test_{name}", f"test_{other}")

                await until(lambda: bus.epoch != before)
                async with database.connection() as connection:
                    assert bus.epoch == await position.epoch(connection)
        finally:
            await bus.close()
            await database.close()


async def test_whoever_watches_is_told_that_the_history_is_another(servers, template, redis_url, maintenance):
    async with fresh_database(servers, template) as url, fresh_database(servers, template) as other_url:
        name, other = [each.rpartition("/test_")[2].partition("?")[0] for each in (url, other_url)]
        database = await open_database(url)
        hub = Hub(database, Bus(redis_url), poll_seconds=0.02)
        await hub.start()
        try:
            tenant = await tenant_in(database)
            async with watching(hub, tenant, {tenant.lanes[0]: 0}) as seen:
                hub.publish(await tenant.append(tenant.lanes[0]))
                assert await seqs(seen, 1) == [1]

                await take_the_place(maintenance, f"test_{name}", f"test_{other}")

                # The other database knows nothing of the lane.
                assert await take(seen, 1) == [ResyncReason.UNKNOWN_EPOCH]
        finally:
            await hub.close()
            await database.close()
