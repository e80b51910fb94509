import asyncio
from uuid import uuid4

import pytest

from localmessages.actions.actor import Actor
from localmessages.actions.delivery import (
    give_up,
    hand_over_refused,
    handed_over,
    report_receipt,
    take_for_sending,
)
from localmessages.actions.queue import RECEIPT, SEND
from localmessages.actions.receipts import take_receipt
from localmessages.actions.retrying import retry_message
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.gateways.carrier import Receipt
from localmessages.reports.keyset import Page
from localmessages.reports.messages import unsent_page
from localmessages.rules.delivery import MessageStatus
from models.database import Database
from tests.support.consistency import rollup_differences
from tests.support.desk import Desk, open_desk
from tests.support.logs import ANN, CUSTOMER

SENT, DELIVERED, UNDELIVERED, FAILED = (
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.UNDELIVERED,
    MessageStatus.FAILED,
)


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database)


async def sent(desk: Desk, external_id: str = "SM1"):
    """An answer that the carrier has taken."""
    reply = await desk.exchange()
    assert await take_for_sending(desk.services, desk.tenant_id, reply)
    await handed_over(desk.services, desk.tenant_id, reply, external_id)
    return reply


def receipt(desk: Desk, status: MessageStatus, code: str | None = None, external_id: str = "SM1") -> Receipt:
    return Receipt(desk.tenant_id, external_id, status, code)


async def test_a_reply_is_sending_before_the_carrier_has_it_and_sent_after(desk: Desk):
    reply = await desk.exchange()

    sms = await take_for_sending(desk.services, desk.tenant_id, reply)
    assert sms is not None
    assert (sms.key, sms.from_number, sms.to_number, sms.body) == (str(reply), ANN, CUSTOMER, "Until five.")
    assert (await desk.message(reply))["status"] == "SENDING"

    await handed_over(desk.services, desk.tenant_id, reply, "SM1")
    text = await desk.message(reply)
    assert (text["status"], text["external_id"], text["refused"]) == ("SENT", "SM1", False)
    assert await desk.reports(reply) == [("SENDING", True), ("SENT", True)]


async def test_a_text_whose_worker_died_is_given_out_again_and_one_that_the_carrier_has_is_not(desk: Desk):
    reply = await desk.exchange()
    first = await take_for_sending(desk.services, desk.tenant_id, reply)

    again = await take_for_sending(desk.services, desk.tenant_id, reply)
    await handed_over(desk.services, desk.tenant_id, reply, "SM1")

    assert first == again
    assert await take_for_sending(desk.services, desk.tenant_id, reply) is None
    assert await take_for_sending(desk.services, desk.tenant_id, uuid4()) is None
    assert await desk.reports(reply) == [("SENDING", True), ("SENT", True)]


async def test_every_receipt_is_kept_and_the_highest_stands(desk: Desk):
    reply = await sent(desk)

    for status in (DELIVERED, SENT, DELIVERED, MessageStatus.QUEUED):
        assert await report_receipt(desk.services, receipt(desk, status))

    assert (await desk.message(reply))["status"] == "DELIVERED"
    assert (await desk.reports(reply))[2:] == [
        ("DELIVERED", True),
        ("SENT", False),
        ("DELIVERED", False),
        ("QUEUED", False),
    ]


async def test_a_receipt_that_waited_for_another_sees_what_that_one_did(desk: Desk):
    reply = await sent(desk)
    async with desk.services.database.transaction() as connection:
        await connection.execute("SELECT FROM contact FOR UPDATE")
        failed = asyncio.create_task(report_receipt(desk.services, receipt(desk, UNDELIVERED, "30003")))
        await desk.until_locks_wait(1)
        delivered = asyncio.create_task(report_receipt(desk.services, receipt(desk, DELIVERED)))
        await desk.until_locks_wait(2)

    assert await failed
    assert await delivered
    text = await desk.message(reply)
    assert (text["status"], text["failure_code"]) == ("UNDELIVERED", "30003")
    assert (await desk.reports(reply))[2:] == [("UNDELIVERED", True), ("DELIVERED", False)]


