"""The job that makes a file: read in one snapshot, written as it is read, shown once it is whole."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import asyncpg
import orjson
import structlog
from pgqueuer.models import Job

from localmessages.actions.export_runs import (
    ExportRun,
    MadeFile,
    complete_export,
    fail_export,
    is_wanted,
    note_progress,
    take_export,
)
from localmessages.gateways.storage import Draft
from localmessages.reports.exports.csv_file import CsvFile
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.table import AnyTable
from localmessages.reports.exports.tables import table_of
from localmessages.reports.exports.xlsx_file import XlsxFile
from localmessages.rules.exports import ExportFormat
from localmessages.rules.refusal import NotAllowed, Refused
from localmessages.rules.windows import InvalidWindow
from localmessages.services import Services

P = ParamSpec("P")
R = TypeVar("R")

logger = structlog.get_logger(__name__)

TELL_EVERY = 0.5
_MOST_FAILURES = 5
_PART = 1 << 20
_BUG = "Something went wrong on our side. Try again; if it fails again, tell us."


@dataclass(slots=True)
class Progress:
    """How far a file is."""

    rows: int = 0
    total: int | None = None
    whole: bool = False


async def run_export(services: Services, job: Job) -> None:
    """Make the file of the job; an error that nobody foresaw is tried again some times, and then told."""
    given = orjson.loads(job.payload or b"{}")
    await make_export(
        services, UUID(given["tenant"]), UUID(given["export"]), last_try=job.attempts + 1 >= _MOST_FAILURES
    )


async def make_with_the_answer(services: Services, tenant_id: UUID, export_id: UUID) -> None:
    """Make a small file before it is answered that it was asked for; what goes wrong is left to its job."""
    async with services.database.connection() as connection:
        # export_pkey
        waits = await connection.fetchval(
            "SELECT at_once AND status = 'QUEUED' FROM export WHERE tenant_id = $1 AND id = $2",
            tenant_id,
            export_id,
        )
    if waits:
        try:
            await make_export(services, tenant_id, export_id)
        except Exception:
            logger.exception("exports.left_to_the_job", export=str(export_id))


async def make_export(
    services: Services, tenant_id: UUID, export_id: UUID, *, last_try: bool = False
) -> None:
    """Make a file from the beginning, unless it is there, called off or given up."""
    run = await take_export(services, tenant_id, export_id)
    if run is None:
        return
    try:
        await _while_wanted(services, run)
    except (Refused, InvalidWindow) as no:
        await fail_export(services, run, str(no))
    except Exception:
        if not last_try:
            raise
        logger.exception("exports.gave_up", export=str(run.id))
        await fail_export(services, run, _BUG)


async def _while_wanted(services: Services, run: ExportRun) -> None:
    """Make it, and tell how far it is; stop when it is called off or another has taken it."""
    progress = Progress()
    making = asyncio.create_task(_make(services, run, progress))
    told = Progress()
    try:
        while not (await asyncio.wait({making}, timeout=TELL_EVERY))[0]:
            # From then on whether it is wanted is decided with the lock that lets it be had.
            if not progress.whole and not await _is_told(services, run, progress, told):
                return
    finally:
        if not making.done():
            making.cancel()
            await asyncio.wait({making})
    await making


async def _is_told(services: Services, run: ExportRun, progress: Progress, told: Progress) -> bool:
    """Whether it is wanted still; who watches is told what is new."""
    if (progress.rows, progress.total) == (told.rows, told.total):
        return await is_wanted(services, run)
    told.rows, told.total = progress.rows, progress.total
    return await note_progress(services, run, told.rows, told.total)


async def _make(services: Services, run: ExportRun, progress: Progress) -> None:
    draft = await asyncio.to_thread(services.storage.draft, run.storage_key)
    try:
        await _fill(services, run, draft, progress)
        progress.whole = True
        made = await _aside(_measured, draft, progress.rows)
        await complete_export(services, run, made, draft.keep)
    finally:
        await _aside(draft.discard)


async def _fill(services: Services, run: ExportRun, draft: Draft, progress: Progress) -> None:
    async with services.database.snapshot() as connection:
        table = await table_of(connection, run.source, await _reader(services, connection, run))
        progress.total = await table.count(connection)
        file = await _aside(_begun, draft, run.format, table)
        # What comes next is read while the last part is written; a second one never waits in memory.
        async with asyncio.TaskGroup() as tasks:
            writing: asyncio.Task[None] | None = None
            async for rows in table.rows(connection):
                if writing is not None:
                    await writing
                writing = tasks.create_task(_aside(_write, file, table, rows, progress))
    if progress.rows != progress.total:
        # Both are of one snapshot: a file that is not what its tile says is given to nobody.
        raise RuntimeError(f"{progress.total} rows were counted, and {progress.rows} read.")
    await _aside(file.close)


async def _reader(services: Services, connection: asyncpg.Connection, run: ExportRun) -> Reader:
    """Whoever asked, with the rights that they have now."""
    # live_scope_tenant_id_kind_lane_user_id_key
    seq = await connection.fetchval(
        "SELECT seq FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", run.tenant_id
    )
    catalogue = await services.catalogues.of(connection, run.tenant_id, seq)
    viewer = catalogue.viewer(run.viewer_id)
    if viewer is None:
        raise NotAllowed("Who asked for this may not sign in any more.")
    return Reader(viewer, catalogue, run.asked_at)


def _begun(draft: Draft, format: ExportFormat, table: AnyTable) -> CsvFile | XlsxFile:
    if format is ExportFormat.CSV:
        return CsvFile(draft.file, table.columns)
    return XlsxFile(draft.file, table.columns, scratch=draft.scratch)


def _write(file: CsvFile | XlsxFile, table: AnyTable, rows: Sequence[Any], progress: Progress) -> None:
    file.write(map(table.cells, rows))
    progress.rows += len(rows)


def _measured(draft: Draft, rows: int) -> MadeFile:
    draft.file.flush()
    draft.file.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := draft.file.read(_PART):
        digest.update(part)
        size += len(part)
    return MadeFile(rows, size, digest.hexdigest())


async def _aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of `work`, done in a thread. Who is cancelled waits for it: nothing is closed under it."""
    done = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait({done})
        raise
