"""Subscriptions that run once for many: who is told what, when sockets are slow and rights come and go."""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from localmessages.rules.live import EventKind
from subscriptions.events import NewEvent
from subscriptions.independent import INDEPENDENT
from tests.subscriptions.test_shareable import AMY, OSCAR
from tests.subscriptions.watching import Seen, Watched, watched
from tests.support.desk import open_desk
from tests.support.logs import ANN, BOB
from tests.support.waiting import eventually

INBOX = """
subscription ($after: Cursor, $filter: InboxFilter) {
  inboxEvents(after: $after, filter: $filter) {
    __typename cursor
    ... on TimelineEntryAdded { entry { ... on Message { body place { name } } } conversation { id version } }
    ... on Resync { reason }
  }
}
"""
SUMMARY = """
subscription {
  locationsSummaryChanged { asOf cursor total { newInboundConversations { count } } }
}
"""


@pytest.fixture
async def town(database, open_hub) -> Watched:
    """Olive and Oscar own all, Ann and Amy work at A, Bob at B."""
    return watched(await open_desk(database, AMY, OSCAR), await open_hub(poll_seconds=0.2), together=True)


async def bodies(seen: Seen, count: int) -> list[str]:
    return [event["entry"]["body"] for event in await seen.take(count)]


async def test_those_of_the_same_rights_are_told_by_one_run(town):
    async with (
        town.watching("ann", INBOX) as ann,
        town.watching("amy", INBOX) as amy,
        town.watching("owner", INBOX) as olive,
    ):
        await town.desk.receive("Hello")

        told = [(await seen.next()) for seen in (ann, amy, olive)]
        assert town.groups.count == 2
        assert told[0]["conversation"] == told[1]["conversation"] == told[2]["conversation"]
        # Each goes on with a cursor of their own.
        assert len({event["cursor"] for event in told}) == 3
    assert town.groups.count == 0


