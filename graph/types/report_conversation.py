from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import PhoneNumber
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.report import ReportConversationKind

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.conversation import Conversation

describe(
    ReportConversationKind,
    "Which conversations of a report.",
    HELD="Those of the tile Total Conversations Held.",
    WITH_PAY_BY_TEXT="Those of the tile Total Conversations with PBT.",
)


@strawberry.type(description="A conversation as far as a report is about it.")
class ReportConversation(Node):
    id: strawberry.ID = strawberry.field(description="The global id of the row; `conversation` has its own.")
    name: str = strawberry.field(
        description="The contact's first and last name; the formatted number when unknown."
    )
    phone: PhoneNumber = strawberry.field(description="The contact's number.")
    inbound_messages: int = strawberry.field(description="The contact's texts in the window.")
    outbound_messages: int = strawberry.field(description="The texts of people and campaigns in the window.")
    first_at: datetime = strawberry.field(description="The first of these texts.")
    last_at: datetime = strawberry.field(description="The last of these texts.")
    contact: Contact = strawberry.field(description="The contact.")

    @strawberry.field(
        description="The conversation itself; null when it has moved where the viewer may not look."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.report_conversation_conversation(self, info=info)


@strawberry.type(description="An item in a list of conversations.")
class ReportConversationEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: ReportConversation = strawberry.field(description="The item.")


@strawberry.type(description="A page of conversations.")
class ReportConversationConnection(Connection, edge=ReportConversationEdge):
    edges: list[ReportConversationEdge] = computed("The conversations of this page, each with its cursor.")
    nodes: list[ReportConversation] = strawberry.field(
        description="The conversations of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many conversations there are on all pages.")
