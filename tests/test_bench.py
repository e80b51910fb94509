"""The benchmarks run, on a town so small that their figures mean nothing."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bench.figures import Times, at_least, below
from bench.inbox import check_equal
from bench.town import town
from tests.servers import TestServers
from tests.support.consistency import (
    day_differences,
    kept_legs,
    recomputed_legs,
    rollup_differences,
    unstamped_links,
)

ROOT = Path(__file__).parents[1]
MESSAGES = 2000
ROWS = (
    "inbox page, a viewer within the limit",
    "the same beside 200 clients over it",
    "inbox page, 25 conversations, 1 client",
    "the console's Inbox operation",
    "inbox page, 16 clients",
    "floor: asyncpg + orjson, same statement, 1 client",
    "floor, 16 clients",
    "Strawberry + Tortoise as documented",
    "mercurius-jit",
    "PostGraphile",
    "exact result cache",
    "locationsSummary, 50 locations, 30 days",
    "locationsSummary, the window alone, with medians",
    "locationsSummary, counts alone",
    "flat from 1 M to 10 M",
    "report tiles of all",
    "report tiles of both of two tags",
    "report rows, by SENT_AT DESC",
    "report rows, by BODY ASC",
    "report rows, search for a very common word",
    "report rows, search for an invoice",
    "receive a text, 16 tasks",
    "commit → event",
    "text in → committed → event",
    "sendMessage",
    "transferConversation",
    "export, CSV, all columns, by date",
    "export, XLSX, all columns, by date",
    "export, CSV, eight columns, by name",
    "the CSV file against the table",
    "replay --batch, a generated log",
    "replay --batch, the town's log",
    "second start of the demo",
)


def test_every_row_is_printed(servers: TestServers, tmp_path: Path) -> None:
    settings = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "TOWN_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "bench", "--messages", str(MESSAGES), "--seconds", "0.2"]

    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, **settings, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert [row for row in ROWS if row not in done.stdout] == []
    assert "commit" in done.stdout
    assert "PostgreSQL" in done.stdout


@pytest.fixture
async def made(servers: TestServers) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a generated town."""
    async with town(servers.database_url, MESSAGES) as place:
        connection = await asyncpg.connect(place.database_url)
        yield connection
        await connection.close()


async def test_a_generated_town_is_one_that_the_rules_could_have_left(made: asyncpg.Connection) -> None:
    assert await made.fetchval("SELECT count(*) FROM message") > MESSAGES * 0.9
    assert await _orphans(made) == {}
    assert not await rollup_differences(made)
    assert not await day_differences(made)
    assert not await unstamped_links(made)
    assert await kept_legs(made) == await recomputed_legs(made)
    tags = await made.fetch(
        """
        (SELECT id, unnest(tag_ids), location_id, status, last_activity_at FROM conversation
         EXCEPT SELECT conversation_id, tag_id, location_id, status, last_activity_at FROM conversation_tag)
        UNION ALL
        (SELECT conversation_id, tag_id, location_id, status, last_activity_at FROM conversation_tag
         EXCEPT SELECT id, unnest(tag_ids), location_id, status, last_activity_at FROM conversation)
        """
    )
    assert not tags


async def _orphans(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows each foreign key would have refused: they rested while the town was made."""
    keys = await connection.fetch(
        """
        SELECT conname, conrelid::regclass::text AS child, confrelid::regclass::text AS parent,
            (SELECT array_agg(attname::text ORDER BY place)
             FROM unnest(conkey) WITH ORDINALITY AS part (number, place)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS columns,
            (SELECT array_agg(attname::text ORDER BY place)
             FROM unnest(confkey) WITH ORDINALITY AS part (number, place)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = number) AS targets
        FROM pg_constraint
        WHERE contype = 'f'
        """
    )
    found = {}
    for key in keys:
        pairs = zip(key["columns"], key["targets"], strict=True)
        same = " AND ".join(f"parent.{target} = child.{column}" for column, target in pairs)
        filled = " AND ".join(f"child.{column} IS NOT NULL" for column in key["columns"])
        found[key["conname"]] = await connection.fetchval(
            f"SELECT count(*) FROM {key['child']} AS child WHERE {filled} "
            f"AND NOT EXISTS (SELECT FROM {key['parent']} AS parent WHERE {same})"
        )
    return {name: count for name, count in found.items() if count}


def test_a_goal_is_missed_by_the_median() -> None:
    assert below("page", Times([0.001, 0.001, 0.004]), 1.5).met
    assert not below("page", Times([0.001, 0.002, 0.002]), 1.5).met
    assert at_least("texts", 1200, 1200, "a second").met
    assert not at_least("texts", 1199, 1200, "a second").met


def test_peers_that_answer_something_else_are_not_compared() -> None:
    page = {"nodes": [{"id": "1", "lastActivityAt": "2026-06-30T20:00:00.000Z"}]}

    check_equal({"same": {"nodes": [{"id": "1", "lastActivityAt": "2026-06-30T20:00:00+00:00"}]}}, page)

    with pytest.raises(AssertionError, match="other"):
        check_equal({"other": {"nodes": [{"id": "2", "lastActivityAt": "2026-06-30T20:00:00.000Z"}]}}, page)
