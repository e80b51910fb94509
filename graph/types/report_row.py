from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import URL, PhoneNumber
from graph.types.enums import describe
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.delivery import FailureReason, MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.payments import CardBrand
from localmessages.rules.report import ReportColumn

if TYPE_CHECKING:
    from graph.types.campaign import Campaign
    from graph.types.contact import Contact
    from graph.types.conversation import Conversation
    from graph.types.location import Location
    from graph.types.message import Message
    from graph.types.money import Money
    from graph.types.user import User


@strawberry.type(description="A text in the table of a Messages Report, with the columns ready to show.")
class ReportRow(Node):
    conversation_key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="The global id of the row; `message` has its own.")
    sent_at: datetime = strawberry.field(description="Date Sent: when it was sent or received.")
    name: str = strawberry.field(
        description="Name: the contact's first and last name; the formatted number when unknown."
    )
    phone: PhoneNumber = strawberry.field(description="The contact's number.")
    direction: MessageDirection = strawberry.field(description="Which way it went.")
    origin: MessageOrigin | None = strawberry.field(description="What caused it; null when inbound.")
    status: MessageStatus = strawberry.field(description="How far it has come.")
    failure_reason: FailureReason | None = strawberry.field(
        description="Why it did not arrive; null unless it failed."
    )
    failure_code: str | None = strawberry.field(
        description="The carrier's code; null unless failed with one."
    )
    body: str = strawberry.field(description="The text.")
    link: URL | None = strawberry.field(
        description=(
            "Link: where the link in it leads; with several, the pay-by-text one, else the first; null "
            "without one."
        )
    )
    clicked: bool | None = strawberry.field(
        description="Clicked: whether a person clicked a link in it, or paid; null without a link."
    )
    invoice: str | None = strawberry.field(
        description=(
            "Invoice: the number of the bill that it asks to be paid; null when it asks for nothing."
        )
    )
    paid: bool | None = strawberry.field(
        description="Paid: whether that bill is paid; null when it asks for nothing."
    )
    amount: Money | None = strawberry.field(
        description="Amount: what was paid; null until then, or when it asks for nothing."
    )
    card_type: CardBrand | None = strawberry.field(
        description="Card Type: what it was paid with; null until then."
    )
    paid_at: datetime | None = strawberry.field(description="Date Paid: when it was paid; null until then.")
    campaign: Campaign | None = strawberry.field(
        description="Campaign: the one that sent it; null when none did."
    )
    agent: User | None = strawberry.field(
        description=("The person who sent or caused it, also when they have left; null when nobody did.")
    )
    location: Location = strawberry.field(description="Where it was sent or received.")
    contact: Contact = strawberry.field(description="The contact.")
    message: Message = strawberry.field(description="The text itself, with history and media.")

    @strawberry.field(description="Its conversation; null when that has moved where the viewer may not look.")
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.report_row_conversation(self, info=info)


@strawberry.type(description="An item in a list of rows.")
class ReportRowEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: ReportRow = strawberry.field(description="The item.")


@strawberry.type(description="A page of rows.")
class ReportRowConnection(Connection, edge=ReportRowEdge):
    edges: list[ReportRowEdge] = computed("The rows of this page, each with its cursor.")
    nodes: list[ReportRow] = strawberry.field(description="The rows of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many rows there are on all pages.")


@strawberry.input(description="Which rows of a report; all given conditions must hold.")
class ReportRowFilter(NullIfLeftOut):
    direction: MessageDirection | None = strawberry.field(
        default=UNSET, description="Those that went this way."
    )
    origins: list[MessageOrigin] | None = strawberry.field(
        default=UNSET, description="Those caused by one of these."
    )
    statuses: list[MessageStatus] | None = strawberry.field(
        default=UNSET, description="Those that have come exactly this far."
    )


describe(
    ReportColumn,
    "A column of the report's table.",
    SENT_AT="Date Sent.",
    NAME="Name.",
    PHONE="The contact's number.",
    DIRECTION="Inbound or outbound.",
    ORIGIN="What caused it.",
    STATUS="How far it has come.",
    REASON="Why it failed, and the carrier's code.",
    BODY="The text.",
    LINK="Link.",
    CLICKED="Clicked.",
    INVOICE="Invoice.",
    PAID="Paid.",
    AMOUNT="Amount.",
    CARD_TYPE="Card Type.",
    PAID_AT="Date Paid.",
    CAMPAIGN="Campaign.",
    AGENT="The person who sent it.",
    LOCATION="The location.",
)


@strawberry.input(description="How the rows of a report are sorted. Equal ones follow the newest first.")
class ReportRowOrder(NullIfLeftOut):
    column: ReportColumn = strawberry.field(default=ReportColumn.SENT_AT, description="By which column.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="Which end comes first."
    )


NEWEST_FIRST = ReportRowOrder(column=ReportColumn.SENT_AT, direction=OrderDirection.DESC)
