"""Reads of texts that are to be sent, and of those that never left."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry import Info

from graph.ids import expect_id, expect_ids
from graph.loaders.reads import Reads, seen_locations, shown
from graph.types.message import MessageConnection, MessagePreview
from localmessages.reports.conversations import Beside, ConversationView, conversations_by_id
from localmessages.reports.keyset import Page
from localmessages.reports.messages import MESSAGES_NEWEST_FIRST, unsent_page
from localmessages.rules.account import fill_placeholders
from localmessages.rules.linking import link_base, preview
from localmessages.rules.place import Place
from localmessages.rules.segments import measure

CONTACT_ALONE = Beside(last_message=False, read_mark=False)


def preview_of(text: str, place: Place | None, public_url: str) -> MessagePreview:
    """What a text takes on the air when it goes out from a place; None: from one without a link domain."""
    body = preview(text, link_base(place, public_url), public_url)
    size = measure(body)
    return MessagePreview(
        body=body,
        encoding=size.encoding,
        segments=size.segments,
        length=size.length,
        remaining=size.remaining,
        special_characters=list(size.special_characters),
    )


class TextReads(Reads):
    """What a text would cost, and what could not be handed over."""

    async def query_message_preview(
        self, *, body: str, conversation_id: str | None, info: Info
    ) -> MessagePreview:
        """A text as it would go out; placeholders stay where no conversation that is seen fills them."""
        nodes = await self.nodes()
        if conversation_id is None:
            return preview_of(body, None, nodes.public_url)
        key = expect_id("Conversation", conversation_id)
        async with self.connection() as connection:
            found = await conversations_by_id(connection, nodes.viewer, [key], CONTACT_ALONE)
        if key not in found:
            return preview_of(body, None, nodes.public_url)
        place = nodes.catalogue.places[found[key].conversation.location_id]
        return preview_of(_filled(body, found[key], place), place, nodes.public_url)

    async def query_unsent_messages(
        self, *, location_ids: Sequence[str] | None, page: Page, info: Info
    ) -> MessageConnection:
        """Texts of the viewer's locations that no attempt could hand over."""
        nodes = await self.nodes()
        asked = None if location_ids is None else expect_ids("Location", location_ids)
        places = seen_locations(nodes.viewer.location_ids, asked)
        async with self.connection() as connection:
            found = await unsent_page(connection, nodes.viewer.tenant_id, places, page)
        return MessageConnection.of(
            shown(found, nodes.message), lambda node: MESSAGES_NEWEST_FIRST.cursor(node.at, node.key)
        )


def _filled(body: str, view: ConversationView, place: Place) -> str:
    contact = view.contact
    return fill_placeholders(
        body,
        first_name=(contact and contact.first_name) or "",
        last_name=(contact and contact.last_name) or "",
        location=place.name,
        number=place.number,
        business=place.business,
    )
