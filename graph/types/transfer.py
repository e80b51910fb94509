from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.inputs import NullIfLeftOut
from graph.types.timeline import TimelineEntry

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.conversation import Conversation
    from graph.types.message import Message, MessagePreview
    from graph.types.place import Place
    from graph.types.refusal import UserError
    from graph.types.user import User
    from graph.types.window import InstantRangeInput


@strawberry.type(
    description=(
        "A move of a conversation to another location. The conversation moves; what was sent and counted "
        "stays where it was."
    ),
)
class Transfer(TimelineEntry):
    notice_key: strawberry.Private[UUID | None] = None
    merged_key: strawberry.Private[UUID | None] = None
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it moved.")
    contact: Contact = strawberry.field(description="The customer.")
    from_: Place = strawberry.field(name="from", description="Where it was.")
    to: Place = strawberry.field(description="Where it went.")
    by: User | None = strawberry.field(description="Who moved it; null when an API key did.")
    note: str | None = strawberry.field(
        description="The internal note for the receiving team; null when none was written."
    )
    undoable_until: datetime | None = strawberry.field(
        description=(
            "Until when `undoTransfer` works, as long as nothing is sent; null when it no longer does."
        ),
    )
    undone_at: datetime | None = strawberry.field(description="When it was undone; null when it was not.")

    @strawberry.field(description="The conversation; null when it is now where the viewer may not look.")
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)

    @strawberry.field(description="The text to the customer, from the old number; null when none was sent.")
    async def notice(self, info: Info) -> Message | None:
        return await info.context.load.transfer_notice(self, info=info)

    @strawberry.field(
        description=(
            "The conversation at the destination that closed in favour of this one; null when there was none."
        ),
    )
    async def merged_conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.transfer_merged_conversation(self, info=info)


@strawberry.type(description="An item in a list of transfers.")
class TransferEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Transfer = strawberry.field(description="The item.")


@strawberry.type(description="A page of transfers.")
class TransferConnection(Connection, edge=TransferEdge):
    edges: list[TransferEdge] = computed("The transfers of this page, each with its cursor.")
    nodes: list[Transfer] = strawberry.field(description="The transfers of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.input(description="Which transfers; all given conditions must hold.")
class TransferFilter(NullIfLeftOut):
    from_location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those that left one of these locations.",
    )
    to_location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those that went to one of these locations.",
    )
    user_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those made by one of these people.",
    )
    between: InstantRangeInput | None = strawberry.field(default=UNSET, description="Those in this range.")


@strawberry.type(description="What a transfer would do.")
class TransferPreview:
    from_: Place = strawberry.field(
        name="from",
        description="Where the conversation is; its number sends the notice.",
    )
    to: Place = strawberry.field(description="Where it would go; its number sends everything after.")
    notice: MessagePreview | None = strawberry.field(
        description=(
            "The text to the customer and its cost; null when it could not be sent, as after an opt-out."
        ),
    )
    merges: bool = strawberry.field(
        description=(
            "Whether the destination has an open conversation with the contact, which would close in "
            "favour of this one."
        ),
    )
    keeps_assignee: bool = strawberry.field(
        description=(
            "Whether the assignee works at the destination too and keeps it; true when there is none."
        ),
    )
    waiting_since: datetime | None = strawberry.field(
        description="The wait whose leg would end here and begin there; null when nobody waits."
    )
    opted_out_at: datetime | None = strawberry.field(
        description="Since when the contact has opted out; null when not."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why the transfer would be refused; empty when it would not."
    )