async def test_many_receipts_at_once_are_all_kept_and_failure_wins_over_delivery(desk: Desk):
    reply = await sent(desk)
    reports = [SENT, DELIVERED, UNDELIVERED, DELIVERED] * 4

    kept = await asyncio.gather(
        *(
            report_receipt(desk.services, receipt(desk, status, "30003" if status is UNDELIVERED else None))
            for status in reports
        )
    )

    text = await desk.message(reply)
    assert all(kept)
    assert (text["status"], text["failure_code"]) == ("UNDELIVERED", "30003")
    assert len(await desk.reports(reply)) == 2 + len(reports)
    async with desk.services.database.connection() as connection:
        assert not await rollup_differences(connection)


async def test_an_undelivered_reply_flags_the_wait_that_it_answered(desk: Desk):
    reply = await sent(desk)
    assert not await desk.value("SELECT reply_undelivered FROM wait WHERE answer_id = $1", reply)

    await report_receipt(desk.services, receipt(desk, UNDELIVERED, "30003"))

    assert await desk.value("SELECT reply_undelivered FROM wait WHERE answer_id = $1", reply)
    assert await desk.value("SELECT undeliverable_at FROM contact") is None
    assert await desk.counts() == {"agent": 1, "system": 0, "auto": 0, "non_deliverable": 1}


async def test_a_final_number_error_marks_the_number_and_an_opt_out_at_the_carrier_opts_out(desk: Desk):
    await sent(desk)
    await report_receipt(desk.services, receipt(desk, UNDELIVERED, "30005"))
    assert await desk.value("SELECT undeliverable_at FROM contact") is not None

    other = await desk.exchange(who="+19175550199")
    await take_for_sending(desk.services, desk.tenant_id, other)
    await hand_over_refused(desk.services, desk.tenant_id, other, "21610")

    contact = await desk.row("SELECT * FROM contact WHERE phone = '+19175550199'")
    change = await desk.row("SELECT * FROM consent_change")
    assert contact["opted_out_at"] is not None
    assert (change["method"], change["cause_message_id"]) == ("CARRIER", other)


async def test_a_text_that_the_carrier_refuses_has_failed_and_is_no_outbound_message(desk: Desk):
    reply = await desk.exchange()
    await take_for_sending(desk.services, desk.tenant_id, reply)

    await hand_over_refused(desk.services, desk.tenant_id, reply, "30006")

    text = await desk.message(reply)
    assert (text["status"], text["failure_code"], text["refused"]) == ("FAILED", "30006", True)
    assert await desk.counts() == {"agent": 0, "system": 0, "auto": 0, "non_deliverable": 1}
    assert await desk.value("SELECT reply_undelivered FROM wait WHERE answer_id = $1", reply)


async def test_a_contact_who_opted_out_meanwhile_gets_nothing(desk: Desk):
    received = await desk.receive()
    reply = await desk.reply(received)
    await desk.receive("STOP")

    assert await take_for_sending(desk.services, desk.tenant_id, reply) is None

    text = await desk.message(reply)
    assert (text["status"], text["failure_code"], text["refused"]) == ("FAILED", "21610", True)
    assert (await desk.counts())["agent"] == 0
    assert await desk.value("SELECT count(*) FROM consent_change") == 1


async def test_the_confirmation_of_an_opt_out_goes_out_and_a_notice_does_not(desk: Desk):
    received = await desk.receive()
    target = await desk.place("B")
    await transfer_conversation(await desk.actor(), received.conversation_id, TransferRequest(target.id))
    notice = await desk.value("SELECT notice_id FROM transfer")
    await desk.receive("STOP")
    confirmation = await desk.value("SELECT id FROM message WHERE origin = 'SYSTEM' AND id <> $1", notice)

    assert await take_for_sending(desk.services, desk.tenant_id, notice) is None
    assert await take_for_sending(desk.services, desk.tenant_id, confirmation) is not None


