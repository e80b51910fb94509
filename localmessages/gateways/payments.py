"""What the application asks of a payment provider. All providers pass one contract test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from localmessages.rules.payments import PaymentEventKind


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request of the provider as it came in; names of `headers` in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What a provider says of an invoice. `external_id` is its own, the same when it says so again.

    `content` is what it said, word by word. `card` is the brand in the provider's words; None where it does
    not tell.
    """

    external_id: str
    tenant_id: UUID
    invoice: str
    kind: PaymentEventKind
    amount: Decimal
    currency: str
    card: str | None
    at: datetime
    content: str


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What to give back. The same `key` twice is one refund.

    `paid` is what the provider said when it was paid, where it finds its own ids; None where somebody
    else took the payment.
    """

    key: str
    tenant_id: UUID
    invoice: str
    amount: Decimal
    currency: str
    paid: str | None


class MalformedWebhook(Exception):
    """The provider signed it, and yet it is nothing that can be read."""


class RefundRefused(Exception):
    """The provider does not give it back, and never will."""


class PaymentsUnavailable(Exception):
    """The provider did not answer as it should; asking again may help, and does nothing twice."""


class PaymentProvider(Protocol):
    """Takes payments for bills, and gives them back."""

    async def refund(self, order: RefundOrder) -> PaymentReport:
        """Give money back, once however often it is called with the order.

        The report is the one that the webhook brings as well. Raises `RefundRefused` for what is final,
        `PaymentsUnavailable` for what may pass.
        """
        ...

    def read(self, webhook: Webhook, now: datetime) -> PaymentReport | None:
        """What a webhook reports; None for what is not about a payment.

        Raises `BadSignature` for what the provider did not send, `MalformedWebhook` for what cannot be read.
        """
        ...
