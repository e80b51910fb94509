"""Exports: pages of them, and by id."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made
from localmessages.rules.access import Viewer

NEWEST_FIRST = Keyset(
    "exports",
    (
        Column("export.created_at", "timestamptz", descending=True),
        Column("export.id", "uuid", descending=True),
    ),
)


class ExportRow(NamedTuple):
    id: UUID
    title: str
    format: str
    status: str
    at_once: bool
    rows: int
    total_rows: int | None
    bytes: int | None
    sha256: str | None
    storage_key: str | None
    error: str | None
    by_user_id: UUID | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


async def exports_page(connection: asyncpg.Connection, viewer: Viewer, page: Page) -> Slice[ExportRow]:
    """A page of what the viewer asked for, newest first."""
    args = Args([viewer.tenant_id, viewer.user_id])
    # export_by_idx
    statement = f"""
SELECT {columns(ExportRow, "export")}
FROM export
WHERE export.tenant_id = $1
    AND export.by_user_id = $2
    AND {NEWEST_FIRST.where(page, args)}
ORDER BY {NEWEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""
    return page.cut([made(ExportRow, record) for record in await connection.fetch(statement, *args)])


async def exports_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, ExportRow]:
    """Those of the exports that the viewer, or a schedule of theirs, asked for."""
    # export_pkey
    statement = f"""
SELECT {columns(ExportRow, "export")}
FROM export
WHERE export.tenant_id = $1 AND export.id = ANY($2::uuid[]) AND export.viewer_id = $3
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.user_id)
    return {record[0]: made(ExportRow, record) for record in records}


async def finished_export(
    connection: asyncpg.Connection, tenant_id: UUID, export_id: UUID
) -> ExportRow | None:
    """A file that can be had, whoever has its address."""
    # export_pkey
    statement = f"""
SELECT {columns(ExportRow, "export")}
FROM export
WHERE export.tenant_id = $1 AND export.id = $2 AND export.status = 'COMPLETED'
"""
    record = await connection.fetchrow(statement, tenant_id, export_id)
    return None if record is None else made(ExportRow, record)
