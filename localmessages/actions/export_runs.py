"""How far a file is: taken, got on, done, given up.

Each run of the job takes the export anew and counts up `attempt`: whoever was at it before, and is slow or
cut off rather than dead, finds at its next word that it is not its turn any more.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.export_news import tell_the_end
from localmessages.actions.exports import tell
from localmessages.reports.exports.sources import ExportSource, from_json
from localmessages.rules.exports import FILE_LASTS, ExportFormat
from localmessages.services import Services, Transaction


@dataclass(frozen=True, slots=True)
class ExportRun:
    """A file that is being made, by whoever has this."""

    tenant_id: UUID
    id: UUID
    attempt: int
    source: ExportSource
    format: ExportFormat
    viewer_id: UUID
    asked_at: datetime
    storage_key: str


@dataclass(frozen=True, slots=True)
class MadeFile:
    """What a finished file is like."""

    rows: int
    bytes: int
    sha256: str


async def take_export(services: Services, tenant_id: UUID, export_id: UUID) -> ExportRun | None:
    """Begin, or begin again; None when there is nothing to do."""
    async with services.transaction() as tx:
        # export_pkey
        export = await tx.connection.fetchrow(
            """
            UPDATE export SET
                status = 'RUNNING', attempt = attempt + 1, rows = 0, total_rows = NULL, storage_key = $3
            WHERE tenant_id = $1 AND id = $2 AND status IN ('QUEUED', 'RUNNING')
            RETURNING *
            """,
            tenant_id,
            export_id,
            f"exports/{tenant_id}/{export_id}",
        )
        if export is None:
            return None
        await tell(tx, export, services.clock())
    return ExportRun(
        tenant_id,
        export_id,
        export["attempt"],
        from_json(export["source"]),
        ExportFormat(export["format"]),
        export["viewer_id"],
        export["asked_at"],
        export["storage_key"],
    )


async def is_wanted(services: Services, run: ExportRun) -> bool:
    """Whether it was not called off, nor taken by another."""
    async with services.database.connection() as connection:
        # export_pkey
        wanted = await connection.fetchval(
            """
            SELECT status = 'RUNNING' AND attempt = $3
            FROM export
            WHERE tenant_id = $1 AND id = $2
            """,
            run.tenant_id,
            run.id,
            run.attempt,
        )
    return bool(wanted)


async def note_progress(services: Services, run: ExportRun, rows: int, total: int | None) -> bool:
    """Write down how far it is; False when it was called off, or another has taken it."""
    async with services.transaction() as tx:
        export = await _update(tx, run, "rows = $4, total_rows = $5", rows, total)
        if export is not None:
            await tell(tx, export, services.clock())
    return export is not None


async def complete_export(
    services: Services, run: ExportRun, made: MadeFile, keep: Callable[[], None]
) -> bool:
    """Let the file be had. `keep` puts it in its place, under the lock: False when it is not wanted."""
    now = services.clock()
    async with services.transaction() as tx:
        export = await _update(
            tx,
            run,
            """
            status = 'COMPLETED', rows = $4, total_rows = $4, bytes = $5, sha256 = $6,
            finished_at = $7, expires_at = $8
            """,
            made.rows,
            made.bytes,
            made.sha256,
            now,
            now + FILE_LASTS,
        )
        if export is None:
            return False
        await asyncio.to_thread(keep)
        await tell_the_end(tx, services, export, now)
    return True


async def fail_export(services: Services, run: ExportRun, error: str) -> None:
    """Give up, and say why."""
    now = services.clock()
    async with services.transaction() as tx:
        changes = "status = 'FAILED', error = $4, finished_at = $5"
        export = await _update(tx, run, changes, error, now)
        if export is not None:
            await tell_the_end(tx, services, export, now)


async def _update(tx: Transaction, run: ExportRun, changes: str, *values: object) -> asyncpg.Record | None:
    # export_pkey
    return await tx.connection.fetchrow(
        f"""
        UPDATE export
        SET {changes}
        WHERE tenant_id = $1 AND id = $2 AND status = 'RUNNING' AND attempt = $3
        RETURNING *
        """,
        run.tenant_id,
        run.id,
        run.attempt,
        *values,
    )
