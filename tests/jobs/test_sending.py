from datetime import timedelta

import pytest

from localmessages.actions.queue import SEND
from localmessages.actions.receipts import take_receipt
from localmessages.gateways.carrier import Carrier, CarrierRefused, CarrierUnavailable, OutboundSms, Receipt
from localmessages.gateways.simulated_carrier import FAULTLESS, Habits
from localmessages.jobs.receipts import simulated_carrier
from localmessages.jobs.worker import Rhythm, running_worker
from localmessages.rules.delivery import HANDOVER_ATTEMPTS, MessageStatus
from models.database import Database
from tests.support.carriers import SilentCarrier, ToldCarrier
from tests.support.desk import Desk, open_desk
from tests.support.waiting import eventually

QUICK = Rhythm(heartbeat=timedelta(seconds=2), look=timedelta(seconds=0.2), farewell=timedelta(seconds=0.2))


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database)


@pytest.fixture
def worker(desk: Desk, database_url: str):
    def run(carrier: Carrier):
        return running_worker(desk.services, carrier, database_url, rhythm=QUICK)

    return run


async def stands(desk: Desk, message_id, status: str):
    async def look():
        return (await desk.message(message_id))["status"] == status

    await eventually(look)


async def no_more_jobs(desk: Desk):
    async def look():
        return await desk.value("SELECT count(*) FROM pgqueuer") == 0

    await eventually(look)


async def test_a_reply_goes_out_and_is_delivered(desk: Desk, worker):
    async with worker(simulated_carrier(desk.services, habits=FAULTLESS)):
        reply = await desk.exchange()
        await stands(desk, reply, "DELIVERED")

    assert await desk.reports(reply) == [
        ("SENDING", True),
        ("SENT", True),
        ("SENT", False),
        ("DELIVERED", True),
    ]


async def test_receipts_that_come_twice_and_out_of_order_end_in_the_same(desk: Desk, worker):
    hasty = timedelta(milliseconds=10)
    habits = Habits(0, 0, fails=1, repeats=1, reorders=1, late=0, quickest=hasty, slowest=20 * hasty)
    async with worker(simulated_carrier(desk.services, habits=habits)):
        replies = [await desk.exchange(who=f"+1917555{number:04}") for number in range(5)]
        await no_more_jobs(desk)

    for reply in replies:
        assert (await desk.message(reply))["status"] == "UNDELIVERED"
        assert len(await desk.reports(reply)) == 5


async def test_a_receipt_that_overtakes_the_carriers_answer_is_not_lost(desk: Desk, worker):
    async def deliver_at_once(sms: OutboundSms) -> None:
        receipt = Receipt(sms.tenant_id, f"TOLD{sms.key}", MessageStatus.DELIVERED)
        await take_receipt(desk.services, receipt)

    carrier = ToldCarrier()
    carrier.before_it_answers = deliver_at_once
    async with worker(carrier):
        reply = await desk.exchange()
        await stands(desk, reply, "DELIVERED")


async def test_a_carrier_that_is_busy_for_a_while_gets_the_text_once(desk: Desk, worker):
    carrier = ToldCarrier(CarrierUnavailable(503))
    async with worker(carrier):
        reply = await desk.exchange()
        await stands(desk, reply, "SENT")
        await no_more_jobs(desk)

    assert carrier.asked == [str(reply)] * 2
    assert carrier.bodies == ["Until five."]
    assert await desk.reports(reply) == [("SENDING", True), ("SENT", True)]


async def test_what_the_carrier_refuses_is_not_tried_again(desk: Desk, worker):
    carrier = ToldCarrier(CarrierRefused("21614"))
    async with worker(carrier):
        reply = await desk.exchange()
        await stands(desk, reply, "FAILED")
        await no_more_jobs(desk)

    assert carrier.asked == [str(reply)]
    assert (await desk.message(reply))["failure_code"] == "21614"


@pytest.mark.parametrize(("http_status", "attempts"), [(503, HANDOVER_ATTEMPTS - 1), (401, 0)])
async def test_a_text_is_given_up_after_the_last_attempt_and_at_once_where_none_can_help(
    desk: Desk, worker, http_status: int, attempts: int
):
    reply = await desk.exchange()
    await desk.rows("UPDATE pgqueuer SET attempts = $1", attempts)

    async with worker(ToldCarrier(CarrierUnavailable(http_status))):
        await stands(desk, reply, "FAILED")
        await no_more_jobs(desk)

    text = await desk.message(reply)
    assert (text["refused"], text["failure_code"]) == (True, None)


async def test_an_error_that_nobody_foresaw_loses_nothing(desk: Desk, worker):
    carrier = ToldCarrier(RuntimeError("a bug"))
    async with worker(carrier):
        reply = await desk.exchange()
        await stands(desk, reply, "SENT")

    assert carrier.asked == [str(reply)] * 2


async def test_a_worker_that_stops_puts_back_what_it_was_doing(desk: Desk, worker):
    carrier = SilentCarrier()
    async with worker(carrier):
        reply = await desk.exchange()

        async def asked():
            return carrier.asked

        await eventually(asked)
    assert (await desk.message(reply))["status"] == "SENDING"
    assert len(await desk.jobs(SEND)) == 1

    async with worker(ToldCarrier()):
        await stands(desk, reply, "SENT")


async def test_a_worker_survives_the_loss_of_its_connection(desk: Desk, worker):
    async with worker(ToldCarrier()):
        await stands(desk, await desk.exchange(), "SENT")

        async def cut():
            return await desk.rows(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%pgqueuer%'
                """
            )

        await eventually(cut)

        await stands(desk, await desk.exchange(who="+19175550199"), "SENT")


async def test_what_the_system_answers_goes_out_too(desk: Desk, worker):
    await desk.rows(
        """
        UPDATE location
        SET auto_reply_in_hours = 'Thanks, one moment.', auto_reply_out_of_hours = 'We are closed.'
        """
    )
    carrier = ToldCarrier()
    async with worker(carrier):
        for body in ("Hello", "HELP", "STOP"):
            await desk.receive(body)
            await no_more_jobs(desk)

    statuses = await desk.rows("SELECT origin, status FROM message WHERE direction = 'OUTBOUND' ORDER BY id")
    assert [tuple(row) for row in statuses] == [("AUTO", "SENT"), ("SYSTEM", "SENT"), ("SYSTEM", "SENT")]
    assert carrier.bodies[0] in ("Thanks, one moment.", "We are closed.")
    assert "Acme" in carrier.bodies[1]


async def test_a_number_sends_no_faster_than_it_may(desk: Desk, worker):
    await desk.rows("UPDATE location_number SET messages_per_second = 2")
    carrier = ToldCarrier()
    replies = [await desk.exchange(who=f"+1917555{number:04}") for number in range(5)]
    async with worker(carrier):
        for reply in replies:
            await stands(desk, reply, "SENT")

    span = await desk.value("SELECT max(at) - min(at) FROM message_status WHERE status = 'SENDING'")
    assert carrier.asked == [str(reply) for reply in replies]
    # Two seconds, less what the first was late by; without a pace it would be next to nothing.
    assert span > timedelta(seconds=1)
