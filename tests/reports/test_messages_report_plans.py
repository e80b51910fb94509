"""No statement of the Messages Report reads a table of facts from end to end."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from localmessages.reports.keyset import Page
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.conversations import conversations_statement
from localmessages.reports.messages_report.delivered import delivered_hours_statement
from localmessages.reports.messages_report.failures import failures_statement
from localmessages.reports.messages_report.links import link_facts_statement, links_statement
from localmessages.reports.messages_report.opt_outs import changes_statement, repeated_statement
from localmessages.reports.messages_report.pay_by_text import pay_by_text_statement
from localmessages.reports.messages_report.response_times import response_time_statement
from localmessages.reports.messages_report.rows import near_rows_statement, rows_statement
from localmessages.reports.messages_report.scope import ReportFilter, ReportScopes, Scope
from localmessages.reports.messages_report.texts import text_facts_statement
from localmessages.reports.messages_report.waits import WantedWaits, waits_statement
from localmessages.reports.messages_report.wanted_rows import ALL_ROWS, WantedRows
from localmessages.reports.rows import Args
from localmessages.reports.windows import Between
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.report import ReportColumn, ReportConversationKind
from localmessages.rules.waits import WaitKind
from models.database import Database
from tests.support.facts import Facts, save

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
WINDOW = Between(NOW - timedelta(days=3), NOW)
SCAN = re.compile(r"Seq Scan on (message|wait|consent_change|tracked_link|conversation_day)\b")

MESSAGES = """
INSERT INTO message (tenant_id, id, conversation_id, location_id, contact_id, at, direction, origin, body,
    from_number, to_number, payment_request_id, status, status_at, keyword, eligible, encoding, segments,
    version)
SELECT $1, gen_random_uuid(), talk.id, talk.location_id, talk.contact_id,
    $2::timestamptz - n * interval '3 minutes', CASE WHEN n % 2 = 0 THEN 'INBOUND' ELSE 'OUTBOUND' END,
    CASE WHEN n % 2 = 1 THEN 'AGENT' END, 'Hello ' || n,
    '+1', '+2', CASE WHEN n % 51 = 0 AND n % 2 = 1 THEN $3::uuid END,
    CASE WHEN n % 2 = 0 THEN 'RECEIVED' ELSE 'DELIVERED' END, $2, CASE WHEN n % 500 = 0 THEN 'OPT_OUT' END,
    true, 'GSM_7', 1, 1
FROM generate_series(1, 40000) AS n
JOIN LATERAL (SELECT * FROM talks WHERE number = n % 800) AS talk ON true
"""
TALKS = """
CREATE TEMP TABLE talks ON COMMIT DROP AS
SELECT (row_number() OVER ())::integer - 1 AS number, gen_random_uuid() AS id, id AS location_id,
    gen_random_uuid() AS contact_id
FROM (SELECT id FROM location WHERE tenant_id = $1) AS place, generate_series(1, 200)
"""
PEOPLE = """
INSERT INTO contact (tenant_id, id, phone, created_at)
SELECT $1, contact_id, '+1202' || lpad(number::text, 7, '0'), $2 FROM talks
"""
CONVERSATIONS = """
INSERT INTO conversation
    (tenant_id, id, location_id, contact_id, status, created_at, last_activity_at, closed_at)
SELECT $1, id, location_id, contact_id, 'CLOSED', $2, $2, $2 FROM talks
"""
BILL = """
INSERT INTO payment_request (tenant_id, id, invoice, amount, currency, contact_id, location_id, created_at)
SELECT $1, $3, 'I-1', 1, 'USD', contact_id, location_id, $2::timestamptz FROM talks LIMIT 1
"""
LINKS = """
INSERT INTO tracked_link (tenant_id, id, message_id, slug, url)
SELECT $1, gen_random_uuid(), id, id::text, 'https://shop.example/' || substr(id::text, 1, 4)
FROM message WHERE tenant_id = $1 AND direction = 'OUTBOUND'
"""
WAITS = """
INSERT INTO wait (tenant_id, id, kind, chain_id, conversation_id, location_id, contact_id, started_at,
    ended_at, outcome, elapsed_seconds, open_seconds, opened_out_of_hours)
SELECT $1, gen_random_uuid(), CASE WHEN origin IS NULL THEN 'INBOUND' ELSE 'OUTBOUND' END, gen_random_uuid(),
    conversation_id, location_id, contact_id, at, at, 'ANSWERED', 1, 1, false
FROM message WHERE tenant_id = $1
"""
CHANGES = """
INSERT INTO consent_change
    (tenant_id, id, contact_id, conversation_id, location_id, at, state, method, message_id)
