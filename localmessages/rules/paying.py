"""Pay by text, and clicks on the links in texts: what each changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.payment_events import in_order
from localmessages.rules.payments import PaymentFact, PaymentStatus, payment_state
from localmessages.rules.records import (
    Conversation,
    LinkClick,
    Message,
    PaymentEvent,
    PaymentRequest,
    TrackedLink,
)
from localmessages.rules.texting import tell_of_message

# How long a page stays open after the last text with it; each text opens it anew.
PAGE_OPEN_FOR = timedelta(days=30)

Texts = Sequence[tuple[Customer, Message]]


def request_payment(
    customer: Customer,
    conversation: Conversation,
    *,
    invoice: str,
    amount: Decimal,
    currency: str,
    at: datetime,
    by: UUID | None,
    description: str | None = None,
    expires_at: datetime | None = None,
    earlier: Sequence[PaymentEvent] = (),
) -> PaymentRequest:
    """Ask for a payment; `earlier` is what the provider said of the invoice before it was texted."""
    request = customer.add(
        PaymentRequest(
            tenant_id=conversation.tenant_id,
            id=new_key(at),
            invoice=invoice,
            amount=amount,
            currency=currency,
            description=description,
            contact_id=conversation.contact_id,
            location_id=conversation.location_id,
            created_at=at,
            by_user_id=by,
            expires_at=expires_at,
        )
    )
    for event in earlier:
        event.payment_request_id = request.id
        customer.touch(event)
    if earlier:
        _derive(customer, request, earlier, at)
    return request


def ask_again(
    customer: Customer,
    request: PaymentRequest,
    events: Sequence[PaymentEvent],
    texts: Texts,
    at: datetime,
    *,
    description: str | None = None,
) -> None:
    """The same invoice is texted once more: its page is open again, also where it was withdrawn."""
    before = request.status, request.description
    request.canceled_at, request.expires_at = None, at + PAGE_OPEN_FOR
    request.description = description or request.description
    _derive(customer, request, events, at)
    if (request.status, request.description) != before:
        _tell(texts, at)


def withdraw(request: PaymentRequest, events: Sequence[PaymentEvent], texts: Texts, at: datetime) -> None:
    """Take the request back; nothing when it was before. What is paid all the same counts."""
    if request.canceled_at is None:
        request.canceled_at = at
        _rederive(request, events, texts, at)


def expire(request: PaymentRequest, events: Sequence[PaymentEvent], texts: Texts, at: datetime) -> None:
    """The page has closed, if its time has come; what is paid all the same counts."""
    if request.status is PaymentStatus.REQUESTED and not is_open(request, at):
        _rederive(request, events, texts, at)


def is_open(request: PaymentRequest, at: datetime) -> bool:
    """Whether its page takes payments."""
    closed = request.expires_at is not None and request.expires_at <= at
    return request.status is PaymentStatus.REQUESTED and not closed


def _rederive(request: PaymentRequest, events: Sequence[PaymentEvent], texts: Texts, at: datetime) -> None:
    payer, _ = texts[0]
    _derive(payer, request, events, at)
    _tell(texts, at)


def _tell(texts: Texts, at: datetime) -> None:
    for customer, message in texts:
        tell_of_message(customer, customer.conversations[message.conversation_id], message, at)


def record_payment(
    request: PaymentRequest | None,
    texts: Texts,
    events: list[PaymentEvent],
    event: PaymentEvent,
    at: datetime,
) -> None:
    """Keep what a provider said of an invoice, heard `at`, beside `events`; every text of it shows it.

    One invoice may have been texted to several contacts. Without a text it is for the caller to save.
    """
    event.payment_request_id = request.id if request else None
    events.append(event)
    if request is not None and texts:
        payer, _ = texts[0]
        payer.add(event)
        _rederive(request, events, texts, at)


def _derive(
    customer: Customer, request: PaymentRequest, events: Iterable[PaymentEvent], at: datetime
) -> None:
    facts = [PaymentFact(event.at, event.kind, event.amount, event.card_type) for event in in_order(events)]
    state = payment_state(request.amount, facts)
    request.status = _unpaid(request, at) if state.paid_at is None else state.status
    request.paid_at, request.card_type = state.paid_at, state.card_type
    request.paid_amount, request.refunded_amount = state.paid_amount, state.refunded_amount
    customer.touch(request)


def _unpaid(request: PaymentRequest, at: datetime) -> PaymentStatus:
    if request.canceled_at is not None:
        return PaymentStatus.CANCELED
    if request.expires_at is not None and request.expires_at <= at:
        return PaymentStatus.EXPIRED
    return PaymentStatus.REQUESTED


def record_click(
    customer: Customer,
    message: Message,
    link: TrackedLink,
    at: datetime,
    *,
    bot: bool,
    user_agent: str | None,
    method: str,
) -> LinkClick:
    """Keep a visit of a link; only a person's counts."""
    if bot:
        link.bot_clicks += 1
    else:
        link.clicks += 1
        link.first_clicked_at = min(filter(None, (link.first_clicked_at, at)))
    customer.touch(link)
    tell_of_message(customer, customer.conversations[message.conversation_id], message, at)
    return customer.add(
        LinkClick(
            tenant_id=link.tenant_id,
            id=new_key(at),
            link_id=link.id,
            at=at,
            bot=bot,
            user_agent=user_agent,
            method=method,
        )
    )
