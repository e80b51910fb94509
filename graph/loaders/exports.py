"""Reads of files that people asked for."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from strawberry import Info

from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, shown
from graph.scalars import URL
from graph.types.export import Export, ExportConnection
from localmessages.reports.exports.address import signed_address
from localmessages.reports.exports.rows import NEWEST_FIRST, ExportRow, exports_by_id, exports_page
from localmessages.reports.keyset import Page
from localmessages.rules.exports import ExportFormat
from localmessages.rules.jobs import JobStatus

# What a GraphQL Int holds.
_LARGEST_INT = 2**31 - 1


class ExportReads(Reads):
    """Those that the viewer asked for."""

    async def query_exports(self, *, page: Page, info: Info) -> ExportConnection:
        """A page of them, newest first."""
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await exports_page(connection, nodes.viewer, page)
        return ExportConnection.of(
            shown(found, lambda row: self._export(nodes, row)),
            lambda node: NEWEST_FIRST.cursor(node.created_at, cast(Export, node).key),
        )

    async def export(self, key: UUID) -> Export | None:
        """One by its key."""
        return await self.batched(self._exports, key)

    async def _exports(self, keys: list[UUID]) -> dict[UUID, Export]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await exports_by_id(connection, nodes.viewer, keys)
        return {key: self._export(nodes, row) for key, row in found.items()}

    def _export(self, nodes: Nodes, row: ExportRow) -> Export:
        return Export(
            key=row.id,
            id=node_id("Export", row.id),
            title=row.title,
            format=ExportFormat(row.format),
            status=JobStatus(row.status),
            rows=row.rows,
            total_rows=row.total_rows,
            bytes=None if row.bytes is None else min(row.bytes, _LARGEST_INT),
            sha256=row.sha256,
            download_url=self._address(nodes, row),
            expires_at=row.expires_at,
            error=row.error,
            by=nodes.user(row.by_user_id),
            created_at=row.created_at,
            finished_at=row.finished_at,
        )

    def _address(self, nodes: Nodes, row: ExportRow) -> URL | None:
        if row.status != JobStatus.COMPLETED or row.expires_at is None or row.expires_at <= self.now:
            return None
        services = self.context.services
        return URL(
            signed_address(
                services.public_url, services.secret, nodes.viewer.tenant_id, row.id, row.expires_at
            )
        )
