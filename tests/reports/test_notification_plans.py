"""What is asked with every page and every second reads no table from end to end."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import asyncpg.connection
import pytest

from localmessages.actions.scheduled_reports import due_reports
from localmessages.reports.keyset import Page
from localmessages.reports.notifications import (
    NEWEST_FIRST,
    count_unread,
    notifications_by_id,
    notifications_page,
)
from localmessages.reports.saved_reports import BY_NAME, saved_reports_by_id, saved_reports_page
from localmessages.rules.access import Viewer
from models.database import Database
from tests.support.company import open_company

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
NOBODY = UUID(int=7)
MIDDLE = NEWEST_FIRST.cursor(datetime(2026, 9, 14, tzinfo=UTC), NOBODY)
IN_THE_M = BY_NAME.cursor("report 5", NOBODY)

MANY_PEOPLE = """
INSERT INTO app_user (tenant_id, id, name, email, created_at)
SELECT $1, gen_random_uuid(), 'P' || n, 'p' || n || '@acme.example', $2
FROM generate_series(1, 100) AS n
"""
MANY_NOTIFICATIONS = """
INSERT INTO notification (tenant_id, id, user_id, kind, at, title, read_at)
SELECT $1, gen_random_uuid(), app_user.id, 'EXPORT_READY', $2::timestamptz - n * interval '1 hour', 'Ready',
    CASE WHEN n > 5 THEN $2 END
FROM app_user, generate_series(1, 200) AS n
WHERE tenant_id = $1
"""
MANY_REPORTS = """
INSERT INTO saved_report (tenant_id, id, by_user_id, name, about, out_of_hours, shared, created_at)
SELECT $1, gen_random_uuid(), app_user.id, 'Report ' || n, '{"location_ids": null, "campaign_ids": null}',
    'EXCLUDE', n = 1 AND app_user.name LIKE 'P1%', $2
FROM app_user, generate_series(1, 50) AS n
WHERE tenant_id = $1
"""
MANY_SCHEDULES = """
INSERT INTO report_schedule
    (tenant_id, saved_report_id, frequency, local_time, time_zone, recipient_ids, format, next_run_at)
SELECT tenant_id, id, 'DAILY', '07:00', 'UTC', '{}', 'XLSX',
    $2::timestamptz + row_number() OVER () * interval '1 minute'
FROM saved_report
WHERE tenant_id = $1
"""


@pytest.fixture
async def viewer(database: Database) -> Viewer:
    """One of many people with much that they wanted to know."""
    town = await open_company(database)
    viewer = (await town.actor("Ann")).viewer
    async with database.connection() as connection:
        for statement in (MANY_PEOPLE, MANY_NOTIFICATIONS, MANY_REPORTS, MANY_SCHEDULES):
            await connection.execute(statement, town.tenant_id, NOW)
        await connection.execute("ANALYZE")
    return viewer


Ask = Callable[[asyncpg.Connection, Viewer], Awaitable[Any]]


def _own(page: Page, *, unread_only: bool = False) -> Ask:
    return lambda connection, viewer: notifications_page(
        connection, viewer.tenant_id, viewer.user_id or NOBODY, page, unread_only=unread_only
    )


ASKED: dict[str, tuple[Ask, set[str]]] = {
    "the newest": (_own(Page()), {"notification_user_idx"}),
    "a deep page": (_own(Page(after=MIDDLE)), {"notification_user_idx"}),
    "the unread ones": (_own(Page(), unread_only=True), {"notification_unread_idx"}),
    "how many are unread": (
        lambda connection, viewer: count_unread(connection, viewer.tenant_id, viewer.user_id or NOBODY),
        {"notification_unread_idx"},
    ),
    "some by id": (
        lambda connection, viewer: notifications_by_id(
            connection, viewer.tenant_id, viewer.user_id, [NOBODY]
        ),
        {"notification_pkey"},
    ),
    "saved reports": (
        lambda connection, viewer: saved_reports_page(connection, viewer, [], Page()),
        {"saved_report_name_key", "saved_report_shared_idx", "report_schedule_pkey"},
    ),
    "more saved reports": (
        lambda connection, viewer: saved_reports_page(connection, viewer, [], Page(after=IN_THE_M)),
        {"saved_report_name_key", "saved_report_shared_idx", "report_schedule_pkey"},
    ),
    "a saved report": (
        lambda connection, viewer: saved_reports_by_id(connection, viewer, [], [NOBODY]),
        {"saved_report_pkey", "report_schedule_pkey"},
    ),
    "what is due": (lambda connection, _: due_reports(connection, NOW), {"report_schedule_due_idx"}),
}


async def plan(connection: asyncpg.Connection, ask: Ask, viewer: Viewer) -> str:
    """How PostgreSQL goes about what is asked."""
    asked: list[asyncpg.connection.LoggedQuery] = []
    with connection.query_logger(asked.append):
        await ask(connection, viewer)
        # What was asked is noted when the loop comes round again.
        await connection.execute("SELECT")
    (statement,) = [one for one in asked if "FROM" in one.query and "pg_" not in one.query]
    rows = await connection.fetch(f"EXPLAIN {statement.query}", *statement.args)
    return "\n".join(row[0] for row in rows)


async def test_each_is_found_by_its_index(viewer: Viewer, database: Database) -> None:
    found = {}
    async with database.connection() as connection:
        plans = {what: await plan(connection, ask, viewer) for what, (ask, _) in ASKED.items()}
    for what, shown in plans.items():
        assert "Seq Scan" not in shown, f"{what}:\n{shown}"
        found[what] = set(
            re.findall(r"(?:Index Scan using|Index Only Scan using|Index Scan on) (\w+)", shown)
        )

    assert found == {what: indexes for what, (_, indexes) in ASKED.items()}
