"""No statement of the Locations page reads a table from end to end."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from localmessages.reports.current_conversations import CURRENT
from localmessages.reports.message_counts import RAW_EDGES, WHOLE_HOURS
from localmessages.reports.response_time import ended_waits_statement
from localmessages.reports.transfer_flows import FLOWS
from localmessages.rules.metrics import OutOfHours
from models.database import Database
from tests.support.facts import ConversationFact, Facts, save

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)


@pytest.fixture
async def big_town(database: Database) -> SimpleNamespace:
    """Enough rows that a sequential scan would be worth a thought."""
    facts = Facts(["UTC"] * 4)
    facts.conversations = [ConversationFact(n % 4, "OPEN" if n % 50 == 0 else "CLOSED") for n in range(3000)]
    places = [place.id for place in facts.places]
    async with database.transaction() as connection:
        await save(connection, facts)
        talk = await connection.fetchval("SELECT id FROM conversation LIMIT 1")
        given = (facts.tenant_id, talk, places, NOW)
        await connection.execute(MANY_MESSAGES, *given)
        await connection.execute(MANY_WAITS, *given)
        await connection.execute(MANY_MOVES, *given)
        await connection.execute("SELECT fold_message_hours(100000)")
    async with database.connection() as connection:
        await connection.execute("VACUUM ANALYZE")
    return SimpleNamespace(tenant_id=facts.tenant_id, places=places)


MANY_MESSAGES = """
INSERT INTO message (tenant_id, id, conversation_id, location_id, contact_id, at, direction, body,
    from_number, to_number, status, status_at, eligible, encoding, segments, version)
SELECT $1, gen_random_uuid(), $2, ($3::uuid[])[1 + n % 4], $2, $4::timestamptz - n * interval '3 minutes',
    'INBOUND', 'Hello', '+1', '+2', 'RECEIVED', $4, true, 'GSM7', 1, 1
FROM generate_series(1, 30000) AS n
"""
MANY_WAITS = """
INSERT INTO wait (tenant_id, id, kind, chain_id, conversation_id, location_id, contact_id, started_at,
    ended_at, outcome, elapsed_seconds, open_seconds, opened_out_of_hours)
SELECT $1, gen_random_uuid(), 'INBOUND', $2, $2, ($3::uuid[])[1 + n % 4], $2, $4,
    $4::timestamptz - n * interval '10 minutes', 'ANSWERED', 1, 1, false
FROM generate_series(1, 10000) AS n
"""
MANY_MOVES = """
INSERT INTO transfer (tenant_id, id, conversation_id, contact_id, from_location_id, to_location_id,
    at, version)
SELECT $1, gen_random_uuid(), $2, $2, ($3::uuid[])[1 + n % 4], ($3::uuid[])[1 + (n + 1) % 4],
    $4::timestamptz - n * interval '1 hour', 1
FROM generate_series(1, 3000) AS n
"""
INDEXES = {
    WHOLE_HOURS: {"message_hour_pkey"},
    RAW_EDGES: {"message_location_idx"},
    ended_waits_statement(OutOfHours.EXCLUDE, samples=True): {"wait_ended_idx"},
    CURRENT: {"conversation_open_idx"},
    FLOWS: {"transfer_from_idx", "transfer_to_idx"},
}


@pytest.mark.parametrize("statement", INDEXES, ids=lambda it: "-".join(sorted(INDEXES[it])))
async def test_every_statement_is_served_by_its_index(database, big_town, statement):
    starts = [NOW - timedelta(days=7)] * 4
    spans = {
        WHOLE_HOURS: ([0, 1, 2, 3], big_town.places, starts, [NOW] * 4),
        RAW_EDGES: ([0, 1, 2, 3], big_town.places, starts, [start + timedelta(hours=1) for start in starts]),
        CURRENT: (big_town.places,),
    }
    given = spans.get(statement, (big_town.places, starts, [NOW] * 4))

    async with database.connection() as connection:
        plan = "\n".join(
            row[0] for row in await connection.fetch(f"EXPLAIN {statement}", big_town.tenant_id, *given)
        )

    # Nothing is left to fold in, so that the deltas are one empty page.
    assert set(re.findall(r"Seq Scan on (\w+)", plan)) <= {"message_hour_delta"}
    assert (
        set(re.findall(r"Scan (?:Backward )?using (\w+)", plan)) - {"message_hour_delta_idx"}
        == INDEXES[statement]
    )
