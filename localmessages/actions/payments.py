"""Payments: what the provider reports, money given back, pages that close."""

import asyncio
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import structlog

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.bills import Bill, open_bill
from localmessages.actions.catalogue import current_catalogue
from localmessages.actions.messages import PlacesOf
from localmessages.actions.payment_requests import bill_of_viewer, connected
from localmessages.actions.store import PlaceOf
from localmessages.gateways.payments import (
    MalformedWebhook,
    PaymentReport,
    PaymentsUnavailable,
    RefundOrder,
    RefundRefused,
)
from localmessages.rules.money import in_decimals
from localmessages.rules.paying import expire, record_payment
from localmessages.rules.payment_events import card_brand, payment_event
from localmessages.rules.payments import PaymentEventKind
from localmessages.rules.records import PaymentEvent, PaymentRequest
from localmessages.rules.refunding import refund_amount
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction

logger = structlog.get_logger(__name__)

PROVIDER_SECONDS = 10
_AT_ONCE = 100


async def take_report(services: Services, report: PaymentReport) -> bool:
    """Keep what the provider reports, once however often it does; False where that changed nothing.

    Raises `MalformedWebhook` for an amount in another currency than the bill's.
    """
    async with services.transaction() as tx:
        catalogue = await current_catalogue(services, tx.connection, report.tenant_id)
        if catalogue is None:
            logger.warning("payments.unknown_tenant", report=report.external_id)
            return False
        bill = await open_bill(tx, report.tenant_id, report.invoice)
        if bill.request is not None and bill.request.currency != report.currency:
            raise MalformedWebhook(f"The bill is in {bill.request.currency}.")
        return await _keep(bill, report, PlacesOf(catalogue.places).place_of, services.clock())


async def _keep(bill: Bill, report: PaymentReport, place_of: PlaceOf, now: datetime) -> bool:
    if await _is_known(bill.tx, report):
        return False
    event = payment_event(
        tenant_id=report.tenant_id,
        invoice=report.invoice,
        kind=report.kind,
        amount=report.amount,
        card=card_brand(report.card),
        at=report.at,
        external_id=report.external_id,
        content=report.content,
    )
    await bill.call_customers(place_of)
    record_payment(bill.request, bill.texts, bill.events, event, now)
    await bill.save()
    if bill.request is None:
        await _keep_for_later(bill.tx.connection, event)
    return True


async def _is_known(tx: Transaction, report: PaymentReport) -> bool:
    # payment_event_external_id_key
    known: bool = await tx.connection.fetchval(
        "SELECT EXISTS (SELECT FROM payment_event WHERE tenant_id = $1 AND external_id = $2)",
        report.tenant_id,
        report.external_id,
    )
    return known


async def _keep_for_later(connection: asyncpg.Connection, event: PaymentEvent) -> None:
    """A report of an invoice that nothing was texted with yet."""
    await connection.execute(
        """
        INSERT INTO payment_event
            (tenant_id, id, invoice, at, kind, amount, card_type, external_id, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        event.tenant_id,
        event.id,
        event.invoice,
        event.at,
        event.kind,
        event.amount,
        event.card_type,
        event.external_id,
        event.content,
    )


async def refund_payment(
    actor: Actor,
    request_id: UUID,
    *,
    amount: Decimal | None = None,
    currency: str | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Give back all that is left of a payment, or a part; the webhook's report of it then changes nothing.

    The provider is asked under the bill's lock: nobody else can give back the same money meanwhile.
    """

    async def do(tx: Transaction) -> Made:
        bill = await bill_of_viewer(tx, actor, request_id)
        request = bill.asked
        before = request.refunded_amount
        report = await _give_back(actor, bill, refund_amount(request, amount, currency))
        if await _keep(bill, report, actor.place_of, actor.services.clock()):
            changes = {"refunded": (_written(before, request), _written(request.refunded_amount, request))}
            await audit(tx, actor, "refundPayment", ("PaymentRequest", request.id), request.invoice, changes)
        return {"payment_request": request.id}

    return await once(actor, key, do)


def _written(amount: Decimal, request: PaymentRequest) -> str:
    return str(in_decimals(amount, request.currency))


async def _give_back(actor: Actor, bill: Bill, amount: Decimal) -> PaymentReport:
    request, provider = bill.asked, connected(actor.services)
    paid = next((event for event in bill.events if event.at == request.paid_at and _is_payment(event)), None)
    order = RefundOrder(
        # Of an attempt that failed halfway, the next one is the same refund.
        key=f"{request.id}:{_written(request.refunded_amount, request)}:{_written(amount, request)}",
        tenant_id=bill.tenant_id,
        invoice=bill.invoice,
        amount=amount,
        currency=request.currency,
        paid=paid.content if paid is not None else None,
    )
    try:
        async with asyncio.timeout(PROVIDER_SECONDS):
            return await provider.refund(order)
    except RefundRefused as no:
        raise Refused(
            UserErrorCode.WRONG_STATE,
            f"The payment provider does not give it back: {no}",
            field=["paymentRequestId"],
        ) from no
    except (PaymentsUnavailable, TimeoutError) as away:
        logger.warning("payments.refund_unavailable", request=str(request.id), error=repr(away))
        raise Refused(
            UserErrorCode.PROVIDER_UNAVAILABLE,
            "The payment provider did not answer. Nothing was changed.",
            remedy="Try again in a moment.",
        ) from away


def _is_payment(event: PaymentEvent) -> bool:
    return event.kind is PaymentEventKind.PAID


async def close_pages(services: Services) -> None:
    """Close every payment page whose time has come, and tell of it."""
    async with services.database.connection() as connection:
        # payment_request_expiry_idx
        due = await connection.fetch(
            """
            SELECT tenant_id, invoice
            FROM payment_request
            WHERE status = 'REQUESTED' AND expires_at <= $1
            ORDER BY expires_at
            LIMIT $2
            """,
            services.clock(),
            _AT_ONCE,
        )
    for row in due:
        await _close_page(services, row["tenant_id"], row["invoice"])


async def _close_page(services: Services, tenant_id: UUID, invoice: str) -> None:
    async with services.transaction() as tx:
        catalogue = await current_catalogue(services, tx.connection, tenant_id)
        assert catalogue is not None
        bill = await open_bill(tx, tenant_id, invoice)
        await bill.call_customers(PlacesOf(catalogue.places).place_of)
        expire(bill.asked, bill.events, bill.texts, services.clock())
        await bill.save()
