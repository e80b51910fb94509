from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import URL, PhoneNumber
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.node import Node
from graph.types.timeline import TimelineEntry
from localmessages.rules.consent import Keyword
from localmessages.rules.delivery import FailureReason, MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.segments import TextEncoding

if TYPE_CHECKING:
    from graph.types.campaign import Campaign
    from graph.types.conversation import Conversation
    from graph.types.link import TrackedLink
    from graph.types.payment import PaymentRequest
    from graph.types.place import Place
    from graph.types.user import User

describe(
    MessageDirection,
    "Which way a text went.",
    INBOUND="From the contact to the business.",
    OUTBOUND="From the business to the contact.",
)

describe(
    MessageOrigin,
    "What caused an outbound text.",
    AGENT="A person, also through an API key.",
    CAMPAIGN="A campaign.",
    AUTO="An automatic reply.",
    SYSTEM="The product itself: a transfer notice, a confirmation of an opt-out, the answer to HELP.",
)

describe(
    MessageStatus,
    (
        "How far a text has come, in rising order. What is final never goes back, and failure wins over "
        "delivery."
    ),
    RECEIVED="Inbound, arrived here.",
    QUEUED="Stored; the carrier does not have it yet.",
    SENDING="Handed to the carrier.",
    SENT="On its way. Without a receipt after 72 hours still so, and reported as pending.",
    DELIVERED="On the contact's phone.",
    READ="Read by the contact, where the channel tells.",
    UNDELIVERED="Given up on the way.",
    FAILED="Refused by the carrier, or impossible to hand over.",
)

describe(
    FailureReason,
    "Why a text did not arrive, in words that a person can act on.",
    UNREACHABLE="Phone off or out of reach (30003).",
    CARRIER_BLOCKED="Blocked between the carriers or by the recipient's plan (30004).",
    UNKNOWN_NUMBER="There is no such number (30005).",
    LANDLINE="A landline, or a carrier that takes no texts (30006, 21614).",
    FILTERED="Taken for spam (30007).",
    OPTED_OUT="The carrier knows of an opt-out (21610).",
    UNKNOWN="The carrier gave no reason (30008), or no code came.",
    OTHER="Another code; see it.",
)

describe(
    TextEncoding,
    "How a text is encoded, which decides how much fits into a segment.",
    GSM_7="160 characters in one segment, 153 in each of several.",
    UCS_2="70 UTF-16 units in one segment, 67 in each of several.",
)

describe(
    Keyword,
    "What a text that is nothing but a keyword asks for. It opens no wait.",
    OPT_OUT="STOP and its like.",
    OPT_IN="START and its like; YES while opted out.",
    HELP="HELP or INFO.",
)


@strawberry.type(description="An image or file in a text.")
class Media(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    url: URL = strawberry.field(description="Where to get it, for an hour: signed, never shown as a page.")
    thumbnail_url: URL | None = strawberry.field(description="A small image of it; null when it is no image.")
    filename: str | None = strawberry.field(description="What its sender called it; null when they did not.")
    content_type: str = strawberry.field(
        description="Its type, found by looking inside, such as `image/jpeg`."
    )
    bytes: int = strawberry.field(description="Its size.")
    width: int | None = strawberry.field(description="In pixels; null when it is no image.")
    height: int | None = strawberry.field(description="In pixels; null when it is no image.")


@strawberry.type(description="A report of the carrier about a text.")
class MessageStatusChange:
    at: datetime = strawberry.field(description="When it came in.")
    status: MessageStatus = strawberry.field(description="What it said.")
    failure_code: str | None = strawberry.field(description="The code that came with it; null when none did.")
    applied: bool = strawberry.field(
        description="Whether it changed the status; false when late, repeated or outranked."
    )


@strawberry.type(
    description=(
        "A text, either way. What it is stamped with never changes, also when its conversation moves."
    ),
)
class Message(TimelineEntry, FromRow):
    payment_key: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The carrier's id; null until the carrier has taken it."
    )
    at: datetime = strawberry.field(description="When it was received, or accepted for sending.")
    direction: MessageDirection = strawberry.field(description="Which way it went.")
    origin: MessageOrigin | None = strawberry.field(description="What caused it; null when inbound.")
    body: str = strawberry.field(description="The text as sent or received; empty when there is only media.")
    from_number: PhoneNumber = strawberry.field(description="The sender's number.")
    to_number: PhoneNumber = strawberry.field(description="The recipient's number.")
    received_on: PhoneNumber | None = strawberry.field(
        description=(
            "The old number, when the customer answered on one that the conversation has left; null "
            "otherwise."
        ),
    )
    place: Place = strawberry.field(
        description="Where it was sent or received. It stays with that location's figures."
    )
    agent: User | None = strawberry.field(
        description=(
            "The person who sent it, or caused it, such as the notice of their transfer; null when nobody "
            "did."
        ),
    )
    campaign: Campaign | None = strawberry.field(description="The campaign that sent it; null when none did.")
    status: MessageStatus = strawberry.field(description="How far it has come.")
    status_at: datetime = strawberry.field(description="When it came that far.")
    failure_reason: FailureReason | None = strawberry.field(
        description="Why it did not arrive; null unless `UNDELIVERED` or `FAILED`."
    )
    failure_code: str | None = strawberry.field(
        description="The carrier's code, such as `30003`; null unless failed with one."
    )
    keyword: Keyword | None = strawberry.field(description="Which keyword it is; null when it is none.")
    encoding: TextEncoding = strawberry.field(description="How it is encoded.")
    segments: int = strawberry.field(description="How many segments it takes; what the carrier charges.")

    @strawberry.field(
        description="The conversation it stands in; null when that has moved where the viewer may not look."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)

    @strawberry.field(description="Images and files in it.")
    async def media(self, info: Info) -> list[Media]:
        return await info.context.load.message_media(self, info=info)

    @strawberry.field(description="Tracked links in it, in the order of the text.")
    async def links(self, info: Info) -> list[TrackedLink]:
        return await info.context.load.message_links(self, info=info)

    @strawberry.field(description="What it asks to be paid; null when it asks for nothing.")
    async def payment_request(self, info: Info) -> PaymentRequest | None:
        return await info.context.load.message_payment_request(self, info=info)

    @strawberry.field(description="Every report of the carrier, as it came in. Read one text at a time.")
    async def status_history(self, info: Info) -> list[MessageStatusChange]:
        return await info.context.load.message_status_history(self, info=info)


@strawberry.type(description="An item in a list of messages.")
class MessageEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Message = strawberry.field(description="The item.")


@strawberry.type(description="A page of messages.")
class MessageConnection(Connection, edge=MessageEdge):
    edges: list[MessageEdge] = computed("The messages of this page, each with its cursor.")
    nodes: list[Message] = strawberry.field(description="The messages of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.type(description="What a text would be and cost, before it is sent.")
class MessagePreview:
    body: str = strawberry.field(
        description="The text as it would go out: placeholders filled, links shortened."
    )
    encoding: TextEncoding = strawberry.field(description="How it would be encoded.")
    segments: int = strawberry.field(description="How many segments it would take. 0 when empty.")
    length: int = strawberry.field(
        description="Its length in units of the encoding; `^{}[]~\\|€` count two in GSM-7."
    )
    remaining: int = strawberry.field(description="How many units are left in the last segment.")
    special_characters: list[str] = strawberry.field(
        description="The characters that keep it out of GSM-7; empty when it fits."
    )
