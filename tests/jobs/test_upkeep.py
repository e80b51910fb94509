import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from localmessages.actions.actor import idempotency_key
from localmessages.actions.attempts import begin_attempt
from localmessages.actions.conversations import close_conversation, snooze_conversation
from localmessages.actions.mailing import mail
from localmessages.actions.one_time_tokens import TokenPurpose, issue_one_time_token
from localmessages.actions.payment_requests import Asked, ask_for_payment
from localmessages.actions.payments import close_pages
from localmessages.actions.sessions import Device, begin_session
from localmessages.actions.waking import wake_conversation
from localmessages.jobs.upkeep import KEYS_LAST, MAILS_LAST, clear_out, fold, keep_up, wake_due
from localmessages.jobs.verify import verify_rollups
from localmessages.replay import replay_lines
from localmessages.rules.paying import PAGE_OPEN_FOR
from localmessages.rules.payments import PaymentEventKind
from models.database import Database
from subscriptions.retention import RETENTION
from tests.support.consistency import rollup_differences
from tests.support.desk import Desk, open_desk
from tests.support.logs import MONDAY, encoded, inbound, outbound
from tests.support.paying import happens
from tests.support.waiting import eventually


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database)


def later(desk: Desk, by: timedelta) -> Desk:
    """The same desk after a while."""
    return replace(desk, services=replace(desk.services, clock=lambda: datetime.now(UTC) + by))


async def snoozed(desk: Desk, *, who: str = "+19175550123"):
    received = await desk.receive(who=who)
    until = desk.services.clock() + timedelta(hours=1)
    await snooze_conversation(await desk.actor(), received.conversation_id, until)
    return received.conversation_id


async def test_a_conversation_wakes_when_its_sleep_is_over_and_not_before(desk: Desk):
    conversation = await snoozed(desk)

    await wake_due(desk.services)
    assert await desk.value("SELECT status FROM conversation") == "SNOOZED"

    desk.published.clear()
    await wake_due(later(desk, timedelta(hours=1, seconds=1)).services)
    await wake_due(later(desk, timedelta(hours=1, seconds=1)).services)

    row = await desk.row("SELECT * FROM conversation WHERE id = $1", conversation)
    assert (row["status"], row["snoozed_until"]) == ("OPEN", None)
    changes = await desk.rows("SELECT kind, by_user_id FROM conversation_change ORDER BY version")
    assert [tuple(change) for change in changes][-1] == ("WOKEN", None)
    assert len([event for event in desk.published if event.kind == "ENTRY_ADDED"]) == 1


async def asked_for_money(desk: Desk) -> None:
    received = await desk.receive()
    asked = Asked("INV-1", Decimal(50), "USD")
    await ask_for_payment(await desk.actor(), received.conversation_id, asked)


async def test_a_payment_page_closes_when_its_time_is_over_and_every_text_of_it_says_so(desk: Desk):
    await asked_for_money(desk)
    await asked_for_money(desk)

    await close_pages(later(desk, PAGE_OPEN_FOR - timedelta(minutes=1)).services)
    assert await desk.value("SELECT status FROM payment_request") == "REQUESTED"

    desk.published.clear()
    await asyncio.gather(*(close_pages(later(desk, PAGE_OPEN_FOR).services) for _ in range(3)))

    assert await desk.value("SELECT status FROM payment_request") == "EXPIRED"
    assert [event.kind for event in desk.published] == ["MESSAGE_CHANGED"] * 2


async def test_a_late_payment_counts(desk: Desk):
    await asked_for_money(desk)
    late = later(desk, PAGE_OPEN_FOR)
    await close_pages(late.services)

    await happens(late.services, desk.tenant_id, PaymentEventKind.PAID)
    await close_pages(late.services)

    row = await desk.row("SELECT * FROM payment_request")
    assert (row["status"], row["paid_amount"]) == ("PAID", 50)


async def test_a_bill_of_a_log_does_not_close(desk: Desk):
    bill = {"invoice": "OLD-1", "amount": "50.00", "currency": "USD"}
    link = {"slug": "old", "url": "https://pay.example/old"}
    await replay_lines(desk.services, encoded([outbound(0, "o1", "Pay", link=link, payment=bill)]))

    await close_pages(later(desk, timedelta(days=900)).services)

    assert await desk.value("SELECT status FROM payment_request") == "REQUESTED"


async def test_one_that_was_closed_meanwhile_stays_closed(desk: Desk):
    conversation = await snoozed(desk)
    await close_conversation(await desk.actor(), conversation)

    await wake_conversation(later(desk, timedelta(hours=2)).services, desk.tenant_id, conversation)

    assert await desk.value("SELECT status FROM conversation") == "CLOSED"


async def test_deltas_are_folded_while_the_worker_lives(desk: Desk):
    await desk.exchange()
    stop = asyncio.Event()
    upkeep = asyncio.create_task(keep_up(desk.services, stop, every=0.02))

    async def folded():
        return await desk.value("SELECT count(*) FROM message_hour_delta") == 0

    await eventually(folded)
    await desk.exchange(who="+19175550199")
    await eventually(folded)
    stop.set()
    await upkeep

    assert (await desk.counts())["agent"] == 2
    async with desk.services.database.connection() as connection:
        assert not await rollup_differences(connection)


