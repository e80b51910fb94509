from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, Connection, First, Last, PageInfo, computed, page
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut, given
from graph.types.node import Node
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.ordering import ConversationOrderField, OrderDirection

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.location import Location
    from graph.types.message import Message
    from graph.types.place import PlaceConnection
    from graph.types.presence import Presence
    from graph.types.tag import Tag, TagFilter
    from graph.types.timeline import TimelineConnection
    from graph.types.transfer import Transfer, TransferPreview
    from graph.types.user import User

describe(
    ConversationStatus,
    "Where a conversation stands.",
    OPEN="In the inbox.",
    SNOOZED="Out of the inbox until `snoozedUntil`; a customer's text wakes it earlier.",
    CLOSED="Done. A text within the account's `reopenWithinDays` opens it again.",
)


@strawberry.type(
    description=(
        "Everything said between a contact and the business at one location. At most one is open or "
        "snoozed per contact and location."
    ),
)
class Conversation(Node, FromRow):
    contact_key: strawberry.Private[UUID]
    merged_key: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="The global id.")
    contact: Contact = strawberry.field(description="The customer.")
    location: Location = strawberry.field(description="Where it is now; a transfer changes it.")
    status: ConversationStatus = strawberry.field(description="Open, snoozed or closed.")
    assignee: User | None = strawberry.field(description="Who looks after it; null when nobody does.")
    tags: list[Tag] = strawberry.field(description="Its tags now, by name.")
    unread_count: int = strawberry.field(
        description=(
            "Texts and notes that the viewer has not read. The one figure here that depends on the viewer: "
            "leave it out of shared subscriptions and add up from events."
        ),
    )
    last_message: Message | None = strawberry.field(
        description="The latest text either way; null before the first."
    )
    last_activity_at: datetime = strawberry.field(
        description="When something last happened in it: a text, a note, a transfer. The inbox's order."
    )
    waiting_since: datetime | None = strawberry.field(
        description=(
            "When the oldest text came that nobody has answered yet, over all legs of a transfer; null "
            "when nobody waits."
        ),
    )
    answered: bool = strawberry.field(description="Whether a person has ever sent something in it.")
    muted: bool = strawberry.field(description="Whether it alerts nobody.")
    snoozed_until: datetime | None = strawberry.field(
        description="When it comes back to the inbox; null unless snoozed."
    )
    closed_at: datetime | None = strawberry.field(description="When it was closed; null unless closed.")
    version: int = strawberry.field(
        description=(
            "Rises with every change of it or of its timeline. Give it as `expectedVersion` to be told "
            "when a colleague was faster."
        ),
    )
    created_at: datetime = strawberry.field(description="When it began.")

    @strawberry.field(
        description="The conversation that goes on in its place after a transfer met it; null unless merged."
    )
    async def merged_into(self, info: Info) -> Conversation | None:
        return await info.context.load.conversation_merged_into(self, info=info)

    @strawberry.field(
        description=(
            "Texts, notes, transfers, changes and consent in one order, oldest first: `last: 50` is the "
            "newest page. The whole history, also from before a transfer."
        ),
    )
    async def timeline(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TimelineConnection:
        return await info.context.load.conversation_timeline(
            self, page=page(first, after, last, before), info=info
        )

    @strawberry.field(description="Every move, oldest first.")
    async def transfers(self, info: Info) -> list[Transfer]:
        return await info.context.load.conversation_transfers(self, info=info)

    @strawberry.field(
        description=(
            "Other conversations with the same contact that the viewer may see, latest activity first."
        ),
    )
    async def earlier(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConversationConnection:
        return await info.context.load.conversation_earlier(
            self, page=page(first, after, last, before), info=info
        )

    @strawberry.field(description="Who else looks at it or types in it at this moment.")
    async def presence(self, info: Info) -> list[Presence]:
        found: list[Presence] = await info.context.load.presence(self.key)
        return found

    @strawberry.field(
        description=(
            "Where it can be sent: every other active location of the account tree, head offices first, "
            "then by name."
        ),
    )
    async def transfer_destinations(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Part of the name or number.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PlaceConnection:
        return await info.context.load.conversation_transfer_destinations(
            self, search=given(search), page=page(first, after, last, before), info=info
        )

    @strawberry.field(description="What a transfer would do, without doing it.")
    async def transfer_preview(
        self,
        info: Info,
        to: Annotated[
            strawberry.ID, strawberry.argument(description="The destination: a `Place` or a `Location`.")
        ],
        notice: Annotated[
            str | None, strawberry.argument(description="The text for the customer; left out, the account's.")
        ] = UNSET,
    ) -> TransferPreview:
        return await info.context.load.conversation_transfer_preview(
            self, to=to, notice=given(notice), info=info
        )


@strawberry.type(description="An item in a list of conversations.")
class ConversationEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Conversation = strawberry.field(description="The item.")


@strawberry.type(description="A page of conversations.")
class ConversationConnection(Connection, edge=ConversationEdge):
    edges: list[ConversationEdge] = computed("The conversations of this page, each with its cursor.")
    nodes: list[Conversation] = strawberry.field(
        description="The conversations of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.input(one_of=True, description="Who looks after a conversation: exactly one of these.")
class AssigneeFilter(NullIfLeftOut):
    me: bool | None = strawberry.field(
        default=UNSET,
        description="The viewer, or with false anyone but the viewer.",
    )
    nobody: bool | None = strawberry.field(default=UNSET, description="Nobody, or with false anybody.")
    user_ids: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="One of these people.")


@strawberry.input(description="Which conversations; all given conditions must hold.")
class ConversationFilter(NullIfLeftOut):
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those at one of these locations; left out, at all that the viewer sees.",
    )
    statuses: list[ConversationStatus] | None = strawberry.field(
        default=UNSET,
        description="Those in one of these states; left out, all.",
    )
    assignee: AssigneeFilter | None = strawberry.field(default=UNSET, description="By who looks after them.")
    tags: TagFilter | None = strawberry.field(default=UNSET, description="Those that have these tags now.")
    waiting: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Those with, or without, an unanswered text. True with `statuses: [OPEN]` is New Inbound "
            "Conversations."
        ),
    )
    active: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Those that are, or are not, counted as Active Conversations: open, with a real text of the "
            "customer or of a person."
        ),
    )
    unread: bool | None = strawberry.field(
        default=UNSET,
        description="Those with, or without, something that the viewer has not read.",
    )
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Those with this contact.")
    search: str | None = strawberry.field(
        default=UNSET,
        description="Words of a text, or part of a name or number. At least 2 characters.",
    )


describe(
    ConversationOrderField,
    "What conversations are sorted by.",
    LAST_ACTIVITY_AT="When something last happened.",
    WAITING_SINCE="How long the customer has waited; those who do not wait come last.",
)


@strawberry.input(description="How conversations are sorted.")
class ConversationOrder:
    field: ConversationOrderField = strawberry.field(
        default=ConversationOrderField.LAST_ACTIVITY_AT,
        description="By what.",
    )
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC,
        description="Which end comes first.",
    )
