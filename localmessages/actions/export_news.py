"""Who learns that a file is there, or is not to be had: once, in the transaction that says so."""

from datetime import datetime

import asyncpg

from localmessages.actions.exports import tell
from localmessages.actions.mailing import mail
from localmessages.actions.notifications import notify
from localmessages.actions.scheduled_reports import export_finished
from localmessages.reports.exports.address import signed_address
from localmessages.rules.exports import MOST_AT_ONCE
from localmessages.rules.jobs import JobStatus
from localmessages.rules.notifications import NotificationKind
from localmessages.services import Services, Transaction


async def tell_the_end(tx: Transaction, services: Services, export: asyncpg.Record, now: datetime) -> None:
    """Tell whoever waits for it: by event always, and who got no file with the answer otherwise too."""
    await tell(tx, export, now)
    if export["saved_report_id"] is not None:
        await export_finished(tx, services, export)
    elif not export["at_once"]:
        await _notify(tx, export, now)
        if export["status"] == JobStatus.COMPLETED and export["rows"] > MOST_AT_ONCE:
            await _mail(tx, services, export, now)


async def _notify(tx: Transaction, export: asyncpg.Record, now: datetime) -> None:
    ready = export["status"] == JobStatus.COMPLETED
    await notify(
        tx,
        tenant_id=export["tenant_id"],
        user_id=export["viewer_id"],
        kind=NotificationKind.EXPORT_READY if ready else NotificationKind.EXPORT_FAILED,
        title=f"{export['title']} is ready" if ready else f"{export['title']} could not be made",
        subject=("Export", export["id"]),
        at=now,
    )


async def _mail(tx: Transaction, services: Services, export: asyncpg.Record, now: datetime) -> None:
    catalogue = await services.catalogues.of(tx.connection, export["tenant_id"], 0)
    person = catalogue.people[export["viewer_id"]]
    address = signed_address(
        services.public_url, services.secret, export["tenant_id"], export["id"], export["expires_at"]
    )
    await mail(
        tx,
        tenant_id=export["tenant_id"],
        # One of each run that ended well: a job that is repeated finds it written already.
        key=f"export {export['id']} {export['asked_at'].isoformat()}",
        to=[person.email],
        subject=f"{export['title']} is ready",
        text=(
            f"{export['title']} has {export['rows']:,} rows and can be had until "
            f"{export['expires_at']:%Y-%m-%d %H:%M} UTC:\n\n{address}\n"
        ),
        at=now,
    )
