"""Saved reports that go out by mail: taken when due, made as a file, then mailed with their tiles.

What was taken is a row of `report_run`, one for each time that a report is due. A report that was due while
no worker lived goes out once when one is back, for the last time that it was due.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from localmessages.actions.exports import create_export
from localmessages.actions.queue import REPORT_MAIL, enqueue
from localmessages.actions.report_news import stop_schedule, tell_failed
from localmessages.actions.report_schedules import rule_of
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.titles import with_window
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.asked_json import from_json, to_json
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.reports.windows import Last, OnDays
from localmessages.rules.access import Viewer
from localmessages.rules.exports import ExportFormat
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.saved_reports import scheduled_locations
from localmessages.rules.schedules import Schedule, days_of_run, latest_run, next_run
from localmessages.rules.windows import InvalidWindow
from localmessages.services import Services, Transaction
from models.catalogue import Catalogue

logger = structlog.get_logger(__name__)

_AFTER_A_BUG = timedelta(minutes=10)


async def due_reports(
    connection: asyncpg.Connection, now: datetime, *, most: int = 100
) -> list[tuple[UUID, UUID]]:
    """`(tenant, saved report)` of those that are due, the earliest first."""
    # report_schedule_due_idx
    rows = await connection.fetch(
        """
        SELECT tenant_id, saved_report_id
        FROM report_schedule
        WHERE next_run_at <= $1
        ORDER BY next_run_at
        LIMIT $2
        """,
        now,
        most,
    )
    return [(row["tenant_id"], row["saved_report_id"]) for row in rows]


async def start_report(services: Services, tenant_id: UUID, saved_report_id: UUID) -> None:
    """Have the file of a report made that is due; nothing when somebody was faster."""
    now = services.clock()
    async with services.transaction() as tx:
        row = await tx.connection.fetchrow(_TAKE, tenant_id, saved_report_id, now)
        if row is None:
            return
        rule = rule_of(row)
        catalogue = await services.catalogues.of(tx.connection, tenant_id, row["seq"])
        owner = catalogue.viewer(row["by_user_id"])
        asked = from_json(row["about"])
        places = [] if owner is None else scheduled_locations(owner, asked.location_ids)
        if owner is None or not places:
            await stop_schedule(tx, catalogue, row, now)
            return
        await _set_next(tx, tenant_id, saved_report_id, next_run(rule, now))
        due = latest_run(rule, now)
        await _start(tx, services, catalogue, row, owner, _of_run(asked, places, rule, due, owner), due)


# report_schedule_pkey, saved_report_pkey, live_scope_tenant_id_kind_lane_user_id_key
_TAKE = """
SELECT report_schedule.*, saved_report.name, saved_report.by_user_id, saved_report.about,
    saved_report.out_of_hours, live_scope.seq
FROM report_schedule
JOIN saved_report
    ON saved_report.tenant_id = report_schedule.tenant_id
    AND saved_report.id = report_schedule.saved_report_id
JOIN live_scope ON live_scope.tenant_id = report_schedule.tenant_id AND live_scope.kind = 'TENANT'
WHERE
    report_schedule.tenant_id = $1
    AND report_schedule.saved_report_id = $2
    AND report_schedule.next_run_at <= $3