async def test_a_text_that_no_attempt_handed_over_is_unsent_and_can_be_sent_again(desk: Desk):
    reply = await desk.exchange()
    refused = await desk.exchange(who="+19175550199")
    for text in (reply, refused):
        await take_for_sending(desk.services, desk.tenant_id, text)
    await give_up(desk.services, desk.tenant_id, reply)
    await hand_over_refused(desk.services, desk.tenant_id, refused, "30006")

    actor: Actor = await desk.actor()
    async with desk.services.database.connection() as connection:
        page = await unsent_page(connection, desk.tenant_id, actor.viewer.location_ids, Page(25))
    again = await retry_message(actor, reply)

    assert [row.id for row in page.items] == [reply]
    assert (await desk.message(reply))["status"] == "FAILED"
    assert again["message"]
    assert (await desk.message(again["message"]))["status"] == "QUEUED"
    assert (await desk.jobs(SEND))[-1]["message"] == str(again["message"])
    assert await desk.counts() == {"agent": 1, "system": 0, "auto": 0, "non_deliverable": 2}


async def test_a_receipt_that_overtakes_its_hand_over_waits_as_a_job(desk: Desk):
    reply = await desk.exchange()
    await take_for_sending(desk.services, desk.tenant_id, reply)

    await take_receipt(desk.services, receipt(desk, DELIVERED))
    assert await desk.jobs(RECEIPT) == [
        {
            "tenant": str(desk.tenant_id),
            "external_id": "SM1",
            "status": "DELIVERED",
            "code": None,
            "message": None,
        }
    ]
    await handed_over(desk.services, desk.tenant_id, reply, "SM1")

    await take_receipt(desk.services, receipt(desk, DELIVERED))
    assert len(await desk.jobs(RECEIPT)) == 1
    assert (await desk.message(reply))["status"] == "DELIVERED"


async def test_a_receipt_with_our_own_id_needs_not_wait(desk: Desk):
    reply = await desk.exchange()
    await take_for_sending(desk.services, desk.tenant_id, reply)

    early = Receipt(desk.tenant_id, "SM1", DELIVERED, message_id=reply)
    assert await report_receipt(desk.services, early)
    await handed_over(desk.services, desk.tenant_id, reply, "SM1")

    text = await desk.message(reply)
    assert (text["status"], text["external_id"]) == ("DELIVERED", "SM1")
    assert await desk.reports(reply) == [("SENDING", True), ("DELIVERED", True), ("SENT", False)]


async def test_a_receipt_moves_nothing_of_another_tenant_nor_of_a_customers_text(desk: Desk):
    await sent(desk)

    assert not await report_receipt(desk.services, Receipt(uuid4(), "SM1", FAILED))
    assert not await report_receipt(desk.services, receipt(desk, FAILED, external_id="IN1"))

    assert await desk.value("SELECT count(*) FROM message WHERE status = 'FAILED'") == 0


async def test_each_step_is_told_where_the_conversation_is_and_where_the_text_was_sent(desk: Desk):
    reply = await sent(desk)
    target = await desk.place("B")
    conversation = (await desk.message(reply))["conversation_id"]
    await transfer_conversation(await desk.actor(), conversation, TransferRequest(target.id, notify=False))
    desk.published.clear()

    await report_receipt(desk.services, receipt(desk, DELIVERED))
    await report_receipt(desk.services, receipt(desk, DELIVERED))

    source = await desk.place("A")
    assert {(event.kind, event.location_id) for event in desk.published} == {
        ("MESSAGE_CHANGED", target.id),
        ("FACT_CHANGED", source.id),
    }
    assert len(desk.published) == 2


async def test_a_receipt_takes_four_statements(desk: Desk):
    await sent(desk)
    statements = await desk.statements()

    await report_receipt(desk.services, receipt(desk, DELIVERED))

    assert len(statements) == 4
