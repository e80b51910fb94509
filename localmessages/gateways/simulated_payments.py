"""A payment provider that is none: whoever opens the test page says what becomes of a bill.

It keeps nothing: what it reports follows from what it is asked for, and comes back as a signed webhook.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from localmessages.gateways.payments import (
    MalformedWebhook,
    PaymentReport,
    PaymentsUnavailable,
    RefundOrder,
    Webhook,
)
from localmessages.gateways.signature import sign_webhook, verify_webhook
from localmessages.rules.money import CURRENCIES, LARGEST, from_minor_units, to_minor_units
from localmessages.rules.payments import PaymentEventKind

SIGNATURE = "simulator-signature"

_KINDS = {f"payment.{kind.value.lower()}": kind for kind in PaymentEventKind}
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class _Payment(BaseModel):
    model_config = ConfigDict(extra="allow")

    tenant: UUID
    invoice: _Name
    amount: Annotated[int, Field(strict=True, gt=0)]
    currency: str
    card: Annotated[str, StringConstraints(max_length=40)] | None = None


class _Event(BaseModel):
    model_config = ConfigDict(extra="allow")

    object: Literal["event"]
    id: _Name
    type: str
    # Seconds since 1970; as far as the application shows instants.
    created: Annotated[float, Field(strict=True, ge=0, lt=32_503_680_000)]
    data: dict[str, Any]


class SimulatedPayments:
    """Grants every refund. `secrets` are the new and, while it is rotated, the old secret of its webhooks."""

    def __init__(
        self, secrets: Sequence[str], clock: Callable[[], datetime], *, available: bool = True
    ) -> None:
        self._secrets = tuple(secrets)
        self._clock = clock
        self._available = available

    def report(
        self,
        name: str,
        kind: PaymentEventKind,
        *,
        tenant_id: UUID,
        invoice: str,
        amount: Decimal,
        currency: str,
        card: str | None = None,
        at: datetime | None = None,
    ) -> PaymentReport:
        """Something happens to a bill; the same `name` is the same event."""
        event_id = f"evt_sim_{blake2b(name.encode(), digest_size=12).hexdigest()}"
        event = {
            "object": "event",
            "id": event_id,
            "type": f"payment.{kind.value.lower()}",
            "created": (at or self._clock()).timestamp(),
            "data": {
                "tenant": str(tenant_id),
                "invoice": invoice,
                "amount": to_minor_units(amount, currency),
                "currency": currency,
                "card": card,
            },
        }
        found = _report(event, orjson.dumps(event).decode())
        assert found is not None
        return found

    def webhook(self, report: PaymentReport) -> Webhook:
        """How the provider tells of it, signed with the newest secret."""
        body = report.content.encode()
        return Webhook(body, {SIGNATURE: sign_webhook(self._secrets[0], body, self._clock())})

    async def refund(self, order: RefundOrder) -> PaymentReport:
        """Give it back."""
        if not self._available:
            raise PaymentsUnavailable("The simulated provider is out of reach.")
        return self.report(
            f"{order.tenant_id}:{order.key}",
            PaymentEventKind.REFUNDED,
            tenant_id=order.tenant_id,
            invoice=order.invoice,
            amount=order.amount,
            currency=order.currency,
        )

    def read(self, webhook: Webhook, now: datetime) -> PaymentReport | None:
        """What the webhook reports."""
        verify_webhook(self._secrets, webhook.headers.get(SIGNATURE), webhook.body, now)
        try:
            said = orjson.loads(webhook.body)
        except orjson.JSONDecodeError as error:
            raise MalformedWebhook(f"It is not JSON: {error}.") from None
        return _report(said, webhook.body.decode())


def _report(said: object, content: str) -> PaymentReport | None:
    try:
        event = _Event.model_validate(said)
        kind = _KINDS.get(event.type)
        if kind is None:
            return None
        payment = _Payment.model_validate(event.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise MalformedWebhook(f"{where or 'event'}: {first['msg']}.") from None
    if payment.currency not in CURRENCIES:
        raise MalformedWebhook("data.currency: there is no such currency.")
    amount = from_minor_units(payment.amount, payment.currency)
    if amount >= LARGEST:
        raise MalformedWebhook("data.amount: too much.")
    return PaymentReport(
        external_id=event.id,
        tenant_id=payment.tenant,
        invoice=payment.invoice,
        kind=kind,
        amount=amount,
        currency=payment.currency,
        card=payment.card,
        at=datetime.fromtimestamp(event.created, UTC),
        content=content,
    )
