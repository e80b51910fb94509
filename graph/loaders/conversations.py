"""Reads of conversations: the inbox, one by id, and those that others lead to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from strawberry import Info

from graph.ids import expect_id
from graph.loaders.conversation_filter import beside_of, wanted_of
from graph.loaders.reads import Reads, shown
from graph.lookahead import selected, under
from graph.types.contact import Contact
from graph.types.conversation import (
    Conversation,
    ConversationConnection,
    ConversationFilter,
    ConversationOrder,
)
from graph.types.timeline import ConversationChange, TimelineEntry
from graph.types.transfer import Transfer
from localmessages.reports.conversations import Beside, beside_snapshot, conversations_by_id
from localmessages.reports.inbox import NEWEST_FIRST, Order, inbox_page
from localmessages.reports.inbox_conditions import Wanted
from localmessages.reports.keyset import Page
from localmessages.reports.rows import ConversationRow, fields
from localmessages.rules.conversation import ConversationStatus

_INSTANTS = frozenset({"created_at", "last_activity_at", "waiting_since", "snoozed_until", "closed_at"})
_KEYS = frozenset({"id", "location_id", "contact_id", "last_message_id", "assignee_id", "merged_into_id"})


class ConversationReads(Reads):
    """The conversations that the viewer sees: those at their locations."""

    async def query_conversations(
        self, *, filter: ConversationFilter | None, order_by: ConversationOrder, page: Page, info: Info
    ) -> ConversationConnection:
        """The inbox."""
        viewer = (await self.nodes()).viewer
        order = Order(order_by.field, order_by.direction)
        return await self._page(wanted_of(filter, viewer), page, order, beside_of(selected(info)))

    async def contact_conversations(
        self, contact: Contact, *, page: Page, info: Info
    ) -> ConversationConnection:
        """All with a contact."""
        viewer = (await self.nodes()).viewer
        wanted = Wanted(location_ids=viewer.location_ids, contact_id=contact.key)
        return await self._page(wanted, page, NEWEST_FIRST, beside_of(selected(info)))

    async def conversation_earlier(
        self, conversation: Conversation, *, page: Page, info: Info
    ) -> ConversationConnection:
        """The others with the same contact."""
        viewer = (await self.nodes()).viewer
        wanted = Wanted(
            location_ids=viewer.location_ids, contact_id=conversation.contact_key, but=conversation.key
        )
        return await self._page(wanted, page, NEWEST_FIRST, beside_of(selected(info)))

    async def _page(self, wanted: Wanted, page: Page, order: Order, beside: Beside) -> ConversationConnection:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await inbox_page(connection, nodes.viewer, wanted, page, order, beside)
        views = {view.conversation.id: view for view in found.items}
        return ConversationConnection.of(
            shown(found, nodes.conversation), lambda node: order.cursor(views[node.key])
        )

    async def query_conversation(self, *, id: str, info: Info) -> Conversation | None:
        """One by its id."""
        nodes = await self.nodes()
        key = expect_id("Conversation", id)
        async with self.connection() as connection:
            found = await conversations_by_id(connection, nodes.viewer, [key], beside_of(selected(info)))
        return nodes.conversation(found[key]) if key in found else None

    async def conversation(self, key: UUID | None) -> Conversation | None:
        """One by its key, with everything beside it; together with others asked for at the same time."""
        return None if key is None else await self.batched(self._conversations, key)

    async def _conversations(self, keys: list[UUID]) -> dict[UUID, Conversation]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await conversations_by_id(connection, nodes.viewer, keys)
        return {key: nodes.conversation(view) for key, view in found.items()}

    async def conversation_merged_into(
        self, conversation: Conversation, *, info: Info
    ) -> Conversation | None:
        """What goes on in its place."""
        return await self.conversation(conversation.merged_key)

    async def conversation_change_merged_into(
        self, change: ConversationChange, *, info: Info
    ) -> Conversation | None:
        """What goes on in place of the changed one."""
        return await self.conversation(change.merged_key)

    async def transfer_merged_conversation(self, transfer: Transfer, *, info: Info) -> Conversation | None:
        """What the move met at its destination."""
        return await self.conversation(transfer.merged_key)

    async def timeline_entry_conversation(self, entry: TimelineEntry, *, info: Info) -> Conversation | None:
        """Where an entry stands."""
        return await self.conversation(entry.conversation_key)

    async def conversation_from_snapshot(
        self, row: Mapping[str, Any], info: Info, *, at: str = "conversation"
    ) -> Conversation | None:
        """A conversation as an event has it, if it was at a location of the viewer.

        `at` is the path of the conversation below the field of `info`: what is selected there is looked up.
        """
        nodes = await self.nodes()
        snapshot = snapshot_row(row)
        if not nodes.viewer.sees(snapshot.location_id):
            return None
        beside = beside_of(under(selected(info), at))
        async with self.connection() as connection:
            return nodes.conversation(await beside_snapshot(connection, nodes.viewer, snapshot, beside))


def snapshot_row(row: Mapping[str, Any]) -> ConversationRow:
    """The row of a conversation out of its JSON."""
    return ConversationRow(**{name: _value(name, row[name]) for name in fields(ConversationRow)})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _KEYS:
        return UUID(value)
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    if name == "tag_ids":
        return [UUID(each) for each in value]
    return ConversationStatus(value) if name == "status" else value
