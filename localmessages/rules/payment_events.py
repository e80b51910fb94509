"""What payment providers report, as it is kept and put in order."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from localmessages.rules.keys import key_of, new_key
from localmessages.rules.payments import CardBrand, PaymentEventKind
from localmessages.rules.records import PaymentEvent

# The order in which a payment goes through them, where a provider's clock is too coarse to tell.
_RANKS = (
    PaymentEventKind.FAILED,
    PaymentEventKind.PAID,
    PaymentEventKind.VOIDED,
    PaymentEventKind.REFUNDED,
)
_BRANDS = {brand.value.lower(): brand for brand in CardBrand} | {
    "americanexpress": CardBrand.AMEX,
    "dinersclub": CardBrand.DINERS,
}


def card_brand(name: str | None) -> CardBrand | None:
    """The brand that a provider names; `OTHER` for one that is not ours to name."""
    if name is None:
        return None
    return _BRANDS.get("".join(filter(str.isalnum, name.lower())), CardBrand.OTHER)


def payment_event(
    *,
    tenant_id: UUID,
    invoice: str,
    kind: PaymentEventKind,
    amount: Decimal | None,
    card: CardBrand | None,
    at: datetime,
    external_id: str | None = None,
    content: str | None = None,
) -> PaymentEvent:
    """What a provider said of an invoice.

    Its key says where it stands among those of the same instant: a report that has an id of the provider
    there always, whenever it came in; a line of a log after the lines before it.
    """
    key = new_key(at) if external_id is None else key_of(at, external_id, rank=_RANKS.index(kind))
    return PaymentEvent(
        tenant_id=tenant_id,
        id=key,
        payment_request_id=None,
        invoice=invoice,
        at=at,
        kind=kind,
        amount=amount,
        card_type=card,
        external_id=external_id,
        content=content,
    )


def in_order(events: Iterable[PaymentEvent]) -> list[PaymentEvent]:
    """Events as they happened, in whatever order they came in."""
    return sorted(events, key=lambda event: (event.at, event.id))
