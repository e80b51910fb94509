"""Customers of the demo who are asked for money: most pay, some after a declined card, some never."""

from datetime import timedelta
from random import Random
from uuid import UUID

from localmessages.actions.payments import take_report
from localmessages.demo.people import COLLEAGUES
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.rules.payments import PaymentEventKind
from localmessages.services import Services

_PAY, _DECLINED_FIRST = 0.75, 0.15
_CARDS = ("visa", "visa", "mastercard", "mastercard", "amex")
_SOONEST, _LATEST = timedelta(seconds=10), timedelta(minutes=10)


class Payers:
    """Who was asked by somebody that is signed in decides once, a little later."""

    def __init__(self, services: Services, tenant_id: UUID, rng: Random) -> None:
        self._services, self._tenant_id, self._rng = services, tenant_id, rng
        self._decided: set[str] = set()

    async def look(self) -> None:
        """Pay what is paid by now."""
        for invoice in await self._asked():
            if invoice not in self._decided:
                self._decided.add(invoice)
                if self._rng.random() < _PAY:
                    await pay(self._services, self._tenant_id, invoice, self._rng)

    async def _asked(self) -> list[str]:
        now = self._services.clock()
        async with self._services.database.connection() as connection:
            # payment_request_expiry_idx: the few whose pages are open
            rows = await connection.fetch(
                """
                SELECT invoice
                FROM payment_request
                JOIN app_user
                    ON app_user.tenant_id = payment_request.tenant_id
                    AND app_user.id = payment_request.by_user_id
                WHERE payment_request.tenant_id = $1
                    AND payment_request.status = 'REQUESTED'
                    AND payment_request.expires_at > $2
                    AND payment_request.created_at BETWEEN $3 AND $4
                    AND app_user.external_id <> ALL ($5::text[])
                """,
                self._tenant_id,
                now,
                now - _LATEST,
                now - _SOONEST,
                [worker.id for worker in COLLEAGUES],
            )
        return [row["invoice"] for row in rows]


async def pay(services: Services, tenant_id: UUID, invoice: str, rng: Random) -> None:
    """Pay a bill, sometimes with the second card."""
    provider = services.payments
    async with services.database.connection() as connection:
        # payment_request_tenant_id_invoice_key
        row = await connection.fetchrow(
            "SELECT id, amount, currency FROM payment_request WHERE tenant_id = $1 AND invoice = $2",
            tenant_id,
            invoice,
        )
    if row is None or not isinstance(provider, SimulatedPayments):
        return
    declined = [PaymentEventKind.FAILED] if rng.random() < _DECLINED_FIRST else []
    for kind in [*declined, PaymentEventKind.PAID]:
        said = provider.report(
            f"{row['id']}:{kind}",
            kind,
            tenant_id=tenant_id,
            invoice=invoice,
            amount=row["amount"],
            currency=row["currency"],
            card=rng.choice(_CARDS),
        )
        report = provider.read(provider.webhook(said), services.clock())
        assert report is not None
        await take_report(services, report)
