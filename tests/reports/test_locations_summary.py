import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from localmessages.reports.want import Want
from localmessages.rules.windows import InvalidWindow
from models.database import Database
from tests.support.facts import ConversationFact, Facts, MessageFact, MoveFact, WaitFact, save
from tests.support.recompute import Asked
from tests.support.summary_numbers import ask

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
WEEK = Asked(NOW, last=7)
NOTHING = Want(*[False] * 9)


def at(day: int, hour: int = 12, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def page(database: Database, facts: Facts, asked: Asked = WEEK, **given):
    async with database.transaction() as connection:
        if not await connection.fetchval("SELECT true FROM account WHERE id = $1", facts.tenant_id):
            await save(connection, facts)
    async with database.snapshot() as connection:
        return await ask(connection, facts, asked, **given)


async def test_an_empty_town_has_zeros_and_nulls_for_every_day(database):
    summary = await page(database, Facts(["America/New_York"]))

    total = summary.total
    assert total.response_time.median_seconds is None
    assert total.response_time.sample == total.inbound_messages == total.active_conversations == 0
    assert [day.on for day in total.daily] == [date(2026, 9, n) for n in range(14, 21)]
    assert {day.response_time.mean_seconds for day in total.daily} == {None}


async def test_without_locations_the_page_is_empty_and_has_its_window(database):
    summary = await page(database, Facts([]))

    assert (summary.locations, summary.transfer_flows, summary.total.inbound_messages) == ([], [], 0)
    assert (summary.window.start, summary.window.end) == (at(14, 0), at(21, 0))


async def test_each_location_has_its_own_days_and_the_frame_holds_all_of_them(database):
    facts = Facts(["America/New_York", "Asia/Kolkata"])
    facts.messages = [MessageFact(n, at(13, 20)) for n in (0, 1)]

    summary = await page(database, facts)

    assert [part.inbound_messages for part in summary.locations] == [0, 1]
    assert [part.previous.inbound_messages for part in summary.locations] == [1, 0]
    assert (summary.window.start, summary.window.end) == (at(13, 18, 30), at(21, 4))
    assert (summary.window.first_day, summary.window.last_day) == (date(2026, 9, 14), date(2026, 9, 20))
    assert summary.window.time_zone is None


async def test_where_today_differs_the_pooled_days_are_those_of_all(database):
    facts = Facts(["America/Los_Angeles", "Asia/Kolkata"])
    facts.messages = [MessageFact(1, at(20, 20)), MessageFact(0, at(20, 20))]

    summary = await page(database, facts, Asked(at(20, 20), last=2))

    assert [(day.on.day, day.inbound_messages) for day in summary.total.daily] == [(19, 0), (20, 1), (21, 1)]


async def test_an_explicit_zone_is_that_of_every_location(database):
    facts = Facts(["America/New_York", "Asia/Kolkata"])
    facts.messages = [MessageFact(n, at(13, 20, minute)) for n in (0, 1) for minute in (0, 40)]

    summary = await page(database, facts, Asked(NOW, days=(date(2026, 9, 14),) * 2, zone="Asia/Tehran"))

    # Midnight in Tehran is 20:30 UTC, in the middle of an hour of New York.
    assert [part.inbound_messages for part in summary.locations] == [1, 1]
    assert summary.window.time_zone == "Asia/Tehran"


async def test_a_window_of_instants_is_exact_to_the_microsecond(database):
    start, end = at(14, 10, 17), at(15, 9, 41)
    tick = timedelta(microseconds=1)
    facts = Facts(["America/New_York"])
    facts.messages = [MessageFact(0, moment) for moment in (start - tick, start, end - tick, end)]
    facts.waits = [WaitFact(0, moment) for moment in (start - tick, start, end - tick, end)]

    summary = await page(database, facts, Asked(NOW, instants=(start, end)))

    assert summary.total.inbound_messages == summary.total.response_time.sample == 2
    assert summary.total.previous.inbound_messages == 1
    assert (summary.window.start, summary.window.end, summary.window.first_day) == (start, end, None)
    assert [day.inbound_messages for day in summary.total.daily] == [1, 1]


async def test_only_people_and_campaigns_send_outbound_messages_and_refused_ones_are_none(database):
    facts = Facts(["UTC"])
    facts.messages = [
        *(MessageFact(0, at(15), origin) for origin in ("AGENT", "CAMPAIGN", "CAMPAIGN", "AUTO", "SYSTEM")),
        MessageFact(0, at(15), "AGENT", refused=True),
    ]

    total = (await page(database, facts)).total

    assert total.outbound_messages == 3
    breakdown = total.outbound_breakdown
    assert (breakdown.agent, breakdown.campaign, breakdown.auto, breakdown.system) == (1, 2, 1, 1)


async def test_folding_changes_no_number(database):
    facts = Facts(["America/New_York", "Asia/Kolkata"])
    facts.messages = [MessageFact(n % 2, at(14) + timedelta(hours=n)) for n in range(40)]
    unfolded = await page(database, facts)
    for most in (25, 1000):
        async with database.transaction() as connection:
            await connection.fetchval("SELECT fold_message_hours($1)", most)

        assert (await page(database, facts)).locations == unfolded.locations

    assert unfolded.total.inbound_messages == 40


@pytest.mark.parametrize(
    ("mode", "median", "sample", "excluded", "undelivered"),
    [("EXCLUDE", 20, 2, 2, 1), ("PAUSE", 30, 3, 1, 1), ("INCLUDE", 250, 4, 0, 2)],
)
async def test_what_closed_hours_do_to_the_sample(database, mode, median, sample, excluded, undelivered):
    facts = Facts(["UTC"])
    facts.waits = [
        WaitFact(0, at(15), elapsed=100, open=10),
        WaitFact(0, at(15), elapsed=200, open=30, reply_undelivered=True),
        WaitFact(0, at(15), elapsed=300, open=50, opened_out_of_hours=True),
        WaitFact(0, at(15), elapsed=400, open=0, opened_out_of_hours=True, reply_undelivered=True),
        WaitFact(0, at(15), "CLOSED_UNANSWERED", elapsed=9000, open=9000),
    ]

    found = (await page(database, facts, mode=mode)).total.response_time

    assert (found.median_seconds, found.sample) == (median, sample)
    assert (found.excluded, found.reply_undelivered) == (excluded, undelivered)


async def test_medians_are_pooled_over_waits_and_not_over_medians(database):
    facts = Facts(["UTC", "UTC"])
    facts.waits = [WaitFact(0, at(15), open=s) for s in (60, 120)]
    facts.waits += [WaitFact(1, at(15 + n), open=s) for n, s in enumerate((600, 1200, 1800))]

    summary = await page(database, facts)

    assert [part.response_time.median_seconds for part in summary.locations] == [90, 1200]
    found = summary.total.response_time
    assert (found.median_seconds, found.mean_seconds, found.p90_seconds) == (600, 756, 1560)


async def test_now_ignores_the_window(database):
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    facts = Facts(["UTC"])
    facts.conversations = [
        ConversationFact(0, waiting_since=long_ago),
        ConversationFact(0, waiting_since=at(15), answered=True),
        ConversationFact(0, active=False),
        ConversationFact(0, "SNOOZED", waiting_since=long_ago - timedelta(days=1)),
    ]

    total = (await page(database, facts)).total

    new = total.new_inbound_conversations
    assert total.active_conversations == 2
    assert (new.count, new.never_answered, new.awaiting_reply) == (2, 1, 1)
    assert new.oldest_waiting_since == long_ago


async def test_a_move_counts_once_in_the_window_of_where_it_left(database):
    facts = Facts(["UTC", "UTC", "UTC"])
    facts.moves = [
        *(MoveFact(0, 1, at(15)) for _ in range(2)),
        MoveFact(2, 0, at(16)),
        MoveFact(0, 1, at(15), undone=True),
        MoveFact(0, 1, at(1)),
        MoveFact(1, 2, at(15)),
    ]

    flows = (await page(database, facts, chosen=[0])).transfer_flows

    ids = [place.id for place in facts.places]
    assert [(flow.from_, flow.to, flow.count) for flow in flows] == [(ids[0], ids[1], 2), (ids[2], ids[0], 1)]


async def test_locations_come_by_name_and_only_the_chosen_ones(database):
    facts = Facts(["UTC"] * 3)
    facts.messages = [MessageFact(n, at(15)) for n in range(3)]

    summary = await page(database, facts, chosen=[2, 0])

    assert [part.location for part in summary.locations] == [facts.places[0], facts.places[2]]
    assert summary.total.inbound_messages == 2


async def test_another_tenant_never_adds_to_the_numbers(database):
    facts, other = Facts(["UTC"]), Facts(["UTC"])
    for one in (facts, other):
        one.messages = [MessageFact(0, at(15))]
    await page(database, other)

    assert (await page(database, facts)).total.inbound_messages == 1


async def test_a_window_that_nobody_could_mean_is_refused(database):
    with pytest.raises(InvalidWindow):
        await page(database, Facts(["UTC"]), Asked(NOW, instants=(at(15), at(15))))


@pytest.mark.parametrize(
    ("part", "statements"),
    [
        (None, []),
        ("current", ["conversation"]),
        ("messages", ["message_hour"]),
        ("response_time", ["wait"]),
        ("wait_outcomes", ["wait"]),
        ("transfer_flows", ["transfer"]),
    ],
)
async def test_what_nobody_looks_at_is_not_read(database, part, statements):
    facts = Facts(["UTC"])
    await page(database, facts)
    asked: list[str] = []
    want = NOTHING if part is None else Want(*[name == part for name in Want.__dataclass_fields__])

    async with database.snapshot() as connection:
        with connection.query_logger(lambda query: asked.append(query.query)):
            await ask(connection, facts, WEEK, want=want)

    assert [re.findall(r"FROM (\w+)\n", statement)[0] for statement in asked] == statements


async def test_a_page_is_one_moment_whatever_is_written_meanwhile(database):
    facts = Facts(["UTC"])
    facts.messages = [MessageFact(0, at(15))]
    await page(database, facts)

    async with database.snapshot() as connection:
        before = await ask(connection, facts, WEEK)
        async with database.transaction() as writer:
            await writer.execute("DELETE FROM message")
            await writer.fetchval("SELECT fold_message_hours(1000)")
        assert await ask(connection, facts, WEEK) == before

    assert (await page(database, facts)).total.inbound_messages == 0


async def test_many_waits_are_merged_without_holding_up_the_event_loop(database, monkeypatch):
    facts = Facts(["UTC"])
    facts.waits = [WaitFact(0, at(15), open=float(n)) for n in range(10_001)]
    aside: list[str] = []
    to_thread = asyncio.to_thread

    async def watched(work, *args):
        aside.append(work.__name__)
        return await to_thread(work, *args)

    monkeypatch.setattr(asyncio, "to_thread", watched)
    total = (await page(database, facts)).total

    assert aside == ["_of_spans", "metrics"]
    assert total.response_time.median_seconds == 5000
