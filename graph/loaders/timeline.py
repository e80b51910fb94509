"""Reads of timelines: pages, and entries by kind and key."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from strawberry import Info

from graph.loaders.entry_nodes import entry_node
from graph.loaders.reads import Reads, shown
from graph.types.consent import ConsentChange
from graph.types.conversation import Conversation
from graph.types.message import Message
from graph.types.timeline import TimelineConnection, TimelineEntry
from graph.types.transfer import Transfer
from localmessages.reports.keyset import Page
from localmessages.reports.timeline import OLDEST_FIRST, entries_by_id, timeline_page

NEW_ENTRIES = 20
EntryKey = tuple[str, UUID]


class TimelineReads(Reads):
    """Texts, notes, changes, consent and transfers."""

    async def conversation_timeline(
        self, conversation: Conversation, *, page: Page, info: Info
    ) -> TimelineConnection:
        """A page of what happened in it."""
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await timeline_page(
                connection, nodes.viewer.tenant_id, conversation.key, page, now=self.now
            )
        entries = shown(found, lambda view: entry_node(nodes, view))
        return TimelineConnection.of(entries, lambda node: OLDEST_FIRST.cursor(node.at, node.key))

    async def entries_since(
        self, conversation: Conversation, *, version: int, info: Info
    ) -> list[TimelineEntry]:
        """What came after a version of it, oldest first, at most the last 20."""
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await timeline_page(
                connection,
                nodes.viewer.tenant_id,
                conversation.key,
                Page(NEW_ENTRIES, backward=True),
                now=self.now,
                above_version=version,
            )
        return [entry_node(nodes, view) for view in found.items]

    async def timeline_entry(self, type_name: str, key: UUID | None) -> TimelineEntry | None:
        """One by its kind and key; together with others asked for at the same time."""
        return None if key is None else await self.batched(self._entries, (type_name, key))

    async def message(self, key: UUID | None) -> Message | None:
        """A text by its key."""
        return cast(Message | None, await self.timeline_entry("Message", key))

    async def transfer(self, key: UUID | None) -> Transfer | None:
        """A move by its key."""
        return cast(Transfer | None, await self.timeline_entry("Transfer", key))

    async def consent_change(self, key: UUID | None) -> ConsentChange | None:
        """An entry of the ledger by its key."""
        return cast(ConsentChange | None, await self.timeline_entry("ConsentChange", key))

    async def _entries(self, keys: list[EntryKey]) -> dict[EntryKey, TimelineEntry]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await entries_by_id(connection, nodes.viewer, keys, now=self.now)
        return {(view.kind, key): entry_node(nodes, view) for key, view in found.items()}

    async def transfer_notice(self, transfer: Transfer, *, info: Info) -> Message | None:
        """The text to the customer."""
        return await self.message(transfer.notice_key)

    async def consent_change_message(self, change: ConsentChange, *, info: Info) -> Message | None:
        """The text that changed the consent."""
        return await self.message(change.message_key)

    async def consent_change_cause_message(self, change: ConsentChange, *, info: Info) -> Message | None:
        """The text that came before."""
        return await self.message(change.cause_message_key)
