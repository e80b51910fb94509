"""The audit log: who did what, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made

NEWEST_FIRST = Keyset(
    "audit log",
    (
        Column("audit_entry.at", "timestamptz", descending=True),
        Column("audit_entry.id", "uuid", descending=True),
    ),
)


class AuditRow(NamedTuple):
    id: UUID
    at: datetime
    action: str
    user_id: UUID | None
    api_key_id: UUID | None
    subject_type: str
    subject_id: UUID
    subject_name: str
    changes: list[dict[str, Any]]
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAudit:
    """Which entries; all conditions must hold, and None is no condition. `subject` is a type and an id."""

    user_ids: Sequence[UUID] | None = None
    actions: Sequence[str] | None = None
    subject: tuple[str, UUID] | None = None
    start: datetime | None = None
    end: datetime | None = None


async def audit_page(
    connection: asyncpg.Connection, tenant_id: UUID, wanted: WantedAudit, page: Page
) -> Slice[AuditRow]:
    """A page of the entries."""
    args = Args([tenant_id])
    records = await connection.fetch(audit_statement(wanted, page, args), *args)
    return page.cut([made(AuditRow, record) for record in records])


async def audit_by_id(
    connection: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, AuditRow]:
    """Those of the entries that are the tenant's."""
    # audit_entry_pkey
    statement = f"""
SELECT {columns(AuditRow, "audit_entry")}
FROM audit_entry
WHERE tenant_id = $1 AND id = ANY($2::uuid[])
"""
    records = await connection.fetch(statement, tenant_id, ids)
    return {record[0]: made(AuditRow, record) for record in records}


def audit_statement(wanted: WantedAudit, page: Page, args: Args) -> str:
    """The entries; `args` begin with the tenant."""
    return f"""
SELECT {columns(AuditRow, "audit_entry")}
FROM {chosen_entries(wanted, args)}
    AND {NEWEST_FIRST.where(page, args)}
ORDER BY {NEWEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


def chosen_entries(wanted: WantedAudit, args: Args) -> str:
    """A FROM list with its conditions."""
    conditions = ["audit_entry.tenant_id = $1"]
    if wanted.user_ids is not None:
        conditions.append(f"audit_entry.user_id = ANY({args.add(list(wanted.user_ids))}::uuid[])")
    if wanted.actions is not None:
        conditions.append(f"audit_entry.action = ANY({args.add(list(wanted.actions))}::text[])")
    if wanted.subject is not None:
        kind, key = wanted.subject
        conditions.append(f"audit_entry.subject_type = {args.add(kind)}::text")
        conditions.append(f"audit_entry.subject_id = {args.add(key)}::uuid")
    if wanted.start is not None:
        conditions.append(f"audit_entry.at >= {args.add(wanted.start)}::timestamptz")
    if wanted.end is not None:
        conditions.append(f"audit_entry.at < {args.add(wanted.end)}::timestamptz")
    # audit_entry_at_idx
    return "audit_entry\nWHERE " + "\n    AND ".join(conditions)
