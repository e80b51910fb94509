from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.report import ExclusionReason
from localmessages.rules.waits import WaitKind, WaitOutcome

if TYPE_CHECKING:
    from graph.types.campaign import Campaign
    from graph.types.contact import Contact
    from graph.types.conversation import Conversation
    from graph.types.location import Location
    from graph.types.message import Message
    from graph.types.user import User

describe(
    WaitKind,
    "Whose waiting it is.",
    INBOUND="The contact waited for us.",
    OUTBOUND="We waited for the contact.",
)


describe(
    WaitOutcome,
    "How a wait ended.",
    ANSWERED="By an answer.",
    TRANSFERRED="By a transfer; the next leg began at that instant elsewhere.",
    CLOSED_UNANSWERED="By closing without an answer.",
    OPTED_OUT="By an opt-out.",
    BLOCKED="By blocking the contact.",
    TOO_LATE="By 7 days without an answer of the contact.",
)


@strawberry.type(
    description=(
        "A stretch of waiting at one location: a leg of a customer's whole wait, which a transfer splits."
    )
)
class Wait(Node):
    conversation_key: strawberry.Private[UUID]
    question_key: strawberry.Private[UUID | None]
    answer_key: strawberry.Private[UUID | None]
    # What the edge says of it in the list that it was found in.
    counted_seconds: strawberry.Private[float | None]
    left_out: strawberry.Private[ExclusionReason | None]
    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: WaitKind = strawberry.field(description="Whose waiting.")
    outcome: WaitOutcome = strawberry.field(description="How it ended.")
    started_at: datetime = strawberry.field(
        description=(
            "When it began: at the first unanswered text, or at the transfer; `OUTBOUND`: at the first "
            "text of a run, the date by which it counts."
        )
    )
    ended_at: datetime = strawberry.field(
        description="When it ended; `INBOUND`: the date by which it counts."
    )
    elapsed_seconds: float = strawberry.field(description="All seconds.")
    open_seconds: float = strawberry.field(description="The seconds in which the location was open.")
    opened_out_of_hours: bool = strawberry.field(description="Whether the location was closed when it began.")
    reply_undelivered: bool = strawberry.field(description="Whether the text that answered it failed later.")
    customer_since: datetime = strawberry.field(description="When the whole wait began, before any transfer.")
    customer_elapsed_seconds: float = strawberry.field(description="All seconds of the whole wait.")
    customer_open_seconds: float = strawberry.field(
        description="Open seconds of the whole wait, each leg by its own location's hours."
    )
    legs: int = strawberry.field(description="How many legs the whole wait has so far.")
    location: Location = strawberry.field(description="Where it was.")
    agent: User | None = strawberry.field(
        description="Who answered; null when nobody did, or on our waiting for a campaign's answer."
    )
    campaign: Campaign | None = strawberry.field(
        description="The campaign whose text the contact answered; null otherwise."
    )
    contact: Contact = strawberry.field(description="The contact.")

    @strawberry.field(description="The conversation; null when it has moved where the viewer may not look.")
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.wait_conversation(self, info=info)

    @strawberry.field(description="The text that began it; null when the viewer may not see it.")
    async def question(self, info: Info) -> Message | None:
        return await info.context.load.wait_question(self, info=info)

    @strawberry.field(description="The text that ended it; null when none did.")
    async def answer(self, info: Info) -> Message | None:
        return await info.context.load.wait_answer(self, info=info)


@strawberry.type(description="An item in a list of waits.")
class WaitEdge:
    seconds: float | None = strawberry.field(
        description=("What went into the sample, under the report's `outOfHours`; null when left out.")
    )
    exclusion: ExclusionReason | None = strawberry.field(
        description="Why it was left out; null when it went in."
    )
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Wait = strawberry.field(description="The item.")


def _edge(cursor: str, node: Wait) -> WaitEdge:
    return WaitEdge(seconds=node.counted_seconds, exclusion=node.left_out, cursor=cursor, node=node)


@strawberry.type(description="A page of waits.")
class WaitConnection(Connection, edge=_edge):
    edges: list[WaitEdge] = computed("The waits of this page, each with its cursor.")
    nodes: list[Wait] = strawberry.field(description="The waits of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many waits there are on all pages.")