FOR NO KEY UPDATE OF report_schedule, saved_report SKIP LOCKED
"""


def _of_run(
    asked: AskedFilter, places: list[UUID], rule: Schedule, due: datetime, owner: Viewer
) -> AskedFilter:
    """What the report is about this time: in fixed dates, at the places that its owner manages now."""
    last = asked.window.days if isinstance(asked.window, Last) else None
    days = days_of_run(rule, due, last)
    everywhere = asked.location_ids is None and len(places) == len(owner.location_ids)
    return replace(
        asked,
        window=asked.window if days is None else OnDays(*days),
        location_ids=None if everywhere else places,
    )


async def _start(
    tx: Transaction,
    services: Services,
    catalogue: Catalogue,
    row: asyncpg.Record,
    owner: Viewer,
    asked: AskedFilter,
    due: datetime,
) -> None:
    now = services.clock()
    try:
        window = ReportScopes(owner.tenant_id, asked.seen_by(owner, catalogue.places), now).shown
    except InvalidWindow as error:
        await tell_failed(tx, catalogue, row, now)
        logger.warning("reports.no_window", report=str(row["saved_report_id"]), why=str(error))
        return
    # report_run_pkey
    taken = await tx.connection.fetchval(
        """
        INSERT INTO report_run
            (tenant_id, saved_report_id, due_at, status, recipient_ids, format, time_zone, about, started_at)
        VALUES ($1, $2, $3, 'RUNNING', $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING
        RETURNING true
        """,
        owner.tenant_id,
        row["saved_report_id"],
        due,
        row["recipient_ids"],
        row["format"],
        row["time_zone"],
        to_json(asked),
        now,
    )
    # An edited schedule may name an instant for which the report has gone out already.
    if not taken:
        return
    export_id = await create_export(
        tx,
        services,
        viewer=owner,
        source=MessagesReportSource(filter=asked, out_of_hours=OutOfHours(row["out_of_hours"])),
        format=ExportFormat(row["format"]),
        title=with_window(row["name"], window),
        at=now,
        saved_report_id=row["saved_report_id"],
    )
    # report_run_pkey
    await tx.connection.execute(
        "UPDATE report_run SET export_id = $4 WHERE tenant_id = $1 AND saved_report_id = $2 AND due_at = $3",
        owner.tenant_id,
        row["saved_report_id"],
        due,
        export_id,
    )


async def put_off(services: Services, tenant_id: UUID, saved_report_id: UUID) -> None:
    """Try a report later that failed for a reason that nobody foresaw: others wait behind it."""
    async with services.transaction() as tx:
        await _set_next(tx, tenant_id, saved_report_id, services.clock() + _AFTER_A_BUG)


async def _set_next(tx: Transaction, tenant_id: UUID, saved_report_id: UUID, at: datetime) -> None:
    # report_schedule_pkey
    await tx.connection.execute(
        "UPDATE report_schedule SET next_run_at = $3 WHERE tenant_id = $1 AND saved_report_id = $2",
        tenant_id,
        saved_report_id,
        at,
    )


async def export_finished(change: Transaction, services: Services, export: asyncpg.Record) -> None:
    """The file of a report is there, or could not be made: a job goes on from here.

    Nothing of the report is locked beside the export: who deletes a report takes them the other way round.
    """
    # report_run_export_idx
    run = await change.connection.fetchrow(
        "SELECT saved_report_id, due_at FROM report_run WHERE tenant_id = $1 AND export_id = $2",
        export["tenant_id"],
        export["id"],
    )
    if run is not None:
        given = {
            "tenant": export["tenant_id"],
            "saved_report": run["saved_report_id"],
            "due_at": run["due_at"].isoformat(),
        }
        await enqueue(change.connection, REPORT_MAIL, given)


async def end_run(
    change: Transaction, tenant_id: UUID, saved_report_id: UUID, due: datetime, status: str, at: datetime
) -> bool:
    """Whether this ended it: one that has ended stays as it is, and one whose report is gone is gone too."""
    # saved_report_pkey: before what hangs on it, as who deletes it does.
    await change.connection.execute(
        "SELECT FROM saved_report WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE", tenant_id, saved_report_id
    )
    # report_run_pkey
    ended = await change.connection.fetchval(
        """
        UPDATE report_run SET status = $4, finished_at = $5
        WHERE tenant_id = $1 AND saved_report_id = $2 AND due_at = $3 AND status = 'RUNNING'
        RETURNING true
        """,
        tenant_id,
        saved_report_id,
        due,
        status,
        at,
    )
    return ended is not None
