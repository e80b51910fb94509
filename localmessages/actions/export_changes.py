"""Exports called off, and asked for again."""

from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.export_questions import Question, asked_now
from localmessages.actions.exports import enqueue_export, tell
from localmessages.reports.exports.sources import from_json
from localmessages.rules.jobs import JobStatus
from localmessages.rules.refusal import NotFound, Refused, UserErrorCode
from localmessages.services import Transaction


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
        await enqueue_export(tx, actor.tenant_id, export_id, at_once=False)
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
