"""Reports that did not go out: who is told, and when a schedule ends."""

from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.notifications import notify
from localmessages.actions.report_schedules import drop_schedule
from localmessages.rules.access import Role, UserStatus
from localmessages.rules.notifications import NotificationKind
from localmessages.services import Transaction
from models.catalogue import Catalogue, Person


async def stop_schedule(tx: Transaction, catalogue: Catalogue, row: asyncpg.Record, now: datetime) -> None:
    """End a schedule whose owner left, or manages nothing of it any more, and tell who can take over."""
    await drop_schedule(tx, catalogue.tenant_id, row["saved_report_id"])
    owner = catalogue.people[row["by_user_id"]]
    why = "has left" if owner.status is UserStatus.FORMER else "manages its locations no longer"
    title = f"{row['name']} is not sent any more: {owner.name} {why}"
    for person in _managers(catalogue, besides=owner):
        await _notify(tx, catalogue.tenant_id, person.id, title, row["saved_report_id"], now)


def _managers(catalogue: Catalogue, *, besides: Person) -> list[Person]:
    """Who manages the whole tree, and the person themselves while they may sign in."""
    return [
        person
        for person in catalogue.people.values()
        if (viewer := catalogue.viewer(person.id)) is not None
        and (viewer.may_on_account(Role.MANAGER, catalogue.tenant_id) or person.id == besides.id)
    ]


async def tell_failed(tx: Transaction, catalogue: Catalogue, run: asyncpg.Record, now: datetime) -> None:
    """Let whose report it is know that it did not go out; who has left is told nothing."""
    if catalogue.viewer(run["by_user_id"]) is not None:
        title = f"{run['name']} could not be sent this time"
        await _notify(tx, catalogue.tenant_id, run["by_user_id"], title, run["saved_report_id"], now)


async def tell_undelivered(
    tx: Transaction, tenant_id: UUID, mail_id: UUID, address: str, now: datetime
) -> None:
    """Let whose report a mail was know that it did not get there; nothing for mails of something else."""
    # report_run_mail_idx, saved_report_pkey, app_user_pkey
    run = await tx.connection.fetchrow(
        """
        SELECT report_run.saved_report_id, saved_report.name, saved_report.by_user_id
        FROM report_run
        JOIN saved_report
            ON saved_report.tenant_id = report_run.tenant_id AND saved_report.id = report_run.saved_report_id
        JOIN app_user ON app_user.tenant_id = report_run.tenant_id AND app_user.id = saved_report.by_user_id
        WHERE report_run.tenant_id = $1 AND report_run.mail_id = $2 AND app_user.status = 'ACTIVE'
        """,
        tenant_id,
        mail_id,
    )
    if run is not None:
        title = f"{run['name']} did not reach {address}"
        await _notify(tx, tenant_id, run["by_user_id"], title, run["saved_report_id"], now)


async def _notify(
    tx: Transaction, tenant_id: UUID, user_id: UUID, title: str, report_id: UUID, now: datetime
) -> None:
    await notify(
        tx,
        tenant_id=tenant_id,
        user_id=user_id,
        kind=NotificationKind.REPORT_FAILED,
        title=title,
        subject=("SavedReport", report_id),
        at=now,
    )
