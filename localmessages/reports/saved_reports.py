"""Saved reports: one's own, and what colleagues share."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made, read
from localmessages.rules.access import Viewer

BY_NAME = Keyset("saved reports", (Column("lower(name)", "text"), Column("id", "uuid")))


class SavedReportRow(NamedTuple):
    id: UUID
    by_user_id: UUID
    name: str
    about: dict[str, Any]
    out_of_hours: str
    shared: bool
    created_at: datetime


class ScheduleRow(NamedTuple):
    saved_report_id: UUID
    frequency: str
    weekday: str | None
    day_of_month: int | None
    local_time: str
    time_zone: str
    recipient_ids: list[UUID]
    format: str
    next_run_at: datetime
    last_run_at: datetime | None


class SavedReportView(NamedTuple):
    """A saved report, and when it goes out."""

    report: SavedReportRow
    schedule: ScheduleRow | None
    lower_name: str


_SELECT = f"""
SELECT
    {columns(SavedReportRow, "report")},
    {columns(ScheduleRow, "report_schedule")},
    lower(report.name)
FROM report
LEFT JOIN report_schedule
    ON report_schedule.tenant_id = report.tenant_id AND report_schedule.saved_report_id = report.id
"""


def report_cursor(view: SavedReportView) -> str:
    """The cursor of a report in the list."""
    return BY_NAME.cursor(view.lower_name, view.report.id)


async def saved_reports_page(
    connection: asyncpg.Connection, viewer: Viewer, campaign_ids: Collection[UUID], page: Page
) -> Slice[SavedReportView]:
    """A page of what the viewer sees, by name; `campaign_ids` are those that they may look into."""
    args = _seen_args(viewer, campaign_ids)
    # saved_report_name_key and saved_report_shared_idx: a person sees some dozens of them.
    statement = f"""
WITH report AS (
    SELECT *
    FROM saved_report
    WHERE {_SEEN}
        AND {BY_NAME.where(page, args)}
    ORDER BY {BY_NAME.order_by(page)}
    LIMIT {page.rows}
)
{_SELECT}
ORDER BY {BY_NAME.order_by(page)}
"""
    return page.cut([_view(record) for record in await connection.fetch(statement, *args)])


async def saved_reports_by_id(
    connection: asyncpg.Connection, viewer: Viewer, campaign_ids: Collection[UUID], ids: Sequence[UUID]
) -> dict[UUID, SavedReportView]:
    """Those of them that the viewer sees."""
    args = _seen_args(viewer, campaign_ids)
    # saved_report_pkey
    statement = f"""
WITH report AS (
    SELECT *
    FROM saved_report
    WHERE {_SEEN} AND id = ANY({args.add(list(ids))}::uuid[])
)
{_SELECT}
"""
    views = [_view(record) for record in await connection.fetch(statement, *args)]
    return {view.report.id: view for view in views}


def _seen_args(viewer: Viewer, campaign_ids: Collection[UUID]) -> Args:
    places = [str(key) for key in viewer.location_ids]
    return Args([viewer.tenant_id, viewer.user_id, places, [str(key) for key in campaign_ids]])


# What a shared one names is left out where the viewer does not see it. With nothing left it would be about
# everything, so it is hidden.
_SEEN = """tenant_id = $1
        AND (
            by_user_id = $2
            OR shared
                AND (jsonb_typeof(about->'location_ids') <> 'array' OR about->'location_ids' ?| $3::text[])
                AND (jsonb_typeof(about->'campaign_ids') <> 'array' OR about->'campaign_ids' ?| $4::text[])
        )"""


def _view(record: asyncpg.Record) -> SavedReportView:
    start = len(SavedReportRow._fields)
    return SavedReportView(made(SavedReportRow, record), read(ScheduleRow, record, start), record[-1])