SELECT $1, gen_random_uuid(), contact_id, conversation_id, location_id, at, 'OPTED_OUT', 'KEYWORD', id
FROM message WHERE tenant_id = $1 AND direction = 'INBOUND'
"""


@pytest.fixture
async def scope(database: Database) -> Scope:
    """Three days of almost ninety, at four places."""
    facts = Facts(["UTC"] * 4)
    tenant, bill = facts.tenant_id, uuid4()
    async with database.transaction() as connection:
        await save(connection, facts)
        await connection.execute(TALKS, tenant)
        for statement in (PEOPLE, CONVERSATIONS):
            await connection.execute(statement, tenant, NOW)
        for statement in (BILL, MESSAGES):
            await connection.execute(statement, tenant, NOW, bill)
        for statement in (LINKS, WAITS, CHANGES):
            await connection.execute(statement, tenant)
    async with database.connection() as connection:
        await connection.fetchval("SELECT fold_message_hours(100000)")
        await connection.execute("VACUUM ANALYZE")
    return ReportScopes(tenant, ReportFilter(places=facts.places, window=WINDOW), NOW).window


Statement = Callable[[Scope, Args], str]


def _rows(column: ReportColumn, wanted: WantedRows = ALL_ROWS) -> Statement:
    return lambda scope, args: rows_statement(scope, wanted, Page(25), RowOrder(column), args)


def _near(column: ReportColumn, wanted: WantedRows = ALL_ROWS) -> Statement:
    return lambda scope, args: near_rows_statement(scope, wanted, Page(25), RowOrder(column), args)


def _talks(scope: Scope, args: Args) -> str:
    return conversations_statement(scope, ReportConversationKind.HELD, None, Page(25), args)


def _links(scope: Scope, args: Args) -> str:
    return links_statement(scope, True, None, Page(25), args)


def _waits(kind: WaitKind) -> Statement:
    wanted = WantedWaits(kind, OutOfHours.EXCLUDE)
    return lambda scope, args: waits_statement(scope, wanted, NOW, Page(25), args)


def _response(kind: WaitKind) -> Statement:
    return lambda scope, args: response_time_statement(scope, kind, OutOfHours.EXCLUDE, args)


WORDS = WantedRows(search="39998")
FOUND = "message_words_idx", "message_pkey"
CONTACTS = "conversation_day_pkey", "message_conversation_idx"
BY: dict[ReportColumn, tuple[str, ...]] = {
    ReportColumn.NAME: CONTACTS,
    ReportColumn.PHONE: CONTACTS,
    ReportColumn.LINK: ("tracked_link_sent_idx", "message_location_idx"),
    ReportColumn.CLICKED: ("tracked_link_sent_idx", "message_location_idx"),
}
TILES: dict[str, tuple[Statement, tuple[str, ...]]] = {
    "texts": (text_facts_statement, ("conversation_day_pkey",)),
    "pay by text": (pay_by_text_statement, ("message_bill_idx",)),
    "links": (link_facts_statement, ("tracked_link_sent_idx",)),
    "consent": (changes_statement, ("consent_change_location_idx",)),
    "repeated": (repeated_statement, ("message_opt_out_idx",)),
    "inbound": (_response(WaitKind.INBOUND), ("wait_ended_idx",)),
    "outbound": (_response(WaitKind.OUTBOUND), ("wait_run_idx",)),
}
LISTS: dict[str, tuple[Statement, tuple[str, ...]]] = {
    "delivered": (delivered_hours_statement, ("message_location_idx",)),
    "failures": (failures_statement, ("message_location_idx",)),
    "conversations": (_talks, ("message_location_idx",)),
    "sent links": (_links, ("tracked_link_sent_idx",)),
    "inbound waits": (_waits(WaitKind.INBOUND), ("wait_ended_idx",)),
    "outbound waits": (_waits(WaitKind.OUTBOUND), ("wait_run_idx",)),
    "near words": (_near(ReportColumn.SENT_AT, WORDS), ("message_location_idx",)),
    "near bodies": (_near(ReportColumn.BODY), ("message_body_idx",)),
    **{f"words by {column}": (_rows(column, WORDS), FOUND) for column in ReportColumn},
    **{f"by {column}": (_rows(column), BY.get(column, ("message_location_idx",))) for column in ReportColumn},
}
NOBODY = uuid4()
FILTERS: tuple[tuple[dict[str, Any], dict[str, tuple[str, ...]]], ...] = (
    (
        {"agent_ids": [NOBODY]},
        {"texts": ("message_agent_idx", "conversation_day_pkey"), "by SENT_AT": ("message_agent_idx",)},
    ),
    (
        {"campaign_ids": [NOBODY]},
        {"texts": ("message_campaign_idx", "conversation_day_pkey"), "by SENT_AT": ("message_campaign_idx",)},
    ),
    ({"any_tags": [NOBODY]}, {"texts": ("conversation_day_pkey", "conversation_tag")}),
    ({"all_tags": [NOBODY, uuid4()]}, {"texts": ("conversation_day_pkey", "conversation_tag")}),
)


@pytest.fixture
async def plan_of(database: Database) -> AsyncIterator[Callable[[Statement, Scope], Awaitable[str]]]:
    """The plan that is kept for a statement, whatever its parameters."""
    async with database.connection() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")

        async def explain(statement: Statement, scope: Scope) -> str:
            args = scope.args()
            await connection.execute(f"PREPARE explained AS {statement(scope, args)}")
            given = ", ".join("NULL" for _ in args)
            rows = await connection.fetch(f"EXPLAIN EXECUTE explained ({given})")
            await connection.execute("DEALLOCATE explained")
            return "\n".join(row[0] for row in rows)

        yield explain


async def test_every_statement_is_served_by_its_index(scope, plan_of):
    statements = TILES | LISTS
    plans = {name: await plan_of(statement, scope) for name, (statement, _) in statements.items()}

    assert {name: plan for name, plan in plans.items() if SCAN.search(plan)} == {}
    lost = {
        name: plans[name]
        for name, (_, indexes) in statements.items()
        if not all(index in plans[name] for index in indexes)
    }
    assert lost == {}


async def test_no_filter_makes_a_tile_or_the_table_read_everything(scope, plan_of):
    for chosen, indexes in FILTERS:
        filtered = replace(scope, filter=replace(scope.filter, **chosen))
        statements = TILES | {"by SENT_AT": LISTS["by SENT_AT"]}
        plans = {name: await plan_of(statement, filtered) for name, (statement, _) in statements.items()}

        assert {name: plan for name, plan in plans.items() if SCAN.search(plan)} == {}
        lost = {name: plans[name] for name in indexes if not all(one in plans[name] for one in indexes[name])}
        assert lost == {}
