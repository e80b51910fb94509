"""Reads before a transfer: where a conversation can go, and what that would do."""

from __future__ import annotations

from strawberry import Info

from graph.errors import ErrorCode, coded
from graph.ids import expect_id
from graph.loaders.reads import Reads, shown
from graph.loaders.texts import preview_of
from graph.refusals import user_error
from graph.types.conversation import Conversation
from graph.types.place import PlaceConnection
from graph.types.refusal import UserError
from graph.types.transfer import TransferPreview
from localmessages.actions.actor import Actor
from localmessages.actions.transfers import TransferRequest, check_texts, keeps_assignee, notice_text
from localmessages.reports.keyset import Page
from localmessages.reports.listing import Listing
from localmessages.reports.search import contains
from localmessages.reports.transfers import preview_facts
from localmessages.rules import records
from localmessages.rules.access import Role
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Place
from localmessages.rules.refusal import NotAllowed, Refused
from localmessages.rules.transfer import check_transfer

DESTINATIONS = Listing[Place](
    "transfer destinations",
    ("boolean", "text", "uuid"),
    lambda place: (place.kind is not LocationKind.HEAD_OFFICE, place.name.casefold(), place.id),
)


class TransferPreviewReads(Reads):
    """What is asked before a conversation is moved."""

    async def conversation_transfer_destinations(
        self, conversation: Conversation, *, search: str | None, page: Page, info: Info
    ) -> PlaceConnection:
        """Every other active location of the tree, head offices first, then by name."""
        nodes = await self.nodes()
        places = nodes.catalogue.places
        found = [
            place
            for place in places.values()
            if place.active
            and place.id != conversation.location.key
            and (search is None or contains(search, place.name, *(each.number for each in place.numbers)))
        ]
        return PlaceConnection.of(
            shown(DESTINATIONS.page(found, page), lambda place: nodes.place(place.id)),
            lambda node: DESTINATIONS.cursor(places[node.key]),
        )

    async def conversation_transfer_preview(
        self, conversation: Conversation, *, to: str, notice: str | None, info: Info
    ) -> TransferPreview:
        """What a transfer would do."""
        nodes = await self.nodes()
        places, viewer = nodes.catalogue.places, nodes.viewer
        origin, target = places[conversation.location.key], places.get(expect_id(("Place", "Location"), to))
        if target is None:
            raise coded(ErrorCode.BAD_USER_INPUT, "There is no such location in the account tree.")
        async with self.connection() as connection:
            facts = await preview_facts(connection, viewer.tenant_id, conversation.contact_key, target.id)
        actor = Actor(self.context.services, viewer, nodes.catalogue, self.now)
        record = _record(conversation, origin)
        text = notice_text(origin, target, notice)
        can_be_told = facts.opted_out_at is None and facts.blocked_at is None
        return TransferPreview(
            from_=nodes.place(origin.id),
            to=nodes.place(target.id),
            notice=preview_of(text, origin, nodes.public_url) if can_be_told else None,
            merges=facts.meets_another and target.id != origin.id,
            keeps_assignee=keeps_assignee(actor, record, target),
            waiting_since=conversation.waiting_since,
            opted_out_at=facts.opted_out_at,
            user_errors=await _refusals(actor, record, origin, target, notice, info),
        )


async def _refusals(
    actor: Actor, record: records.Conversation, origin: Place, target: Place, notice: str | None, info: Info
) -> list[UserError]:
    try:
        if not actor.viewer.may(Role.AGENT, origin.id):
            raise NotAllowed(field=["conversationId"])
        check_texts(TransferRequest(target.id, notice=notice))
        check_transfer(record, origin, target)
    except Refused as no:
        return [await user_error(no, info)]
    return []


def _record(node: Conversation, place: Place) -> records.Conversation:
    return records.Conversation(
        tenant_id=place.tenant_id,
        id=node.key,
        location_id=place.id,
        contact_id=node.contact_key,
        created_at=node.created_at,
        last_activity_at=node.last_activity_at,
        status=node.status,
        assignee_id=node.assignee.key if node.assignee else None,
    )
