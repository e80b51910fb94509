from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, Connection, First, Last, PageInfo, computed, page
from graph.scalars import PhoneNumber
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.ordering import ContactOrderField, OrderDirection

if TYPE_CHECKING:
    from graph.types.consent import ConsentChangeConnection
    from graph.types.conversation import ConversationConnection
    from graph.types.tag import TagFilter


@strawberry.type(description="A customer: one per telephone number in the whole account tree.")
class Contact(Node, FromRow):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that it was imported from; null when made here."
    )
    name: str = strawberry.field(
        description="First and last name; the formatted number when no name is known."
    )
    first_name: str | None = strawberry.field(
        description="First name, used for `{first_name}`; null when unknown."
    )
    last_name: str | None = strawberry.field(
        description="Last name, used for `{last_name}`; null when unknown."
    )
    phone: PhoneNumber = strawberry.field(description="The number.")
    opted_out_at: datetime | None = strawberry.field(
        description="Since when nothing may be sent, from any location of the tree; null when it may."
    )
    blocked_at: datetime | None = strawberry.field(
        description=(
            "Since when the contact is blocked: their texts are kept, open nothing and alert nobody; null "
            "when not blocked."
        ),
    )
    undeliverable_at: datetime | None = strawberry.field(
        description=(
            "Since when the carrier calls the number impossible, such as a landline; null when it is fine."
        ),
    )
    created_at: datetime = strawberry.field(description="When the first text or import made it known.")

    @strawberry.field(
        description="All conversations with the contact that the viewer may see, latest activity first."
    )
    async def conversations(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConversationConnection:
        return await info.context.load.contact_conversations(
            self, page=page(first, after, last, before), info=info
        )

    @strawberry.field(description="Every opt-out and opt-in, newest first.")
    async def consent_changes(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConsentChangeConnection:
        return await info.context.load.contact_consent_changes(
            self, page=page(first, after, last, before), info=info
        )


@strawberry.type(description="An item in a list of contacts.")
class ContactEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Contact = strawberry.field(description="The item.")


@strawberry.type(description="A page of contacts.")
class ContactConnection(Connection, edge=ContactEdge):
    edges: list[ContactEdge] = computed("The contacts of this page, each with its cursor.")
    nodes: list[Contact] = strawberry.field(description="The contacts of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.input(description="Which contacts; all given conditions must hold.")
class ContactFilter(NullIfLeftOut):
    search: str | None = strawberry.field(default=UNSET, description="Part of the name or number.")
    phones: list[PhoneNumber] | None = strawberry.field(
        default=UNSET,
        description="Those with one of these numbers; at most 500.",
    )
    opted_out: bool | None = strawberry.field(
        default=UNSET,
        description="Those who have, or have not, opted out.",
    )
    blocked: bool | None = strawberry.field(default=UNSET, description="Those who are, or are not, blocked.")
    undeliverable: bool | None = strawberry.field(
        default=UNSET,
        description="Those whose number cannot, or can, be reached.",
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those with a conversation at one of these locations.",
    )
    tags: TagFilter | None = strawberry.field(
        default=UNSET,
        description="Those with a conversation that has these tags now.",
    )


describe(
    ContactOrderField,
    "What contacts are sorted by.",
    NAME="The name.",
    CREATED_AT="When the contact became known.",
)


@strawberry.input(description="How contacts are sorted.")
class ContactOrder:
    field: ContactOrderField = strawberry.field(default=ContactOrderField.NAME, description="By what.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC,
        description="Which end comes first.",
    )
