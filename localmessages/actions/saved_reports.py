"""Filters of the Messages Report with a name, and perhaps a schedule by mail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.report_filters import check_filter, check_not_empty
from localmessages.actions.report_schedules import (
    CheckedSchedule,
    WantedSchedule,
    check_schedule,
    drop_schedule,
    keep_schedule,
)
from localmessages.actions.saved_report_names import check_name_is_free, check_room, lock_shelf
from localmessages.reports.campaigns import seen_campaigns
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.asked_json import from_json, to_json
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.reports.saved_reports import saved_reports_by_id
from localmessages.rules.keys import new_key
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.refusal import NotAllowed, NotFound, Refused, UserErrorCode
from localmessages.rules.saved_reports import check_may_change, check_may_schedule
from localmessages.rules.texts import check_name
from localmessages.rules.windows import InvalidWindow
from localmessages.services import Transaction

NAME_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReportChanges:
    """What is to change; None stays as it is. A schedule is only looked at where it was `rescheduled`."""

    name: str | None = None
    filter: AskedFilter | None = None
    out_of_hours: OutOfHours | None = None
    shared: bool | None = None
    schedule: WantedSchedule | None = None
    rescheduled: bool = False


async def create_saved_report(
    actor: Actor,
    *,
    name: str,
    filter: AskedFilter,
    out_of_hours: OutOfHours,
    shared: bool,
    schedule: WantedSchedule | None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Save a filter under a name."""
    if actor.user_id is None:
        raise NotAllowed("Reports are saved by people: a key has none of its own.")
    name = check_name(name, field=["name"], limit=NAME_LIMIT)
    _check_filter(actor, filter)
    checked = _checked(actor, schedule, filter)

    async def do(tx: Transaction) -> Made:
        await lock_shelf(tx, actor.tenant_id, actor.user_id)
        await check_room(tx, actor)
        report_id = await _insert(tx, actor, name, filter, out_of_hours, shared)
        if checked is not None:
            await keep_schedule(tx, actor.tenant_id, report_id, checked, actor.now)
        await audit(tx, actor, "createSavedReport", ("SavedReport", report_id), name)
        return {"saved_report": report_id}

    return await once(actor, key, do)


async def update_saved_report(
    actor: Actor, report_id: UUID, changes: SavedReportChanges, *, key: IdempotencyKey | None = None
) -> Made:
    """Change one; a new filter of a scheduled one must be the viewer's to schedule."""
    name = None if changes.name is None else check_name(changes.name, field=["name"], limit=NAME_LIMIT)
    if changes.filter is not None:
        _check_filter(actor, changes.filter)

    async def do(tx: Transaction) -> Made:
        kept = await _lock(tx, actor, report_id)
        about = changes.filter or from_json(kept["about"])
        checked = _checked(actor, changes.schedule, about) if changes.rescheduled else None
        if changes.filter is not None and kept["scheduled"] and not changes.rescheduled:
            check_may_schedule(actor.viewer, about.location_ids)
        if name is not None:
            await lock_shelf(tx, actor.tenant_id, kept["by_user_id"])
            await check_name_is_free(tx, actor.tenant_id, kept["by_user_id"], name, report_id)
        await _update(tx, actor, kept, changes, name)
        if checked is not None:
            await keep_schedule(tx, actor.tenant_id, report_id, checked, actor.now)
        elif changes.rescheduled:
            await drop_schedule(tx, actor.tenant_id, report_id)
        return {"saved_report": report_id}

    return await once(actor, key, do)


async def delete_saved_report(actor: Actor, report_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Delete one and its schedule; a mail that is on its way goes out."""

    async def do(tx: Transaction) -> Made:
        kept = await _lock(tx, actor, report_id)
        # saved_report_pkey
        await tx.connection.execute(
            "DELETE FROM saved_report WHERE tenant_id = $1 AND id = $2", actor.tenant_id, report_id
        )
        await audit(tx, actor, "deleteSavedReport", ("SavedReport", report_id), kept["name"])
        return {"saved_report": report_id}

    return await once(actor, key, do)


def _check_filter(actor: Actor, asked: AskedFilter) -> None:
    check_filter(actor, asked, ["filter"])
    check_not_empty(asked, ["filter"])
    try:
        # The window is looked at as of now, in every zone of the report.
        ReportScopes(actor.tenant_id, asked.seen_by(actor.viewer, actor.catalogue.places), actor.now)
    except InvalidWindow as error:
        raise Refused(
            UserErrorCode.INVALID_WINDOW,
            str(error),
            field=["filter", "window"],
            remedy="Choose another window, of at most 400 days.",
        ) from error


def _checked(actor: Actor, wanted: WantedSchedule | None, asked: AskedFilter) -> CheckedSchedule | None:
    if wanted is None:
        return None
    check_may_schedule(actor.viewer, asked.location_ids)
    return check_schedule(actor, wanted)


async def _insert(
    tx: Transaction, actor: Actor, name: str, asked: AskedFilter, out_of_hours: OutOfHours, shared: bool
) -> UUID:
    assert actor.user_id is not None
    await check_name_is_free(tx, actor.tenant_id, actor.user_id, name, None)
    report_id = new_key(actor.now)
    await tx.connection.execute(
        """
        INSERT INTO saved_report (tenant_id, id, by_user_id, name, about, out_of_hours, shared, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        actor.tenant_id,
        report_id,
        actor.user_id,
        name,
        to_json(asked),
        out_of_hours,
        shared,
        actor.now,
    )
    return report_id


async def _lock(tx: Transaction, actor: Actor, report_id: UUID) -> asyncpg.Record:
    """The report, and whether it goes out; `Refused` unless the viewer sees it and may change it."""
    campaigns = seen_campaigns(actor.viewer, actor.catalogue)
    seen = await saved_reports_by_id(tx.connection, actor.viewer, campaigns, [report_id])
    # saved_report_pkey, report_schedule_pkey
    kept = await tx.connection.fetchrow(
        """
        SELECT
            saved_report.*,
            EXISTS (
                SELECT FROM report_schedule
                WHERE tenant_id = saved_report.tenant_id AND saved_report_id = saved_report.id
            ) AS scheduled
        FROM saved_report
        WHERE tenant_id = $1 AND id = $2
        FOR UPDATE
        """,
        actor.tenant_id,
        report_id,
    )
    if kept is None or report_id not in seen:
        raise NotFound("saved report", field=["savedReportId"])
    check_may_change(actor.viewer, kept["by_user_id"])
    return kept


async def _update(
    tx: Transaction, actor: Actor, kept: asyncpg.Record, changes: SavedReportChanges, name: str | None
) -> None:
    new: dict[str, Any] = {
        "name": name,
        "about": changes.filter and to_json(changes.filter),
        "out_of_hours": changes.out_of_hours,
        "shared": changes.shared,
    }
    # saved_report_pkey
    await tx.connection.execute(
        """
        UPDATE saved_report SET
            name = coalesce($3, name),
            about = coalesce($4, about),
            out_of_hours = coalesce($5, out_of_hours),
            shared = coalesce($6, shared)
        WHERE tenant_id = $1 AND id = $2
        """,
        actor.tenant_id,
        kept["id"],
        *new.values(),
    )
    shown = {"name": "name", "about": "filter", "out_of_hours": "outOfHours", "shared": "shared"}
    changed = {shown[column]: (kept[column], value) for column, value in new.items() if value is not None}
    if changes.rescheduled:
        changed["schedule"] = (kept["scheduled"], changes.schedule is not None)
    subject = ("SavedReport", kept["id"])
    await audit(tx, actor, "updateSavedReport", subject, name or kept["name"], changed)
