"""The audit log as a file, for owners."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from uuid import UUID

import asyncpg
import orjson

from localmessages.reports.audit_log import AuditRow, WantedAudit, audit_statement, chosen_entries
from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import AuditLogSource
from localmessages.reports.exports.table import Column, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.rows import Args, made
from localmessages.rules.audit import check_may_read_audit


def audit_table(source: AuditLogSource, reader: Reader) -> Table[AuditRow]:
    """The entries, newest first, by the clock of who asks."""
    check_may_read_audit(reader.viewer, field=["source", "auditLog"])
    wanted = WantedAudit(
        user_ids=source.user_ids,
        actions=source.actions,
        subject=source.subject,
        start=source.start,
        end=source.end,
    )

    async def count(connection: asyncpg.Connection) -> int:
        args = Args([reader.tenant_id])
        return await connection.fetchval(f"SELECT count(*) FROM {chosen_entries(wanted, args)}", *args) or 0

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[AuditRow]]:
        args = Args([reader.tenant_id])
        async for records in streamed(connection, audit_statement(wanted, WholeList(), args), args):
            yield [made(AuditRow, record) for record in records]

    return Table("Audit Log", _columns(reader, _zone(reader)), count, rows)


def _zone(reader: Reader) -> str:
    person = reader.catalogue.people.get(reader.viewer.user_id or UUID(int=0))
    return (person.time_zone if person else None) or str(UTC)


def _columns(reader: Reader, zone: str) -> list[Column[AuditRow]]:
    return [
        Clocks.of(zone).column("Date", lambda row: row.at),
        Column("Action", lambda row: row.action),
        Column("By", lambda row: reader.person(row.user_id) or ("API key" if row.api_key_id else None)),
        Column("Subject", lambda row: row.subject_type),
        Column("Name", lambda row: row.subject_name),
        Column("Address", lambda row: row.address),
        Column("Changes", lambda row: orjson.dumps(row.changes).decode() if row.changes else None),
    ]
