"""Reads of transfers of many conversations."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.loaders.place_nodes import node_id
from graph.loaders.timeline import TimelineReads
from graph.types.bulk_transfer import BulkTransfer, BulkTransferResult
from graph.types.refusal import Refusal
from localmessages.reports.transfers import BulkResultRow, BulkTransferRow, bulk_results, bulk_transfers_by_id
from localmessages.rules.jobs import JobStatus
from localmessages.rules.refusal import UserErrorCode


class BulkTransferReads(TimelineReads):
    """Those that the viewer began, or that lead to a location of theirs."""

    async def bulk_transfer(self, key: UUID) -> BulkTransfer | None:
        """One by its key."""
        nodes = await self.nodes()
        row = await self.batched(self._bulk_transfers, key)
        if row is None:
            return None
        return BulkTransfer(
            key=key,
            id=node_id("BulkTransfer", key),
            status=JobStatus(row.status),
            to=nodes.place(row.to_location_id),
            total=len(row.conversation_ids),
            transferred=row.transferred,
            refused=row.refused,
            created_at=row.created_at,
        )

    async def _bulk_transfers(self, keys: list[UUID]) -> dict[UUID, BulkTransferRow]:
        viewer = (await self.nodes()).viewer
        async with self.connection() as connection:
            return await bulk_transfers_by_id(connection, viewer, keys)

    async def bulk_transfer_results(self, bulk: BulkTransfer, *, info: Info) -> list[BulkTransferResult]:
        """What became of each conversation that is finished."""
        tenant_id = (await self.nodes()).viewer.tenant_id
        async with self.connection() as connection:
            rows = await bulk_results(connection, tenant_id, bulk.key)
        keys = [("Transfer", row.transfer_id) for row in rows if row.transfer_id is not None]
        await self.all_batched(self._entries, keys)
        return [await self._result(row) for row in rows]

    async def _result(self, row: BulkResultRow) -> BulkTransferResult:
        no = row.refusal
        refusal = no and Refusal(
            code=UserErrorCode(no["code"]), message=no["message"], field=no["field"], remedy=no["remedy"]
        )
        return BulkTransferResult(
            conversation_id=node_id("Conversation", row.conversation_id),
            transfer=await self.transfer(row.transfer_id),
            user_errors=[refusal] if refusal else [],
        )