async def test_each_goes_on_from_a_cursor_of_their_own(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        await town.desk.receive("first")
        after = {"ann": (await ann.next())["cursor"], "amy": (await amy.next())["cursor"]}
        await town.desk.receive("second")
        await bodies(ann, 1)
    await town.desk.receive("third")

    for name, cursor in after.items():
        async with town.watching(name, INBOX, after=cursor) as seen:
            assert await bodies(seen, 2) == ["second", "third"]


async def test_who_comes_later_with_an_older_cursor_misses_nothing(town):
    after = {name: await town.cursor(name) for name in ("ann", "amy")}
    async with town.watching("ann", INBOX, after=after["ann"]) as ann:
        for number in range(40):
            await town.desk.receive(str(number))
        expected = [str(number) for number in range(40)]
        assert await bodies(ann, 40) == expected

        async with town.watching("amy", INBOX, after=after["amy"]) as amy:
            assert await bodies(amy, 40) == expected
            await town.desk.receive("now")
            assert await bodies(amy, 1) == await bodies(ann, 1) == ["now"]
            assert town.groups.count == 1


async def test_other_arguments_are_another_run(town):
    chosen = {"locationIds": [await town.location("B")]}
    async with (
        town.watching("owner", INBOX) as olive,
        town.watching("oscar", INBOX, filter=chosen) as oscar,
    ):
        await town.desk.receive("to A", to=ANN)
        await town.desk.receive("to B", to=BOB)

        # Lanes have no order among each other.
        assert sorted(await bodies(olive, 2)) == ["to A", "to B"]
        assert await bodies(oscar, 1) == ["to B"]
        assert town.groups.count == 2


async def test_who_loses_their_rights_is_told_nothing_after_it_though_the_others_are(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        await town.desk.receive("before")
        assert await bodies(ann, 1) == await bodies(amy, 1) == ["before"]

        await town.revoke("ann", "A")
        await town.desk.receive("after")

        assert await bodies(amy, 1) == ["after"]
        assert await ann.error() == "FORBIDDEN"


async def test_rights_lost_in_a_burst_are_lost_at_their_place_among_the_events(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        for number in range(30):
            await town.desk.receive(str(number))
            if number == 14:
                await town.revoke("ann", "A")

        assert await bodies(amy, 30) == [str(number) for number in range(30)]
        told = []
        while (answer := await ann.answer()) is not None:
            if "errors" not in answer:
                told.append(answer["data"]["inboxEvents"]["entry"]["body"])
        assert told == [str(number) for number in range(len(told))]
        assert len(told) <= 15


async def test_a_change_that_leaves_rights_as_they_are_sends_nobody_away(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        await town.desk.receive("before")
        assert await bodies(ann, 1) == await bodies(amy, 1) == ["before"]
        first = await town.desk.catalogue()
        subject = {"subject": ["Tag", str(first.scope_id)]}
        async with town.desk.services.transaction() as tx:
            now = town.desk.services.clock()
            tx.emit(
                NewEvent(town.desk.tenant_id, first.scope_id, EventKind.CATALOGUE_CHANGED, now, body=subject)
            )
        await town.desk.receive("after")

        assert await bodies(ann, 1) == await bodies(amy, 1) == ["after"]
        assert town.groups.count == 1


async def test_rights_gained_by_one_part_them_from_the_others(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        await town.desk.receive("before")
        assert await bodies(ann, 1) == await bodies(amy, 1) == ["before"]

        await town.grant("ann", "B")
        assert (await ann.next())["reason"] == "ACCESS_CHANGED"
        await town.desk.receive("to B", to=BOB)
        await town.desk.receive("to A", to=ANN)

        assert await bodies(ann, 2) == ["to B", "to A"]
        assert await bodies(amy, 1) == ["to A"]


async def test_a_token_that_ends_ends_the_subscription_and_no_other(town):
    soon = timedelta(seconds=1)
    async with town.watching("ann", INBOX, lasts=soon) as ann, town.watching("amy", INBOX) as amy:

        async def has_ended() -> bool:
            await town.desk.receive("tick")
            return any(b"UNAUTHENTICATED" in text for text in ann.line.texts)

        assert await eventually(has_ended)
        await town.desk.receive("last")

        assert not any(b'"last"' in text for text in ann.line.texts)
        told = [await amy.next()]
        while told[-1]["entry"]["body"] != "last":
            told.append(await amy.next())


async def test_what_is_declared_by_mistake_is_told_to_nobody_but_its_own(town, monkeypatch):
    mistake = INDEPENDENT["Conversation"] | {"unreadCount"}
    monkeypatch.setitem(INDEPENDENT, "Conversation", mistake)
    query = """
    subscription { inboxEvents { ... on TimelineEntryAdded { conversation { unreadCount } } } }
    """
    received = await town.desk.receive("first")
    async with town.watching("ann", query) as ann, town.watching("amy", query) as amy:
        await town.desk.reply(received, "Hi", by="amy")
        await town.desk.receive("second")

        unread = [
            [(await seen.next())["conversation"]["unreadCount"] for _ in range(2)] for seen in (ann, amy)
        ]
        own = [
            await town.ask(name, "{ conversations(first: 1) { nodes { unreadCount } } }")
            for name in ("ann", "amy")
        ]
        assert [each[-1] for each in unread] == [
            each["conversations"]["nodes"][0]["unreadCount"] for each in own
        ]
        assert town.groups.count == 0


async def test_a_slow_reader_is_told_everything_once_it_reads_on(town):
    async with town.watching("ann", INBOX) as ann, town.watching("amy", INBOX) as amy:
        await town.desk.receive("0")
        assert await bodies(ann, 1) == await bodies(amy, 1) == ["0"]
        ann.line.stop_reading()
        # More than what is kept for those who come late.
        expected = [str(number) for number in range(1, 60)]
        for body in expected:
            await town.desk.receive(body)
        assert await bodies(amy, 59) == expected
        assert len(ann.line.texts) <= 2

        ann.line.read_on()
        told = await ann.take(59)
        assert [event["entry"]["body"] for event in told] == expected
        await town.desk.receive("now")
        assert await bodies(ann, 1) == ["now"]

    async with town.watching("ann", INBOX, after=told[-1]["cursor"]) as again:
        assert await bodies(again, 1) == ["now"]


async def test_a_slow_reader_of_tiles_gets_the_newest_alone(town):
    async with town.watching("owner", SUMMARY) as olive, town.watching("oscar", SUMMARY) as oscar:
        await olive.next()
        await oscar.next()
        oscar.line.stop_reading()
        for number in range(20):
            await town.desk.receive("Hello", who=f"+1917555{number:04}")
        state = await olive.next()
        while state["total"]["newInboundConversations"]["count"] < 20:
            state = await olive.next()
        before = len(oscar.line.texts)

        oscar.line.read_on()
        newest = await oscar.next()
        while newest["total"]["newInboundConversations"]["count"] < 20:
            newest = await oscar.next()
        assert len(oscar.line.texts) - before <= 2


async def test_tiles_are_read_once_for_all_and_each_has_a_cursor_of_their_own(town):
    async with town.watching("owner", SUMMARY) as olive:
        await olive.next()
        async with town.watching("oscar", SUMMARY) as oscar:
            first = await oscar.next()
            assert first["total"]["newInboundConversations"] == {"count": 0}
            await town.desk.receive("Hello")
            states = [await olive.next(), await oscar.next()]

            assert states[0]["asOf"] == states[1]["asOf"]
            assert states[0]["cursor"] != states[1]["cursor"]
            assert states[0]["total"] == states[1]["total"] == {"newInboundConversations": {"count": 1}}
            assert town.groups.count == 1
    async with town.watching("oscar", INBOX, after=first["cursor"]) as again:
        assert await bodies(again, 1) == ["Hello"]


async def test_many_who_come_at_once_get_their_first_state_of_a_few_reads(town):
    async with AsyncExitStack() as stack:
        olive = await stack.enter_async_context(town.watching("owner", SUMMARY))
        await olive.next()
        await town.desk.receive("Hello")
        later = [await stack.enter_async_context(town.watching("oscar", SUMMARY)) for _ in range(20)]
        states = [await seen.next() for seen in later]

        assert all(state["total"]["newInboundConversations"]["count"] == 1 for state in states)
        assert len({state["asOf"] for state in states}) < 20


ENDS = {"end A", "end B"}


async def sit(town: Watched, name: str, after: str, chance: random.Random) -> list[str]:
    """What somebody is told whose line breaks again and again, and who goes on with the last cursor."""
    told: list[str] = []
    while not ENDS.issubset(told):
        async with town.watching(name, INBOX, after=after) as seen:
            for _ in range(chance.randint(1, 25)):
                if chance.random() < 0.2:
                    seen.line.stop_reading()
                    asyncio.get_running_loop().call_later(0.02 * chance.random(), seen.line.read_on)
                event = await seen.next()
                told.append(event["entry"]["body"])
                after = event["cursor"]
                if ENDS.issubset(told):
                    break
    return told


async def write(town: Watched, to: str, place: str) -> None:
    for number in range(60):
        await town.desk.receive(f"{number} {place}", to=to, who=f"+1917555{number:04}")
    await town.desk.receive(f"end {place}", to=to)


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_comes_goes_and_stops_reading_is_told_each_event_once_in_order(town, seed):
    chance = random.Random(seed)
    start = {name: await town.cursor(name) for name in ("owner", "oscar")}
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        sitting = [group.create_task(sit(town, name, start[name], chance)) for name in [*start] * 3]
        group.create_task(write(town, ANN, "A"))
        group.create_task(write(town, BOB, "B"))

    for told in [task.result() for task in sitting]:
        for place in ("A", "B"):
            of_place = [body for body in told if body.endswith(place)]
            assert of_place == [*(f"{number} {place}" for number in range(60)), f"end {place}"]
