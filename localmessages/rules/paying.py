"""Pay by text, and clicks on the links in texts: what each changes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.payments import CardBrand, PaymentEventKind, PaymentFact, payment_state
from localmessages.rules.records import (
    Conversation,
    LinkClick,
    Message,
    PaymentEvent,
    PaymentRequest,
    TrackedLink,
)
from localmessages.rules.texting import tell_of_message

_BRANDS = {brand.value.lower(): brand for brand in CardBrand}


def card_brand(name: str | None) -> CardBrand | None:
    """The brand that a provider names; `OTHER` for one that is not ours to name."""
    if name is None:
        return None
    return _BRANDS.get("".join(filter(str.isalnum, name.lower())), CardBrand.OTHER)


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
        )
    )
    for event in earlier:
        event.payment_request_id = request.id
        customer.touch(event)
    if earlier:
        _derive(customer, request, earlier)
    return request


def record_payment(
    request: PaymentRequest | None,
    texts: Sequence[tuple[Customer, Message]],
    events: list[PaymentEvent],
    *,
    tenant_id: UUID,
    invoice: str,
    kind: PaymentEventKind,
    amount: Decimal | None,
    card: CardBrand | None,
    at: datetime,
) -> PaymentEvent:
    """Keep what a provider said of an invoice, after `events`; every text of it shows it.

    One invoice may have been texted to several contacts. Without a text it is for the caller to save.
    """
    event = PaymentEvent(
        tenant_id=tenant_id,
        id=new_key(at),
        payment_request_id=request.id if request else None,
        invoice=invoice,
        at=at,
        kind=kind,
        amount=amount,
        card_type=card,
    )
    events.append(event)
    if request is not None and texts:
        payer, _ = texts[0]
        payer.add(event)
        _derive(payer, request, events)
        for customer, message in texts:
            tell_of_message(customer, customer.conversations[message.conversation_id], message, at)
    return event


def _derive(customer: Customer, request: PaymentRequest, events: Sequence[PaymentEvent]) -> None:
    facts = [PaymentFact(event.at, event.kind, event.amount, event.card_type) for event in events]
    state = payment_state(request.amount, facts)
    request.status, request.paid_at, request.card_type = state.status, state.paid_at, state.card_type
    request.paid_amount, request.refunded_amount = state.paid_amount, state.refunded_amount
    customer.touch(request)


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
