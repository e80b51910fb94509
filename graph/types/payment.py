from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import URL
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.payments import CardBrand, PaymentEventKind, PaymentStatus

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.location import Location
    from graph.types.money import Money

describe(
    PaymentStatus,
    "Where a payment request stands.",
    REQUESTED="Texted, not paid.",
    PAID="Paid.",
    PARTLY_REFUNDED="Paid, and a part given back.",
    REFUNDED="Paid, and all given back.",
    CANCELED="Withdrawn before it was paid.",
    EXPIRED="The page is closed, and it was not paid.",
)

describe(
    CardBrand,
    "The brand of a card.",
    VISA="Visa.",
    MASTERCARD="Mastercard.",
    AMEX="American Express.",
    DISCOVER="Discover.",
    DINERS="Diners Club.",
    JCB="JCB.",
    UNIONPAY="UnionPay.",
    OTHER="Another brand, or another way to pay.",
)

describe(
    PaymentEventKind,
    "What a payment provider reported.",
    PAID="The amount was paid.",
    FAILED="An attempt failed.",
    VOIDED="A payment was taken back before it settled.",
    REFUNDED="An amount was given back.",
)


@strawberry.type(description="A report of the payment provider.")
class PaymentEvent:
    at: datetime = strawberry.field(description="When it happened.")
    kind: PaymentEventKind = strawberry.field(description="What happened.")
    amount: Money = strawberry.field(description="How much it was about.")
    card_type: CardBrand | None = strawberry.field(description="With what; null when not said.")


@strawberry.type(
    description=(
        "A bill that a contact can pay through a link in a text. One invoice is one request, however often "
        "it is texted."
    ),
)
class PaymentRequest(Node):
    contact_key: strawberry.Private[UUID]
    location_key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="The global id.")
    invoice: str = strawberry.field(description="Invoice or order number, unique in the account tree.")
    amount: Money = strawberry.field(description="What is asked for.")
    description: str | None = strawberry.field(description="What it is for; null when not said.")
    status: PaymentStatus = strawberry.field(description="Where it stands. A refund leaves it converted.")
    pay_url: URL = strawberry.field(description="The payment page.")
    delivered: bool = strawberry.field(description="Whether any text with it was delivered.")
    clicked: bool = strawberry.field(description="Whether a person opened it. Paid implies clicked.")
    paid_at: datetime | None = strawberry.field(
        description="Date Paid: when it was paid; null until then, or when a void came after."
    )
    paid: Money | None = strawberry.field(description="What was paid; null until then.")
    refunded: Money | None = strawberry.field(
        description="What was given back in all; null when nothing was."
    )
    card_type: CardBrand | None = strawberry.field(description="What it was paid with; null until paid.")
    created_at: datetime = strawberry.field(description="When it was first texted.")

    @strawberry.field(description="Who is asked.")
    async def contact(self, info: Info) -> Contact:
        return await info.context.load.payment_request_contact(self, info=info)

    @strawberry.field(description="Where it was first texted; null when the viewer may not see the location.")
    async def location(self, info: Info) -> Location | None:
        return await info.context.load.payment_request_location(self, info=info)

    @strawberry.field(description="Everything that the payment provider reported, oldest first.")
    async def events(self, info: Info) -> list[PaymentEvent]:
        return await info.context.load.payment_request_events(self, info=info)


@strawberry.type(description="An item in a list of payment requests.")
class PaymentRequestEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: PaymentRequest = strawberry.field(description="The item.")


@strawberry.type(description="A page of payment requests.")
class PaymentRequestConnection(Connection, edge=PaymentRequestEdge):
    edges: list[PaymentRequestEdge] = computed("The payment requests of this page, each with its cursor.")
    nodes: list[PaymentRequest] = strawberry.field(
        description="The payment requests of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many payment requests there are on all pages.")
