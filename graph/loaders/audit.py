"""Reads of the audit log, for owners of the whole account."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import orjson
from strawberry import Info

from graph.ids import expect_id, expect_ids, parse_id
from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, bounds, shown
from graph.types.api_key import ApiKey
from graph.types.audit import AuditChange, AuditEntry, AuditEntryConnection, AuditFilter
from graph.types.node import Node
from localmessages.reports.audit_log import NEWEST_FIRST, AuditRow, WantedAudit, audit_by_id, audit_page
from localmessages.reports.keyset import Page
from localmessages.rules.audit import check_may_read_audit, may_read_audit


class AuditReads(Reads):
    """Who did what."""

    async def query_audit_log(
        self, *, filter: AuditFilter | None, page: Page, info: Info
    ) -> AuditEntryConnection:
        """A page of the entries, newest first."""
        nodes = await self.nodes()
        check_may_read_audit(nodes.viewer)
        wanted = wanted_audit(filter or AuditFilter())
        async with self.connection() as connection:
            found = await audit_page(connection, nodes.viewer.tenant_id, wanted, page)
        return AuditEntryConnection.of(
            shown(found, lambda row: _entry(nodes, row)),
            lambda node: NEWEST_FIRST.cursor(node.at, cast(AuditEntry, node).key),
        )

    async def audit_entry(self, key: UUID) -> AuditEntry | None:
        """One by its key."""
        return await self.batched(self._audit_entries, key)

    async def audit_api_key(self, entry: AuditEntry, *, info: Info) -> ApiKey | None:
        """The key that did it."""
        load = info.context.load
        return None if entry.api_key_key is None else await load.api_key(entry.api_key_key)

    async def audit_subject(self, entry: AuditEntry, *, info: Info) -> Node | None:
        """What it was done to."""
        found: Node | None = await info.context.load.node(*entry.subject_key)
        return found

    async def _audit_entries(self, keys: list[UUID]) -> dict[UUID, AuditEntry]:
        nodes = await self.nodes()
        if not may_read_audit(nodes.viewer):
            return {}
        async with self.connection() as connection:
            found = await audit_by_id(connection, nodes.viewer.tenant_id, keys)
        return {key: _entry(nodes, row) for key, row in found.items()}


def wanted_audit(given: AuditFilter) -> WantedAudit:
    """What the filter asks for."""
    subject = None if given.subject_id is None else parse_id(given.subject_id)
    start, end = bounds(given.between)
    return WantedAudit(
        user_ids=None if given.user_ids is None else expect_ids("User", given.user_ids),
        actions=given.actions,
        # What is no id is of no object, and nothing was done to it.
        subject=("", expect_id("", given.subject_id)) if given.subject_id and not subject else subject,
        start=start,
        end=end,
    )


def _entry(nodes: Nodes, row: AuditRow) -> AuditEntry:
    return AuditEntry(
        key=row.id,
        api_key_key=row.api_key_id,
        subject_key=(row.subject_type, row.subject_id),
        id=node_id("AuditEntry", row.id),
        at=row.at,
        action=row.action,
        user=nodes.user(row.user_id),
        subject_name=row.subject_name,
        changes=[
            AuditChange(field=change["field"], before=_json(change["before"]), after=_json(change["after"]))
            for change in row.changes
        ],
        address=row.address,
    )


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
