"""Reads of transfers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from strawberry import Info

from graph.ids import expect_ids
from graph.loaders.entry_nodes import transfer_node
from graph.loaders.reads import Reads, bounds, shown
from graph.types.conversation import Conversation
from graph.types.transfer import Transfer, TransferConnection, TransferFilter
from localmessages.reports.keyset import Page
from localmessages.reports.transfers import (
    TRANSFERS_NEWEST_FIRST,
    WantedTransfers,
    transfers_of_conversations,
    transfers_page,
)


class TransferReads(Reads):
    """Moves of conversations."""

    async def query_transfers(
        self, *, filter: TransferFilter | None, page: Page, info: Info
    ) -> TransferConnection:
        """Moves from or to the viewer's locations."""
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await transfers_page(connection, nodes.viewer, _wanted(filter), page, now=self.now)
        moves = shown(found, lambda view: transfer_node(nodes, view))
        return TransferConnection.of(moves, lambda node: TRANSFERS_NEWEST_FIRST.cursor(node.at, node.key))

    async def conversation_transfers(self, conversation: Conversation, *, info: Info) -> list[Transfer]:
        """Every move of it."""
        return await self.batched(self._transfers_of, conversation.key) or []

    async def _transfers_of(self, keys: list[UUID]) -> dict[UUID, list[Transfer]]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await transfers_of_conversations(connection, nodes.viewer.tenant_id, keys, now=self.now)
        return {key: [transfer_node(nodes, view) for view in views] for key, views in found.items()}


def _wanted(given: TransferFilter | None) -> WantedTransfers:
    if given is None:
        return WantedTransfers()
    start, end = bounds(given.between)
    return WantedTransfers(
        from_location_ids=_locations(given.from_location_ids),
        to_location_ids=_locations(given.to_location_ids),
        user_ids=None if given.user_ids is None else expect_ids("User", given.user_ids),
        start=start,
        end=end,
    )


def _locations(ids: Sequence[str] | None) -> list[UUID] | None:
    return None if ids is None else expect_ids(("Location", "Place"), ids)
