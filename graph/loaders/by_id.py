"""Any object by its global id: many at once, each type in one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from strawberry import Info

from graph.ids import parse_id
from graph.loaders.api_keys import ApiKeyReads
from graph.loaders.audit import AuditReads
from graph.loaders.bulk_transfers import BulkTransferReads
from graph.loaders.commerce import CommerceReads
from graph.loaders.contacts import ContactReads
from graph.loaders.conversations import ConversationReads
from graph.loaders.exports import ExportReads
from graph.loaders.nodes import Nodes
from graph.loaders.notifications import NotificationReads
from graph.loaders.reads import too_many
from graph.loaders.report_by_id import ReportNodeReads
from graph.loaders.saved_reports import SavedReportReads
from graph.loaders.sessions import SessionReads
from graph.types.link import TrackedLink
from graph.types.message import Message
from graph.types.node import Node
from localmessages.rules.scopes import TYPES, is_met

MOST_IDS = 100
ENTRIES = frozenset({"Message", "Note", "ConversationChange", "ConsentChange", "Transfer"})

_CATALOGUE: dict[str, Callable[[Nodes, UUID], Node | None]] = {
    "Account": Nodes.seen_account,
    "Campaign": Nodes.seen_campaign,
    "Location": Nodes.location,
    "Place": Nodes.seen_place,
    "Tag": Nodes.tag,
    "User": Nodes.user,
}


class NodeReads(
    ApiKeyReads,
    AuditReads,
    BulkTransferReads,
    CommerceReads,
    ContactReads,
    ExportReads,
    NotificationReads,
    ReportNodeReads,
    SavedReportReads,
    SessionReads,
    ConversationReads,
):
    """What has an id, as far as the viewer may see it."""

    async def query_node(self, *, id: str, info: Info) -> Node | None:
        """The object with this id."""
        parsed = parse_id(id)
        scopes = (await self.nodes()).viewer.scopes
        # Of what is not in its scopes a key does not even learn whether it is there.
        if parsed is None or (scopes is not None and not is_met(TYPES.get(parsed[0]), scopes)):
            return None
        return await self.node(*parsed)

    async def query_nodes(self, *, ids: Sequence[str], info: Info) -> list[Node | None]:
        """The objects with these ids, in the same order."""
        if len(ids) > MOST_IDS:
            raise too_many("ids", len(ids), MOST_IDS)
        return await asyncio.gather(*(self.query_node(id=one, info=info) for one in ids))

    async def node(self, type_name: str, key: UUID) -> Node | None:
        """An object by its type and key; together with others asked for at the same time."""
        if type_name in ENTRIES:
            return await self.timeline_entry(type_name, key)
        find = self._finders.get(type_name)
        if find is not None:
            return cast(Node | None, await find(key))
        look_up = _CATALOGUE.get(type_name)
        return None if look_up is None else look_up(await self.nodes(), key)

    @cached_property
    def _finders(self) -> dict[str, Callable[[UUID], Awaitable[Any]]]:
        return {
            "Contact": self.contact,
            "Conversation": self.conversation,
            "Media": self.media,
            "TrackedLink": self.tracked_link,
            "LinkClick": self.link_click,
            "PaymentRequest": self.payment_request,
            "BulkTransfer": self.bulk_transfer,
            "ApiKey": self.api_key,
            "AuditEntry": self.audit_entry,
            "Export": self.export,
            "Notification": self.notification,
            "SavedReport": self.saved_report,
            "Session": self.session,
            "ReportRow": self.report_row,
            "ReportConversation": self.report_conversation,
            "Wait": self.wait,
        }

    async def tracked_link_message(self, link: TrackedLink, *, info: Info) -> Message:
        """The text that a link stands in."""
        message = await self.message(link.message_key)
        assert message is not None, "a link is seen where its text is"
        return message
