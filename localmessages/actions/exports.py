"""Files that people ask for: asked for, called off, asked for again. A job makes them (`jobs/exports.py`)."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.export_questions import Question, asked_now
from localmessages.actions.queue import EXPORT, enqueue
from localmessages.reports.exports.sources import ExportSource, from_json, to_json
from localmessages.rules.access import Viewer
from localmessages.rules.exports import MOST_AT_ONCE, MOST_UNFINISHED, ExportFormat
from localmessages.rules.jobs import JobStatus
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.refusal import LimitRefused, NotAllowed, NotFound, Refused, UserErrorCode
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
    await _enqueue(change, viewer.tenant_id, export_id, at_once=at_once)
    catalogue = await services.catalogues.of(change.connection, viewer.tenant_id, 0)
    actor = Actor(services, viewer, catalogue, at)
    asked = {"source": (None, to_json(source)), "format": (None, format)}
    await audit(change, actor, "requestExport", ("Export", export_id), title, asked)
    return export_id


async def _enqueue(change: Transaction, tenant_id: UUID, export_id: UUID, *, at_once: bool) -> None:
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


async def cancel_export(actor: Actor, export_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Stop making a file. Who makes it finds out before long, and forgets what there is of it."""

    async def do(tx: Transaction) -> Made:
        export = await _lock_own(tx, actor, export_id)
        if export["status"] not in (JobStatus.QUEUED, JobStatus.RUNNING):
            raise _wrong_state("It is not being made any more.", "Ask for it again, if you need it.")
        # export_pkey
        await tx.connection.execute(
            """
            UPDATE export
            SET status = 'CANCELED', finished_at = $3
            WHERE tenant_id = $1 AND id = $2
            """,
            actor.tenant_id,
            export_id,
            actor.now,
        )
        await audit(tx, actor, "cancelExport", ("Export", export_id), export["title"])
        await tell(tx, export, actor.now)
        return {"export": export_id}

    return await once(actor, key, do)


async def retry_export(actor: Actor, export_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Make a failed, canceled or expired file again, from the data of now."""
    question = await _asked_again(actor, export_id)

    async def do(tx: Transaction) -> Made:
        export = await _lock_own(tx, actor, export_id)
        if not _can_be_retried(export, actor.now):
            raise _wrong_state("It is there, or on its way.", "Get it, or ask for another one.")
        # export_pkey
        await tx.connection.execute(
            """
            UPDATE export SET
                status = 'QUEUED', title = $3, asked_at = $4, at_once = false, rows = 0, total_rows = NULL,
                bytes = NULL, sha256 = NULL, error = NULL, finished_at = NULL, expires_at = NULL
            WHERE tenant_id = $1 AND id = $2
            """,
            actor.tenant_id,
            export_id,
            question.title,
            actor.now,
        )
        await _enqueue(tx, actor.tenant_id, export_id, at_once=False)
        await audit(tx, actor, "retryExport", ("Export", export_id), question.title)
        await tell(tx, export, actor.now)
        return {"export": export_id}

    return await once(actor, key, do)


async def _asked_again(actor: Actor, export_id: UUID) -> Question:
    async with actor.services.database.connection() as connection:
        # export_pkey
        kept = await connection.fetchval(
            "SELECT source FROM export WHERE tenant_id = $1 AND id = $2 AND by_user_id = $3",
            actor.tenant_id,
            export_id,
            actor.user_id,
        )
    if kept is None:
        raise NotFound("export", field=["exportId"])
    return await asked_now(actor, from_json(kept), counted=False)


async def _lock_own(tx: Transaction, actor: Actor, export_id: UUID) -> asyncpg.Record:
    # export_pkey
    export = await tx.connection.fetchrow(
        "SELECT * FROM export WHERE tenant_id = $1 AND id = $2 AND by_user_id = $3 FOR NO KEY UPDATE",
        actor.tenant_id,
        export_id,
        actor.user_id,
    )
    if export is None:
        raise NotFound("export", field=["exportId"])
    return export


def _can_be_retried(export: asyncpg.Record, now: datetime) -> bool:
    if export["status"] == JobStatus.COMPLETED:
        return bool(export["expires_at"] <= now)
    return export["status"] in (JobStatus.FAILED, JobStatus.CANCELED)


def _wrong_state(message: str, remedy: str) -> Refused:
    return Refused(UserErrorCode.WRONG_STATE, message, field=["exportId"], remedy=remedy)


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
