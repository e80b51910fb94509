"""Files that people ask for. A job makes them (`jobs/exports.py`)."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.export_questions import asked_now
from localmessages.actions.queue import EXPORT, enqueue
from localmessages.reports.exports.sources import ExportSource, to_json
from localmessages.rules.access import Viewer
from localmessages.rules.exports import MOST_AT_ONCE, MOST_UNFINISHED, ExportFormat
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.refusal import LimitRefused, NotAllowed
from localmessages.services import Services, Transaction
from subscriptions.events import NewEvent

# A file that is made with the answer has a job too: it finds nothing to do, unless who answered has died.
_PATIENCE = timedelta(seconds=30)


async def create_export(
    change: Transaction,
    services: Services,
    *,
    viewer: Viewer,
    source: ExportSource,
    format: ExportFormat,
    title: str,
    at: datetime,
    saved_report_id: UUID | None = None,
    at_once: bool = False,
    address: str | None = None,
) -> UUID:
    """Have a file made, of what `viewer` may see when it is made.

    With a `saved_report_id` nobody has asked for it: a schedule has, and is told when it is there.
    """
    if viewer.user_id is None:
        raise NotAllowed("Files are made for people: this key may read the same by the API.")
    export_id = new_key(at)
    await change.connection.execute(
        """
        INSERT INTO export
            (tenant_id, id, title, format, source, viewer_id, by_user_id, saved_report_id, at_once,
             created_at, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        """,
        viewer.tenant_id,
        export_id,
        title,
        format,
        to_json(source),
        viewer.user_id,
        viewer.user_id if saved_report_id is None else None,
        saved_report_id,
        at_once,
        at,
    )
    await enqueue_export(change, viewer.tenant_id, export_id, at_once=at_once)
    catalogue = await services.catalogues.of(change.connection, viewer.tenant_id, 0)
    actor = Actor(services, viewer, catalogue, at, address)
    asked = {"source": (None, to_json(source)), "format": (None, format)}
    await audit(change, actor, "requestExport", ("Export", export_id), title, asked)
    return export_id


async def enqueue_export(change: Transaction, tenant_id: UUID, export_id: UUID, *, at_once: bool) -> None:
    """Ask for the job."""
    after = _PATIENCE if at_once else None
    await enqueue(change.connection, EXPORT, {"tenant": tenant_id, "export": export_id}, after=after)


async def request_export(
    actor: Actor, source: ExportSource, format: ExportFormat, *, key: IdempotencyKey | None = None
) -> Made:
    """Have a file made; at once if it is small, which its row says."""
    question = await asked_now(actor, source)

    async def do(tx: Transaction) -> Made:
        await _check_unfinished(tx, actor)
        export_id = await create_export(
            tx,
            actor.services,
            viewer=actor.viewer,
            source=source,
            format=format,
            title=question.title,
            at=actor.now,
            at_once=question.rows <= MOST_AT_ONCE,
            address=actor.address,
        )
        return {"export": export_id}

    return await once(actor, key, do)


async def _check_unfinished(tx: Transaction, actor: Actor) -> None:
    # export_by_idx
    unfinished = await tx.connection.fetchval(
        """
        SELECT count(*)
        FROM export
        WHERE tenant_id = $1 AND by_user_id = $2 AND status IN ('QUEUED', 'RUNNING')
        """,
        actor.tenant_id,
        actor.user_id,
    )
    if unfinished >= MOST_UNFINISHED:
        raise LimitRefused(
            f"At most {MOST_UNFINISHED} files of one person are made at a time.",
            limit=MOST_UNFINISHED,
            given=unfinished + 1,
            field=["source"],
            remedy="Wait until some are there, or cancel them.",
        )


async def tell(tx: Transaction, export: asyncpg.Record, at: datetime) -> None:
    """Let whoever watches know that it got on."""
    # live_scope_tenant_id_kind_lane_user_id_key
    scope_id = await tx.connection.fetchval(
        "SELECT id FROM live_scope WHERE tenant_id = $1 AND kind = 'USER' AND user_id = $2",
        export["tenant_id"],
        export["viewer_id"],
    )
    body = {"export": str(export["id"])}
    tx.emit(NewEvent(export["tenant_id"], scope_id, EventKind.EXPORT_CHANGED, at, body=body))
