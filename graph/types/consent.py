from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import PhoneNumber
from graph.types.enums import describe
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.timeline import TimelineEntry
from localmessages.rules.consent import ConsentMethod, ConsentState, OptOutCause

if TYPE_CHECKING:
    from graph.types.campaign import Campaign
    from graph.types.contact import Contact
    from graph.types.conversation import Conversation
    from graph.types.location import Location
    from graph.types.message import Message
    from graph.types.payment import PaymentRequest
    from graph.types.refusal import UserError
    from graph.types.user import User
    from graph.types.window import InstantRangeInput

describe(
    ConsentState,
    "Which way a change of consent went.",
    OPTED_OUT="From in to out: nothing may be sent any more.",
    OPTED_IN="From out to in: texts may be sent again.",
)

describe(
    ConsentMethod,
    "How a change of consent came about.",
    KEYWORD="The contact texted a keyword, such as STOP or START.",
    MANUAL="A person recorded it by hand.",
    CARRIER="The carrier reported it by refusing a text.",
    IMPORT="It came with an imported list.",
)

describe(
    OptOutCause,
    "What came right before an opt-out in the conversation.",
    PAYMENT_LINK="A text with a pay-by-text link, whoever sent it.",
    CAMPAIGN="Another text of a campaign.",
    MESSAGE="Another text of a person.",
    NONE="Nothing had been sent.",
)


@strawberry.type(
    description="One entry of the consent ledger, which only grows. A second STOP is no change and no entry."
)
class ConsentChange(TimelineEntry):
    message_key: strawberry.Private[UUID | None] = None
    cause_message_key: strawberry.Private[UUID | None] = None
    cause_campaign_key: strawberry.Private[UUID | None] = None
    cause_payment_key: strawberry.Private[UUID | None] = None
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it happened.")
    contact: Contact = strawberry.field(description="Who opted out or in.")
    location: Location | None = strawberry.field(
        description=(
            "Where it happened; null when at none, as in an import, or where the viewer may not look."
        ),
    )
    state: ConsentState = strawberry.field(description="Which way it went.")
    method: ConsentMethod = strawberry.field(description="How it came about.")
    texted: str | None = strawberry.field(
        description=(
            "What the contact texted, such as `Stop please`; null when it was no keyword that did it."
        ),
    )
    number: PhoneNumber | None = strawberry.field(
        description="The business number that was texted; null when there was none."
    )
    by: User | None = strawberry.field(description="Who recorded it by hand or imported it; null otherwise.")
    cause: OptOutCause = strawberry.field(
        description=(
            "What came right before: the conversation's last text of a person or campaign. `NONE` for an "
            "opt-in."
        ),
    )

    @strawberry.field(
        description="In which timeline it stands; null when in none, or where the viewer may not look."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        return await info.context.load.timeline_entry_conversation(self, info=info)

    @strawberry.field(
        description=(
            "The text with the keyword, or the one that the carrier refused; null when by hand or imported."
        ),
    )
    async def message(self, info: Info) -> Message | None:
        return await info.context.load.consent_change_message(self, info=info)

    @strawberry.field(description="That text; null when there was none.")
    async def cause_message(self, info: Info) -> Message | None:
        return await info.context.load.consent_change_cause_message(self, info=info)

    @strawberry.field(description="The campaign of that text; null when it was of none.")
    async def cause_campaign(self, info: Info) -> Campaign | None:
        return await info.context.load.consent_change_cause_campaign(self, info=info)

    @strawberry.field(description="The payment request in that text; null when it carried none.")
    async def cause_payment(self, info: Info) -> PaymentRequest | None:
        return await info.context.load.consent_change_cause_payment(self, info=info)


@strawberry.type(description="An item in a list of consent changes.")
class ConsentChangeEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: ConsentChange = strawberry.field(description="The item.")


@strawberry.type(description="A page of consent changes.")
class ConsentChangeConnection(Connection, edge=ConsentChangeEdge):
    edges: list[ConsentChangeEdge] = computed("The consent changes of this page, each with its cursor.")
    nodes: list[ConsentChange] = strawberry.field(
        description="The consent changes of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many consent changes there are on all pages.")


@strawberry.input(description="Which changes of consent; all given conditions must hold.")
class ConsentChangeFilter(NullIfLeftOut):
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those at one of these locations.",
    )
    states: list[ConsentState] | None = strawberry.field(
        default=UNSET,
        description="Those that went one of these ways.",
    )
    methods: list[ConsentMethod] | None = strawberry.field(
        default=UNSET,
        description="Those that came about in one of these ways.",
    )
    between: InstantRangeInput | None = strawberry.field(default=UNSET, description="Those in this range.")


@strawberry.input(description="Parameters of `optOutContact`.")
class OptOutContactInput(NullIfLeftOut):
    contact_id: strawberry.ID = strawberry.field(description="The contact who wants no more texts.")
    conversation_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description=(
            "The conversation in which they said so, which gives the ledger place and cause; left out, it "
            "has none."
        ),
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `optOutContact`.")
class OptOutContactPayload:
    contact: Contact | None = strawberry.field(
        description="The contact with `optedOutAt` set and no open wait; null when refused."
    )
    change: ConsentChange | None = strawberry.field(
        description="The ledger's entry `OPTED_OUT`; null when refused, or when they had opted out before."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `optInContact`.")
class OptInContactInput(NullIfLeftOut):
    contact_id: strawberry.ID = strawberry.field(description="The contact who agreed to get texts.")
    conversation_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Where they agreed; left out, the ledger names no conversation.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `optInContact`.")
class OptInContactPayload:
    contact: Contact | None = strawberry.field(
        description="The contact, who may be texted again; null when refused."
    )
    change: ConsentChange | None = strawberry.field(
        description="The ledger's entry `OPTED_IN`; null when refused, or when they could be texted anyway."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )
