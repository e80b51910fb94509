"""Bills under many hands at once: no report is lost or counted twice, nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from localmessages.actions.messages import send_message
from localmessages.actions.payment_requests import Asked, ask_for_payment, cancel_payment_request
from localmessages.actions.payments import refund_payment, take_report
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.gateways.payments import MalformedWebhook
from localmessages.rules.payments import PaymentEventKind, PaymentFact, payment_state
from localmessages.rules.refusal import Refused
from tests.support.company import OTHER, Company
from tests.support.paying import happens, report

FIFTY = Decimal(50)


async def ask(town: Company, talk: UUID, invoice: str = "INV-1") -> UUID:
    made = await ask_for_payment(await town.actor("Olive"), talk, Asked(invoice, FIFTY, "USD"))
    assert made["payment_request"]
    return made["payment_request"]


async def tried(work: Awaitable[Any]) -> None:
    try:
        await work
    except Refused:
        return


async def test_many_hands_at_once_leave_what_the_reports_say(town: Company) -> None:
    """Two customers, both texted both bills; eight writers."""
    talks = [await town.conversation(), await town.conversation(from_=OTHER)]
    requests = {invoice: await ask(town, talks[0], invoice) for invoice in ("INV-1", "INV-2")}
    kinds = [PaymentEventKind.FAILED, PaymentEventKind.PAID, PaymentEventKind.VOIDED]
    now = town.clock()
    said = [
        report(town.services, town.tenant_id, kind, invoice=invoice, at=now + timedelta(hours=hour))
        for hour, kind in enumerate(kinds)
        for invoice in requests
    ]
    rng = Random(7)
    olive = await town.actor("Olive")
    places = [town.ids["Store A"], town.ids["Store B"]]

    async def write(_: int) -> None:
        for _ in range(8):
            invoice, talk = rng.choice(list(requests)), rng.choice(talks)
            match rng.randrange(6):
                case 0 | 1:
                    await take_report(town.services, rng.choice(said))
                case 2:
                    await tried(ask_for_payment(olive, talk, Asked(invoice, FIFTY, "USD")))
                case 3:
                    await tried(refund_payment(olive, requests[invoice], amount=Decimal(20), currency="USD"))
                case 4:
                    await tried(transfer_conversation(olive, talk, TransferRequest(rng.choice(places), None)))
                case 5:
                    await tried(send_message(olive, talk, "Hello"))

    async with asyncio.timeout(60):
        await asyncio.gather(*map(write, range(8)))

    events = await town.fetch("SELECT * FROM payment_event ORDER BY at, id")
    assert len({event["external_id"] for event in events}) == len(events)
    for invoice, request in requests.items():
        facts = [
            PaymentFact(event["at"], PaymentEventKind(event["kind"]), event["amount"], event["card_type"])
            for event in events
            if event["invoice"] == invoice
        ]
        expected = payment_state(FIFTY, facts)
        row = await town.row("payment_request", request)
        assert (row["paid_at"], row["paid_amount"]) == (expected.paid_at, expected.paid_amount)
        assert row["refunded_amount"] == expected.refunded_amount <= (expected.paid_amount or 0)


async def test_a_report_and_the_first_text_at_once_end_as_paid(town: Company) -> None:
    for number in range(6):
        invoice = f"INV-{number}"
        talk = await town.conversation()

        await asyncio.gather(
            ask(town, talk, invoice),
            happens(town.services, town.tenant_id, PaymentEventKind.PAID, invoice=invoice),
        )

        (row,) = await town.fetch("SELECT status FROM payment_request WHERE invoice = $1", invoice)
        assert row["status"] == "PAID"


async def test_the_same_report_many_times_at_once_is_kept_once(town: Company) -> None:
    await ask(town, await town.conversation())
    said = report(town.services, town.tenant_id)

    taken = await asyncio.gather(*(take_report(town.services, said) for _ in range(8)))

    assert sorted(taken) == [False] * 7 + [True]
    assert len(await town.fetch("SELECT FROM payment_event")) == 1


async def test_a_payment_while_it_is_withdrawn_is_paid_and_the_withdrawal_refused_or_overtaken(
    town: Company,
) -> None:
    request = await ask(town, await town.conversation())
    olive = await town.actor("Olive")

    await asyncio.gather(
        tried(cancel_payment_request(olive, request)),
        happens(town.services, town.tenant_id, PaymentEventKind.PAID),
    )

    assert (await town.row("payment_request", request))["status"] == "PAID"


async def test_an_amount_in_another_currency_is_nothing_that_can_be_kept(town: Company) -> None:
    await ask(town, await town.conversation())

    with pytest.raises(MalformedWebhook):
        await happens(town.services, town.tenant_id, PaymentEventKind.PAID, currency="EUR")

    assert await town.fetch("SELECT FROM payment_event") == []


async def test_the_neighbours_bill_of_the_same_number_is_another_one(town: Company) -> None:
    request = await ask(town, await town.conversation())

    await happens(town.services, town.ids["the neighbours"], PaymentEventKind.PAID)

    assert (await town.row("payment_request", request))["status"] == "REQUESTED"
