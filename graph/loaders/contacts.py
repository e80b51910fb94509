"""Reads of contacts."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.ids import expect_id, expect_ids
from graph.loaders.reads import Reads, checked_search, shown, too_many
from graph.types.contact import Contact, ContactConnection, ContactFilter, ContactOrder
from graph.types.link import TrackedLink
from graph.types.payment import PaymentRequest
from localmessages.reports.contacts import (
    WantedContacts,
    contact_order,
    contacts_by_id,
    contacts_page,
    known_contacts,
)
from localmessages.reports.keyset import Page

MOST_PHONES = 500


class ContactReads(Reads):
    """Customers whom somebody has talked to at a location of the viewer."""

    async def query_contacts(
        self, *, filter: ContactFilter | None, order_by: ContactOrder, page: Page, info: Info
    ) -> ContactConnection:
        """A page of them."""
        nodes = await self.nodes()
        order = contact_order(order_by.field, order_by.direction)
        async with self.connection() as connection:
            found, cursors = await contacts_page(connection, nodes.viewer, _wanted(filter), page, order)
        return ContactConnection.of(shown(found, nodes.contact), lambda node: cursors[node.key])

    async def query_contact(self, *, id: str, info: Info) -> Contact | None:
        """One by its id."""
        return await self.contact(expect_id("Contact", id))

    async def contact(self, key: UUID) -> Contact | None:
        """One by its key, unless it is hidden."""
        return await self.batched(self._contacts, key)

    async def _contacts(self, keys: list[UUID]) -> dict[UUID, Contact]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await contacts_by_id(connection, nodes.viewer, keys)
        return {key: nodes.contact(row) for key, row in found.items()}

    async def tracked_link_contact(self, link: TrackedLink, *, info: Info) -> Contact:
        """Who got the link."""
        return await self._of_something_seen(link.contact_key)

    async def payment_request_contact(self, request: PaymentRequest, *, info: Info) -> Contact:
        """Who is asked to pay."""
        return await self._of_something_seen(request.contact_key)

    async def _of_something_seen(self, key: UUID) -> Contact:
        contact = await self.batched(self._known_contacts, key)
        assert contact is not None, "a contact is never deleted"
        return contact

    async def _known_contacts(self, keys: list[UUID]) -> dict[UUID, Contact]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await known_contacts(connection, nodes.viewer.tenant_id, keys)
        return {key: nodes.contact(row) for key, row in found.items()}


def _wanted(given: ContactFilter | None) -> WantedContacts:
    if given is None:
        return WantedContacts()
    if given.phones is not None and len(given.phones) > MOST_PHONES:
        raise too_many("phones", len(given.phones), MOST_PHONES)
    tags = given.tags
    return WantedContacts(
        search=checked_search(given.search),
        phones=given.phones,
        opted_out=given.opted_out,
        blocked=given.blocked,
        undeliverable=given.undeliverable,
        location_ids=None if given.location_ids is None else expect_ids("Location", given.location_ids),
        any_tags=None if tags is None or tags.any_of is None else expect_ids("Tag", tags.any_of),
        all_tags=None if tags is None or tags.all_of is None else expect_ids("Tag", tags.all_of),
    )
