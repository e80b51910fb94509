"""Reads of the consent ledger."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from strawberry import Info

from graph.ids import expect_ids
from graph.loaders.entry_nodes import consent_node
from graph.loaders.reads import Reads, bounds, shown
from graph.lookahead import selected
from graph.types.consent import ConsentChange, ConsentChangeConnection, ConsentChangeFilter
from graph.types.contact import Contact
from localmessages.reports.consent_changes import (
    CHANGES_NEWEST_FIRST,
    WantedChanges,
    changes_page,
    count_changes,
)
from localmessages.reports.keyset import Page


class ConsentReads(Reads):
    """Opt-outs and opt-ins, as far as the viewer sees where they happened."""

    async def query_consent_changes(
        self, *, filter: ConsentChangeFilter | None, page: Page, info: Info
    ) -> ConsentChangeConnection:
        """The ledger."""
        return await self._changes(_wanted(filter), page, info)

    async def contact_consent_changes(
        self, contact: Contact, *, page: Page, info: Info
    ) -> ConsentChangeConnection:
        """A contact's part of the ledger."""
        return await self._changes(WantedChanges(contact_id=contact.key), page, info)

    async def opted_out_change(
        self, contact_id: UUID, since: datetime, *, info: Info
    ) -> ConsentChange | None:
        """The entry of an opt-out, unless it is hidden."""
        nodes = await self.nodes()
        wanted = WantedChanges(contact_id=contact_id, since=since)
        async with self.connection() as connection:
            found = await changes_page(connection, nodes.viewer, wanted, Page(1), now=self.now)
        return consent_node(nodes, found.items[0]) if found.items else None

    async def _changes(self, wanted: WantedChanges, page: Page, info: Info) -> ConsentChangeConnection:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await changes_page(connection, nodes.viewer, wanted, page, now=self.now)
            counted = "totalCount" in selected(info)
            count = await count_changes(connection, nodes.viewer, wanted) if counted else 0
        changes = shown(found, lambda view: consent_node(nodes, view))
        return ConsentChangeConnection.of(
            changes, lambda node: CHANGES_NEWEST_FIRST.cursor(node.at, node.key), total_count=count
        )


def _wanted(given: ConsentChangeFilter | None) -> WantedChanges:
    if given is None:
        return WantedChanges()
    start, end = bounds(given.between)
    return WantedChanges(
        location_ids=None if given.location_ids is None else expect_ids("Location", given.location_ids),
        states=given.states,
        methods=given.methods,
        start=start,
        end=end,
    )
