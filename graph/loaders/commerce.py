"""Reads of what hangs on texts: links, files, payment requests, the carrier's reports."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.loaders.commerce_nodes import (
    click_node,
    link_node,
    media_node,
    payment_event_node,
    payment_node,
)
from graph.loaders.reads import Reads, shown
from graph.types.campaign import Campaign
from graph.types.consent import ConsentChange
from graph.types.link import LinkClick, LinkClickConnection, TrackedLink
from graph.types.location import Location
from graph.types.message import Media, Message, MessageStatusChange
from graph.types.payment import PaymentEvent, PaymentRequest
from localmessages.reports.keyset import Page
from localmessages.reports.links import (
    CLICKS_NEWEST_FIRST,
    clicks_by_id,
    clicks_page,
    links_by_id,
    links_of_messages,
)
from localmessages.reports.messages import media_by_id, media_of_messages, statuses_of_messages
from localmessages.reports.payments import PaymentEventRow, events_of_payments, payments_by_id


class CommerceReads(Reads):
    """Of all texts that are shown at once, each kind in one statement."""

    async def message_links(self, message: Message, *, info: Info) -> list[TrackedLink]:
        """The tracked links in a text."""
        return await self.batched(self._links_of, message.key) or []

    async def _links_of(self, keys: list[UUID]) -> dict[UUID, list[TrackedLink]]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await links_of_messages(connection, nodes.viewer, keys)
        return {key: [link_node(nodes, view) for view in views] for key, views in found.items()}

    async def message_media(self, message: Message, *, info: Info) -> list[Media]:
        """The files in a text."""
        return await self.batched(self._media_of, message.key) or []

    async def _media_of(self, keys: list[UUID]) -> dict[UUID, list[Media]]:
        nodes, secret = await self.nodes(), self.context.services.secret
        async with self.connection() as connection:
            found = await media_of_messages(connection, nodes.viewer.tenant_id, keys)
        return {
            key: [media_node(nodes, row, secret, self.now) for row in rows] for key, rows in found.items()
        }

    async def message_status_history(self, message: Message, *, info: Info) -> list[MessageStatusChange]:
        """What the carrier reported about a text."""
        return await self.batched(self._statuses_of, message.key) or []

    async def _statuses_of(self, keys: list[UUID]) -> dict[UUID, list[MessageStatusChange]]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await statuses_of_messages(connection, nodes.viewer.tenant_id, keys)
        return {key: [nodes.status_change(row) for row in rows] for key, rows in found.items()}

    async def payment_request(self, key: UUID | None) -> PaymentRequest | None:
        """A payment request by its key."""
        return None if key is None else await self.batched(self._payments, key)

    async def _payments(self, keys: list[UUID]) -> dict[UUID, PaymentRequest]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await payments_by_id(connection, nodes.viewer, keys)
        return {key: payment_node(nodes, view) for key, view in found.items()}

    async def message_payment_request(self, message: Message, *, info: Info) -> PaymentRequest | None:
        """What a text asks to be paid."""
        return await self.payment_request(message.payment_key)

    async def consent_change_cause_payment(
        self, change: ConsentChange, *, info: Info
    ) -> PaymentRequest | None:
        """What the text before an opt-out asked to be paid."""
        return await self.payment_request(change.cause_payment_key)

    async def consent_change_cause_campaign(self, change: ConsentChange, *, info: Info) -> Campaign | None:
        """The campaign of the text before an opt-out."""
        return (await self.nodes()).campaign(change.cause_campaign_key)

    async def payment_request_location(self, request: PaymentRequest, *, info: Info) -> Location | None:
        """Where it was first texted."""
        return (await self.nodes()).location(request.location_key)

    async def payment_request_events(self, request: PaymentRequest, *, info: Info) -> list[PaymentEvent]:
        """What the provider reported about it."""
        rows = await self.batched(self._payment_events, request.key) or []
        return [payment_event_node(row, request) for row in rows]

    async def _payment_events(self, keys: list[UUID]) -> dict[UUID, list[PaymentEventRow]]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            return await events_of_payments(connection, nodes.viewer.tenant_id, keys)

    async def tracked_link(self, key: UUID) -> TrackedLink | None:
        """A link by its key."""
        return await self.batched(self._links, key)

    async def _links(self, keys: list[UUID]) -> dict[UUID, TrackedLink]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await links_by_id(connection, nodes.viewer, keys)
        return {key: link_node(nodes, view) for key, view in found.items()}

    async def tracked_link_click_events(
        self, link: TrackedLink, *, page: Page, info: Info
    ) -> LinkClickConnection:
        """Every click on it."""
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await clicks_page(connection, nodes.viewer.tenant_id, link.key, page)
        return LinkClickConnection.of(
            shown(found, click_node), lambda node: CLICKS_NEWEST_FIRST.cursor(node.at, node.key)
        )

    async def link_click(self, key: UUID) -> LinkClick | None:
        """A click by its key."""
        return await self.batched(self._clicks, key)

    async def _clicks(self, keys: list[UUID]) -> dict[UUID, LinkClick]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await clicks_by_id(connection, nodes.viewer, keys)
        return {key: click_node(row) for key, row in found.items()}

    async def media(self, key: UUID) -> Media | None:
        """A file by its key."""
        return await self.batched(self._media, key)

    async def _media(self, keys: list[UUID]) -> dict[UUID, Media]:
        nodes, secret = await self.nodes(), self.context.services.secret
        async with self.connection() as connection:
            found = await media_by_id(connection, nodes.viewer, keys)
        return {key: media_node(nodes, row, secret, self.now) for key, row in found.items()}
