"""The migrated database against what the models say, and the tenant in every key."""

import asyncio
import sys
from pathlib import Path

import asyncpg
from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

import models
from models import migrations
from models.database import Database
from models.migrate import migrate
from tests.servers import TestServers

TYPES: dict[type[fields.Field], str] = {  # type: ignore[type-arg]
    fields.UUIDField: "uuid",
    fields.TextField: "text",
    fields.DatetimeField: "timestamp with time zone",
    fields.DateField: "date",
    fields.IntField: "integer",
    fields.SmallIntField: "smallint",
    fields.BigIntField: "bigint",
    fields.BooleanField: "boolean",
    fields.FloatField: "double precision",
    fields.BinaryField: "bytea",
    fields.JSONField: "jsonb",
    fields.DecimalField: "numeric",
    ArrayField: "ARRAY",
}
STEPS = [path.stem for path in Path(migrations.__file__).parent.glob("0*.py")]
# What belongs to no tenant, or to the library that made it.
OTHERS = {
    "tortoise_migrations",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
}
# Unique among all tenants, each for the reason that stands beside it in the migration.
GLOBAL_KEYS = {
    "live_scope_id_key",
    "account_root_external_id_key",
    "location_number_number_key",
    "app_user_email_key",
    "api_key_prefix_key",
    "tracked_link_slug_key",
    "message_hour_delta_pkey",
    "one_time_token_hash_key",
    "failed_attempt_pkey",
}

_MIGRATE = """
import asyncio, sys
from models.migrate import migrate
print(*asyncio.run(migrate(sys.argv[1])))
"""

Columns = dict[str, tuple[str, bool]]


def _described() -> dict[str, Columns]:
    kinds: list[type[Model]] = [getattr(models, name) for name in models.__all__]
    return {
        str(kind._meta.db_table): {
            name: (TYPES[type(field)], field.null) for name, field in kind._meta.fields_map.items()
        }
        for kind in kinds
    }


async def test_the_models_describe_every_column(database: Database) -> None:
    async with database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT table_name, column_name, data_type, is_nullable = 'YES' AS nullable
            FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> ALL ($1::text[])
            """,
            list(OTHERS),
        )
    found: dict[str, Columns] = {}
    for row in rows:
        found.setdefault(row["table_name"], {})[row["column_name"]] = (row["data_type"], row["nullable"])

    assert _described() == found


async def test_every_key_has_the_tenant(database: Database) -> None:
    async with database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT index.indexrelid::regclass::text AS name
            FROM pg_index AS index
            JOIN pg_class AS relation ON relation.oid = index.indrelid
            WHERE relation.relnamespace = 'public'::regnamespace
                AND relation.relname <> ALL ($1::text[])
                AND (index.indisunique OR index.indisexclusion)
                AND NOT EXISTS (
                    SELECT FROM pg_attribute
                    WHERE attrelid = index.indrelid AND attname = 'tenant_id' AND attnum = index.indkey[0]
                )
            """,
            list(OTHERS),
        )

    assert {row["name"] for row in rows} == GLOBAL_KEYS


async def test_every_reference_stays_within_the_tenant(database: Database) -> None:
    async with database.connection() as connection:
        strays = await connection.fetch(
            """
            SELECT conname
            FROM pg_constraint
            WHERE contype = 'f' AND connamespace = 'public'::regnamespace
                AND conrelid::regclass::text <> ALL ($1::text[])
                AND NOT EXISTS (
                    SELECT FROM pg_attribute
                    WHERE attrelid = conrelid AND attname = 'tenant_id' AND attnum = conkey[1]
                )
            """,
            list(OTHERS),
        )

    assert not strays


async def test_two_migrations_at_once_apply_each_step_once(servers: TestServers) -> None:
    connection = await asyncpg.connect(servers.database_url)
    await connection.execute("CREATE DATABASE migrated_twice")
    try:
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _MIGRATE,
                servers.url_of("migrated_twice"),
                stdout=asyncio.subprocess.PIPE,
            )
            for _ in range(2)
        ]
        printed = [(await process.communicate())[0].decode().split() for process in processes]

        assert [process.returncode for process in processes] == [0, 0]
        assert sorted(map(len, printed)) == [0, len(STEPS)]
        assert await migrate(servers.url_of("migrated_twice")) == []
    finally:
        await connection.execute("DROP DATABASE migrated_twice WITH (FORCE)")
        await connection.close()
