"""Bring a database to the newest step. Safe to run twice at once: the second waits, and finds it done."""

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as run_steps

from models.orm import orm_config

# Any number that nothing else in the database locks.
_LOCK = 7_041_776


async def migrate(database_url: str) -> list[str]:
    """Apply the steps that are missing and return their names; [] when the database is up to date.

    Connects directly: behind a pooler in transaction mode, give the address of the server itself.
    """
    guard = await asyncpg.connect(database_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK)
        before = await applied_steps(guard)
        try:
            await run_steps(config=orm_config(database_url))
        finally:
            await Tortoise.close_connections()
        return [step for step in await applied_steps(guard) if step not in before]
    finally:
        await guard.close()


async def applied_steps(connection: asyncpg.Connection) -> list[str]:
    """Names of the steps that this database has, oldest first."""
    if await connection.fetchval("SELECT to_regclass('tortoise_migrations')") is None:
        return []
    rows = await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")
    return [row["name"] for row in rows]
