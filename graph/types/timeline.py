from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.conversation import ConversationChangeKind

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.tag import Tag
    from graph.types.user import User


@strawberry.interface(
    description=(
        "Something that happened in a conversation. New kinds may be added: show an unknown one as a line "
        "with its time, or not at all."
    ),
)
class TimelineEntry(Node):
    conversation_key: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it happened; the timeline's order.")

    @strawberry.field(
        description="In which conversation; null when that has moved where the viewer may not look."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)


@strawberry.type(description="An item in a list of entries.")
class TimelineEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: TimelineEntry = strawberry.field(description="The item.")


@strawberry.type(description="A page of entries.")
class TimelineConnection(Connection, edge=TimelineEdge):
    edges: list[TimelineEdge] = computed("The entries of this page, each with its cursor.")
    nodes: list[TimelineEntry] = strawberry.field(description="The entries of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.type(description="An internal note. It is never sent, and never counted as a message.")
class Note(TimelineEntry):
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it was written.")
    by: User | None = strawberry.field(description="Who wrote it; null when an API key did.")
    body: str = strawberry.field(description="The text.")

    @strawberry.field(
        description="Where it was written; null when that has moved where the viewer may not look."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)


describe(
    ConversationChangeKind,
    "What was done to a conversation.",
    ASSIGNED="It got an assignee, or another one.",
    UNASSIGNED="Its assignee was taken off.",
    CLOSED="It was closed.",
    MERGED="It was closed because a transfer brought another one in its place.",
    REOPENED="It was opened again, by a person or by a text.",
    SNOOZED="It was put to sleep.",
    WOKEN="It came back, by time or by a text.",
    MUTED="Its alerts were turned off.",
    UNMUTED="Its alerts were turned on.",
    TAGGED="It got a tag.",
    UNTAGGED="It lost a tag.",
    BLOCKED="Its contact was blocked.",
    UNBLOCKED="Its contact was unblocked.",
)


@strawberry.type(description="A change of a conversation other than a text, note, transfer or consent.")
class ConversationChange(TimelineEntry):
    merged_key: strawberry.Private[UUID | None] = None
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it was done.")
    kind: ConversationChangeKind = strawberry.field(description="What was done.")
    by: User | None = strawberry.field(
        description="Who did it; null when an API key, a text or the clock did."
    )
    assignee: User | None = strawberry.field(description="The new assignee; null unless `ASSIGNED`.")
    tag: Tag | None = strawberry.field(
        description="The tag; null unless `TAGGED` or `UNTAGGED`, or when it was deleted since."
    )
    snoozed_until: datetime | None = strawberry.field(
        description="Until when it sleeps; null unless `SNOOZED`."
    )

    @strawberry.field(description="What was changed; null when it has moved where the viewer may not look.")
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)

    @strawberry.field(description="The conversation that goes on; null unless `MERGED`.")
    async def merged_into(self, info: Info) -> Conversation | None:
        return await info.context.load.conversation_change_merged_into(self, info=info)
