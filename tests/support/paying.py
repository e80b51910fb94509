"""What customers and payment providers do to bills."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from localmessages.actions.payments import take_report
from localmessages.gateways.payments import PaymentReport
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.rules.payments import PaymentEventKind
from localmessages.services import Services

_numbers = count(1)


def provider_of(services: Services) -> SimulatedPayments:
    """The provider of tests."""
    assert isinstance(services.payments, SimulatedPayments)
    return services.payments


def report(
    services: Services,
    tenant_id: UUID,
    kind: PaymentEventKind = PaymentEventKind.PAID,
    *,
    invoice: str = "INV-1",
    amount: str = "50.00",
    currency: str = "USD",
    card: str | None = "visa",
    at: datetime | None = None,
    name: str | None = None,
) -> PaymentReport:
    """What the provider says of a bill; an event of its own unless it has a `name`."""
    return provider_of(services).report(
        name or f"event {next(_numbers)}",
        kind,
        tenant_id=tenant_id,
        invoice=invoice,
        amount=Decimal(amount),
        currency=currency,
        card=card,
        at=at,
    )


async def happens(services: Services, tenant_id: UUID, kind: PaymentEventKind, **what: Any) -> PaymentReport:
    """The provider reports it, and it is taken."""
    said = report(services, tenant_id, kind, **what)
    await take_report(services, said)
    return said