async def test_old_events_keys_and_job_logs_are_cleared_out_and_new_ones_stay(desk: Desk):
    received = await desk.receive()
    key = idempotency_key("one", "closeConversation", {})
    await close_conversation(await desk.actor(), received.conversation_id, key=key)
    await desk.rows("UPDATE pgqueuer_log SET created = now() - interval '3 days'")
    events = await desk.value("SELECT count(*) FROM live_event WHERE kind = 'ENTRY_ADDED'")
    assert events

    await clear_out(desk.services)
    assert await desk.value("SELECT count(*) FROM idempotency_key") == 1
    assert await desk.value("SELECT count(*) FROM live_event WHERE kind = 'ENTRY_ADDED'") == events
    assert await desk.value("SELECT count(*) FROM pgqueuer_log") == 0

    await clear_out(later(desk, KEYS_LAST + timedelta(minutes=1)).services)
    assert await desk.value("SELECT count(*) FROM idempotency_key") == 0
    assert await desk.value("SELECT count(*) FROM live_event WHERE kind = 'ENTRY_ADDED'") == events

    await clear_out(later(desk, RETENTION + timedelta(minutes=1)).services)
    assert await desk.value("SELECT count(*) FROM live_event") == 0


async def test_ways_in_are_forgotten_when_they_let_nobody_in_for_long(desk: Desk):
    now, who = desk.services.clock(), (desk.tenant_id, (await desk.actor()).viewer.actor_id)
    async with desk.services.transaction() as tx:
        await begin_session(tx, *who, Device(), at=now)
        await issue_one_time_token(tx, *who, TokenPurpose.PASSWORD_RESET, at=now)
    await begin_attempt(desk.services, ["somebody"], "192.0.2.1", now)

    async def kept() -> list[int]:
        tables = ("failed_attempt", "one_time_token", "session")
        return [await desk.value(f"SELECT count(*) FROM {table}") for table in tables]

    await clear_out(later(desk, timedelta(minutes=59)).services)
    assert await kept() == [1, 1, 1]
    await clear_out(later(desk, timedelta(hours=23)).services)
    assert await kept() == [1, 0, 1]
    await clear_out(later(desk, timedelta(days=59)).services)
    assert await kept() == [0, 0, 1]
    await clear_out(later(desk, timedelta(days=61)).services)
    assert await kept() == [0, 0, 0]


async def test_the_nightly_sample_finds_no_difference_and_then_the_one_that_was_made(
    database: Database, capsys
):
    lines = [
        inbound(0, "I1"),
        outbound(5, "O1"),
        outbound(6, "O2", origin="CAMPAIGN", campaign="sale", agent=None),
        outbound(7, "O3", refused="30006"),
        {
            "do": "status",
            "at": (MONDAY + timedelta(minutes=8)).isoformat(),
            "sid": "O2",
            "status": "delivered",
        },
    ]
    desk = await open_desk(database, *lines)
    reach = desk.services.clock() - MONDAY + timedelta(days=1)
    assert await verify_rollups(desk.services, reach=reach) == []
    await fold(desk.services)
    assert await verify_rollups(desk.services, reach=reach) == []

    await desk.rows("UPDATE message_hour SET agent = agent + 2")
    await desk.rows("UPDATE campaign_hour SET delivered = 0")
    hour, campaign = await verify_rollups(desk.services, reach=reach)

    assert (hour["campaign_id"] or campaign["campaign_id"]) is not None
    assert {(row["agent"], row["delivered"]) for row in (hour, campaign)} == {(2, 0), (0, -1)}
    assert "rollups.differ" in capsys.readouterr().out

    await desk.rows("DELETE FROM message_hour")
    await desk.rows("DELETE FROM campaign_hour")
    await desk.rows("UPDATE conversation_day SET inbound = inbound + 1")
    *_, day = await verify_rollups(desk.services, reach=reach)

    assert (day["inbound"], day["texts"], day["by_agents"]) == (1, 0, 0)


async def test_mails_are_cleared_out_after_a_month_with_whom_they_went_to(desk: Desk):
    async with desk.services.transaction() as change:
        await mail(
            change,
            tenant_id=desk.tenant_id,
            key="one",
            to=["olive@acme.example", "max@acme.example"],
            subject="Your report",
            text="Delivered: 12\n",
            at=desk.services.clock(),
        )

    await clear_out(later(desk, MAILS_LAST - timedelta(minutes=1)).services)
    assert await desk.value("SELECT count(*) FROM mail_recipient") == 2

    await clear_out(later(desk, MAILS_LAST + timedelta(minutes=1)).services)
    assert await desk.value("SELECT count(*) FROM mail_recipient") == 0
    assert await desk.value("SELECT count(*) FROM mail") == 0
