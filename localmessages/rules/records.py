"""What a customer's dealings consist of. The fields are the columns of the table that each is kept in."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from localmessages.rules.consent import ConsentMethod, ConsentState, Keyword, OptOutCause
from localmessages.rules.conversation import ConversationChangeKind, ConversationStatus
from localmessages.rules.delivery import MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.payments import CardBrand, PaymentEventKind, PaymentStatus
from localmessages.rules.segments import TextEncoding
from localmessages.rules.waits import WaitKind, WaitOutcome


@dataclass(slots=True, kw_only=True)
class Contact:
    """A customer: one per tenant and number."""

    tenant_id: UUID
    id: UUID
    phone: str
    created_at: datetime
    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    opted_out_at: datetime | None = None
    blocked_at: datetime | None = None
    undeliverable_at: datetime | None = None
    last_auto_reply_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """Everything said between one contact and one location."""

    tenant_id: UUID
    id: UUID
    location_id: UUID
    contact_id: UUID
    created_at: datetime
    last_activity_at: datetime
    status: ConversationStatus = ConversationStatus.OPEN
    version: int = 0
    last_message_id: UUID | None = None
    waiting_since: datetime | None = None
    answered: bool = False
    active: bool = False
    muted: bool = False
    entry_count: int = 0
    assignee_id: UUID | None = None
    tag_ids: list[UUID] = field(default_factory=list)
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    merged_into_id: UUID | None = None

    @property
    def live(self) -> bool:
        """Open or snoozed: at most one per contact and location."""
        return self.status is not ConversationStatus.CLOSED


@dataclass(slots=True, kw_only=True)
class Message:
    """A text. Location, agent, campaign and origin are stamped once (metrics.md C1)."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    location_id: UUID
    contact_id: UUID
    at: datetime
    direction: MessageDirection
    origin: MessageOrigin | None = None
    external_id: str | None = None
    body: str
    from_number: str
    to_number: str
    received_on: str | None = None
    agent_id: UUID | None = None
    campaign_id: UUID | None = None
    payment_request_id: UUID | None = None
    status: MessageStatus
    status_at: datetime
    failure_code: str | None = None
    refused: bool = False
    keyword: Keyword | None = None
    eligible: bool = False
    encoding: TextEncoding
    segments: int
    version: int


@dataclass(slots=True, kw_only=True)
class StatusReport:
    """One report of the carrier about a message."""

    tenant_id: UUID
    id: UUID
    message_id: UUID
    at: datetime
    status: MessageStatus
    failure_code: str | None
    applied: bool


@dataclass(slots=True, kw_only=True)
class Note:
    """An internal note."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    at: datetime
    by_user_id: UUID | None
    body: str
    version: int


@dataclass(slots=True, kw_only=True)
class ConversationChange:
    """Something done to a conversation that is no text, note or transfer."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    at: datetime
    kind: ConversationChangeKind
    by_user_id: UUID | None
    version: int
    assignee_id: UUID | None = None
    tag_id: UUID | None = None
    snoozed_until: datetime | None = None
    merged_into_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class ConsentChange:
    """An entry of the consent ledger; the `cause_` fields stamp the text that came before it."""

    tenant_id: UUID
    id: UUID
    contact_id: UUID
    conversation_id: UUID | None
    location_id: UUID | None
    at: datetime
    state: ConsentState
    method: ConsentMethod
    texted: str | None
    number: str | None
    by_user_id: UUID | None
    message_id: UUID | None
    cause: OptOutCause
    cause_message_id: UUID | None
    cause_agent_id: UUID | None
    cause_campaign_id: UUID | None
    cause_payment_id: UUID | None
    version: int | None


@dataclass(slots=True, kw_only=True)
class Wait:
    """A leg of a customer's wait (INBOUND), or a run of ours that a contact may answer (OUTBOUND)."""

    tenant_id: UUID
    id: UUID
    kind: WaitKind
    chain_id: UUID
    conversation_id: UUID
    location_id: UUID
    contact_id: UUID
    started_at: datetime
    opened_out_of_hours: bool
    ended_at: datetime | None = None
    outcome: WaitOutcome | None = None
    elapsed_seconds: float | None = None
    open_seconds: float | None = None
    reply_undelivered: bool = False
    agent_id: UUID | None = None
    campaign_id: UUID | None = None
    question_id: UUID | None = None
    answer_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Transfer:
    """A move of a conversation, and what an undo puts back."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    contact_id: UUID
    from_location_id: UUID
    to_location_id: UUID
    at: datetime
    by_user_id: UUID | None
    note: str | None
    version: int
    notice_id: UUID | None = None
    merged_conversation_id: UUID | None = None
    ended_wait_id: UUID | None = None
    opened_wait_id: UUID | None = None
    adopted_wait_id: UUID | None = None
    adopted_chain_id: UUID | None = None
    former_assignee_id: UUID | None = None
    bulk_transfer_id: UUID | None = None
    undone_at: datetime | None = None
    undone_by_user_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class TrackedLink:
    """A short link in one message."""

    tenant_id: UUID
    id: UUID
    message_id: UUID
    position: int
    slug: str
    url: str
    clicks: int = 0
    bot_clicks: int = 0
    first_clicked_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class LinkClick:
    """One visit of a short link."""

    tenant_id: UUID
    id: UUID
    link_id: UUID
    at: datetime
    bot: bool
    user_agent: str | None
    method: str


@dataclass(slots=True, kw_only=True)
class PaymentRequest:
    """An invoice texted for payment; its state follows from its events."""

    tenant_id: UUID
    id: UUID
    invoice: str
    amount: Decimal
    currency: str
    contact_id: UUID
    location_id: UUID
    created_at: datetime
    by_user_id: UUID | None = None
    description: str | None = None
    status: PaymentStatus = PaymentStatus.REQUESTED
    paid_at: datetime | None = None
    paid_amount: Decimal | None = None
    refunded_amount: Decimal = Decimal(0)
    card_type: CardBrand | None = None
    canceled_at: datetime | None = None
    # When its page closes; null for one whose page is not ours, as in a replayed log.
    expires_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class PaymentEvent:
    """What a provider said about an invoice; `amount` None: the request's, of a refund all that was paid.

    `external_id` is the provider's, and `content` what it said, word by word.
    """

    tenant_id: UUID
    id: UUID
    payment_request_id: UUID | None
    invoice: str
    at: datetime
    kind: PaymentEventKind
    amount: Decimal | None
    card_type: CardBrand | None
    external_id: str | None = None
    content: str | None = None


Entry = Message | Note | ConversationChange | ConsentChange | Transfer
Record = (
    Contact
    | Conversation
    | Wait
    | Entry
    | StatusReport
    | TrackedLink
    | LinkClick
    | PaymentRequest
    | PaymentEvent
)
