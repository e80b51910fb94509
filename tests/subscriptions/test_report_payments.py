"""A payment moves the tile, its drill-in, the table and whoever watches them, all at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from localmessages.actions.delivery import report_receipt
from localmessages.actions.payment_requests import Asked, ask_for_payment, cancel_payment_request
from localmessages.actions.payments import refund_payment
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.gateways.carrier import Receipt
from localmessages.rules.delivery import MessageStatus
from localmessages.rules.payments import PaymentEventKind
from tests.subscriptions.watching import Seen, Watched, watched
from tests.support.desk import open_desk
from tests.support.paying import happens

FIELDS = """
  tiles {
    conversationsWithPayByText { value }
    payByTextConversion { value numerator denominator }
    linksClicked { value }
  }
  payByText {
    requests received clicked paid paidNotDelivered
    gross { amount } refunded { amount } net { amount }
    received_: rows { totalCount }
    paid_: rows(stage: PAID) { totalCount nodes { invoice status paid { amount } refunded { amount } } }
  }
  links { clicked clicked_: rows(clicked: true) { totalCount } }
  rows { nodes { invoice amount { amount currency } paid cardType paidAt clicked } }
"""
OF_FILTER = "($filter: MessagesReportFilter!)"
LIVE = f"subscription {OF_FILTER} {{ messagesReportChanged(filter: $filter) {{ {FIELDS} }} }}"
READ = f"query {OF_FILTER} {{ messagesReport(filter: $filter) {{ {FIELDS} }} }}"
STATUS = """
subscription { inboxEvents { __typename ... on MessageChanged {
    message { paymentRequest { status } } conversation { location { name } }
} } }
"""


@pytest.fixture
async def town(database, open_hub) -> Watched:
    return watched(await open_desk(database), await open_hub(poll_seconds=0.2))


class Report:
    """A report of Store A that somebody watches, and whoever asks anew."""

    def __init__(self, town: Watched, seen: Seen, filter: dict[str, Any]) -> None:
        self.town, self.seen, self.filter = town, seen, filter

    async def becomes(self, paid: int, refunded: str | None) -> Any:
        """The state in which so many are paid and so much was given back: seen live, and read anew."""
        while True:
            state = await self.seen.next()
            drill = state["payByText"]
            if drill["paid"] == paid and [money["amount"] for money in drill["refunded"]] == (
                [] if refunded is None else [refunded]
            ):
                break
        assert (await self.town.ask("ann", READ, filter=self.filter))["messagesReport"] == state
        self._adds_up(state)
        return state

    @staticmethod
    def _adds_up(state: Any) -> None:
        tiles, drill = state["tiles"], state["payByText"]
        conversion = tiles["payByTextConversion"]
        assert conversion["numerator"] == drill["paid"] == drill["paid_"]["totalCount"]
        assert conversion["denominator"] == drill["received"] == drill["received_"]["totalCount"]
        links = state["links"]
        assert tiles["linksClicked"]["value"] == links["clicked"] == links["clicked_"]["totalCount"]
        for gross, refunded, net in zip(drill["gross"], drill["refunded"], drill["net"], strict=True):
            assert Decimal(net["amount"]) == Decimal(gross["amount"]) - Decimal(refunded["amount"])


async def delivered_bill(town: Watched) -> tuple[UUID, UUID]:
    """Ann has asked for fifty dollars, and the text was delivered. The request, and the conversation."""
    desk = town.desk
    received = await desk.receive()
    made = await ask_for_payment(
        await desk.actor("ann"), received.conversation_id, Asked("INV-1", Decimal(50), "USD")
    )
    receipt = Receipt(desk.tenant_id, "SM1", MessageStatus.DELIVERED, message_id=made["message"])
    assert await report_receipt(desk.services, receipt)
    assert made["payment_request"]
    return made["payment_request"], received.conversation_id


async def move_to_b(town: Watched, conversation_id: UUID) -> None:
    store_b = (await town.desk.place("B")).id
    await transfer_conversation(
        await town.desk.actor(), conversation_id, TransferRequest(store_b, None, notify=False)
    )


@pytest.mark.parametrize("moved", [False, True])
async def test_a_late_payment_and_a_refund_move_everything_together(town: Watched, moved: bool):
    desk = town.desk
    request, talk = await delivered_bill(town)
    if moved:
        await move_to_b(town, talk)
    chosen = {"window": {"last": "DAYS_7"}, "locationIds": [await town.location("A")]}
    async with town.watching("ann", LIVE, filter=chosen) as seen:
        report = Report(town, seen, chosen)
        before = await report.becomes(0, None)
        assert before["tiles"]["payByTextConversion"] == {"value": 0, "numerator": 0, "denominator": 1}
        assert before["tiles"]["linksClicked"]["value"] == 0

        # A week later, of this week's request.
        late = desk.services.clock() + timedelta(days=7)
        await happens(desk.services, desk.tenant_id, PaymentEventKind.FAILED, card="amex", at=late)
        late += timedelta(minutes=1)
        await happens(desk.services, desk.tenant_id, PaymentEventKind.PAID, card="jcb", at=late)
        paid = await report.becomes(1, "0.00")
        assert paid["tiles"]["payByTextConversion"]["value"] == 1
        assert paid["payByText"]["gross"] == paid["payByText"]["net"] == [{"amount": "50.00"}]
        row = next(row for row in paid["rows"]["nodes"] if row["invoice"])
        assert (row["paid"], row["cardType"], row["clicked"]) == (True, "JCB", True)
        assert row["amount"] == {"amount": "50.00", "currency": "USD"}
        assert row["paidAt"].startswith(f"{late:%Y-%m-%dT%H:%M:%S}")

        actor = await desk.actor("bob" if moved else "ann")
        await refund_payment(actor, request, amount=Decimal(20), currency="USD")
        part = await report.becomes(1, "20.00")
        assert part["tiles"] == paid["tiles"]
        assert part["payByText"]["net"] == [{"amount": "30.00"}]
        assert part["payByText"]["paid_"]["nodes"][0]["status"] == "PARTLY_REFUNDED"

        await happens(desk.services, desk.tenant_id, PaymentEventKind.VOIDED, at=late + timedelta(minutes=1))
        voided = await report.becomes(0, None)
        assert voided["tiles"] == before["tiles"]
        assert voided["rows"] == before["rows"]


async def test_a_payment_after_the_request_was_withdrawn_moves_it_too(town: Watched):
    desk = town.desk
    request, _ = await delivered_bill(town)
    chosen = {"window": {"last": "DAYS_7"}}
    async with town.watching("ann", LIVE, filter=chosen) as seen:
        report = Report(town, seen, chosen)
        await report.becomes(0, None)

        await cancel_payment_request(await desk.actor("ann"), request)
        await happens(desk.services, desk.tenant_id, PaymentEventKind.PAID)

        paid = await report.becomes(1, "0.00")
        assert paid["payByText"]["paid_"]["nodes"][0]["status"] == "PAID"


async def test_each_inbox_hears_of_its_own_texts_alone(town: Watched):
    desk = town.desk
    _, talk = await delivered_bill(town)
    await move_to_b(town, talk)
    async with town.watching("ann", STATUS) as ann, town.watching("bob", STATUS) as bob:
        await happens(desk.services, desk.tenant_id, PaymentEventKind.PAID)
        await desk.receive("next", who="+19175550177")
        await desk.receive("next", who="+19175550178", to="+13125550100")

        event = await bob.next()
        assert event["message"]["paymentRequest"]["status"] == "PAID"
        assert event["conversation"]["location"]["name"] == "Store B"
        # What follows it is the first that Ann hears of.
        assert (await ann.next())["__typename"] != "MessageChanged"
