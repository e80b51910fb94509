"""Rollups of messages by hour: equal to the messages whatever is written, folded or rolled back."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from localmessages.replay import replay_lines
from localmessages.rules.keys import new_key
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.consistency import day_differences, rollup_differences
from tests.support.logs import COMPANY, encoded, inbound

STATUSES = ["QUEUED", "SENDING", "SENT", "DELIVERED", "READ", "UNDELIVERED", "FAILED"]
# A week around the end of summer time in both hemispheres' odd zones.
BEGIN = datetime(2026, 10, 29, tzinfo=UTC)


async def _a_conversation(database: Database) -> asyncpg.Record:
    await replay_lines(Services(database, Catalogues()), encoded([*COMPANY, inbound(0, "first")]))
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT tenant_id, id, location_id, contact_id FROM conversation")
    assert row is not None
    return row


async def _write(connection: asyncpg.Connection, talk: asyncpg.Record, dice: random.Random) -> None:
    """Some messages in one statement."""
    rows = []
    for _ in range(dice.randrange(1, 5)):
        at = BEGIN + timedelta(seconds=dice.randrange(7 * 86_400))
        origin = dice.choice([None, "AGENT", "CAMPAIGN", "AUTO", "SYSTEM"])
        status = dice.choice(STATUSES) if origin else "RECEIVED"
        direction = "OUTBOUND" if origin else "INBOUND"
        rows.append((new_key(at), at, direction, origin, status, origin is not None and dice.random() < 0.1))
    await connection.executemany(
        """
        INSERT INTO message (
            tenant_id, id, conversation_id, location_id, contact_id, at, direction, origin, body, from_number,
            to_number, status, status_at, refused, eligible, encoding, segments, version
        )
        VALUES ($1, $5, $2, $3, $4, $6, $7, $8, '', '', '', $9, $6, $10, false, 'GSM_7', 1, 1)
        """,
        [(talk["tenant_id"], talk["id"], talk["location_id"], talk["contact_id"], *row) for row in rows],
    )


async def _flip(connection: asyncpg.Connection, dice: random.Random) -> None:
    await connection.execute(
        """
        UPDATE message SET status = $1, refused = $2
        WHERE direction = 'OUTBOUND' AND id IN (SELECT id FROM message ORDER BY md5(id::text || $3) LIMIT 3)
        """,
        dice.choice(STATUSES),
        dice.random() < 0.2,
        str(dice.random()),
    )


async def _drop(connection: asyncpg.Connection, dice: random.Random) -> None:
    await connection.execute(
        """
        DELETE FROM message
        WHERE id IN (
            -- The first one has a wait.
            SELECT id FROM message WHERE external_id IS NULL ORDER BY md5(id::text || $1) LIMIT 1
        )
        """,
        str(dice.random()),
    )


class _Undone(Exception):
    pass


def _undo_at_times(dice: random.Random) -> None:
    if dice.random() < 0.2:
        raise _Undone


async def _writer(database: Database, talk: asyncpg.Record, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(25):
        try:
            async with database.transaction() as connection:
                await _write(connection, talk, dice)
                await _flip(connection, dice)
                if dice.random() < 0.3:
                    await _drop(connection, dice)
                _undo_at_times(dice)
        except (_Undone, asyncpg.DeadlockDetectedError):
            # Flips of the same rows in another order: PostgreSQL takes one back, like any error.
            continue


async def _folder(database: Database) -> None:
    async with database.connection() as connection:
        for _ in range(60):
            await connection.fetchval("SELECT fold_message_hours(20)")


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"]
)
async def test_rollups_equal_the_messages_under_writers_and_folders(database: Database, zone: str) -> None:
    talk = await _a_conversation(database)
    async with database.connection() as connection:
        await _move_to(connection, talk["location_id"], zone)

    writers = [_writer(database, talk, seed) for seed in range(6)]
    await asyncio.gather(*writers, _folder(database), _folder(database))

    async with database.connection() as connection:
        assert not await rollup_differences(connection)
        assert not await day_differences(connection)
        while await connection.fetchval("SELECT fold_message_hours(1000)"):
            pass
        assert await connection.fetchval("SELECT count(*) FROM message_hour_delta") == 0
        assert not await rollup_differences(connection)
        assert not await day_differences(connection)


async def test_a_new_zone_moves_the_hours_while_others_write_and_fold(database: Database) -> None:
    talk = await _a_conversation(database)

    async def change_zones() -> None:
        for zone in ("Asia/Kolkata", "America/St_Johns", "America/Chicago", "Asia/Kathmandu"):
            async with database.transaction() as connection:
                await _move_to(connection, talk["location_id"], zone)

    writers = [_writer(database, talk, seed) for seed in range(4)]
    await asyncio.gather(*writers, _folder(database), change_zones())

    async with database.connection() as connection:
        assert not await rollup_differences(connection)
        assert not await day_differences(connection)


async def _move_to(connection: asyncpg.Connection, location_id: UUID, zone: str) -> None:
    async with connection.transaction():
        tenant = await connection.fetchval("SELECT tenant_id FROM location WHERE id = $1", location_id)
        await connection.execute("SELECT lock_message_hours($1, $2)", tenant, location_id)
        await connection.execute("UPDATE location SET time_zone = $2 WHERE id = $1", location_id, zone)
        await connection.execute("SELECT rebuild_message_hours($1, $2)", tenant, location_id)


async def test_a_status_that_changes_no_count_appends_nothing(database: Database) -> None:
    talk = await _a_conversation(database)
    async with database.connection() as connection:
        await _write(connection, talk, random.Random(2))
        while await connection.fetchval("SELECT fold_message_hours(1000)"):
            pass
        await connection.execute("UPDATE message SET status = 'QUEUED' WHERE direction = 'OUTBOUND'")
        while await connection.fetchval("SELECT fold_message_hours(1000)"):
            pass

        await connection.execute("UPDATE message SET status = 'SENT' WHERE direction = 'OUTBOUND'")

        assert await connection.fetchval("SELECT count(*) FROM message_hour_delta") == 0
