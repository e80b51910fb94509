"""The tiles of a Messages Report, live."""

import pytest

from graph.ids import global_id
from localmessages.actions.tagging import tag_conversation, untag_conversation
from localmessages.actions.tags import add_tag
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from tests.subscriptions.watching import Watched, watched
from tests.support.desk import open_desk
from tests.support.logs import BOB
from tests.support.waiting import eventually

REPORT = """
subscription ($filter: MessagesReportFilter!) {
  messagesReportChanged(filter: $filter) {
    tiles { conversationsHeld { value excluded } messagesDelivered { sample } }
    rows(first: 1) { totalCount nodes { body } }
  }
}
"""
THIS_WEEK = {"last": "DAYS_7"}


@pytest.fixture(params=[False, True], ids=["alone", "together"])
async def town(database, open_hub, request) -> Watched:
    """Olive owns all, Ann works at A, Bob at B."""
    return watched(await open_desk(database), await open_hub(poll_seconds=0.2), together=request.param)


async def test_the_tiles_come_at_once_and_after_each_change(town):
    asked = {"window": THIS_WEEK, "locationIds": [await town.location("A")]}
    async with town.watching("owner", REPORT, filter=asked) as seen:
        first = await seen.next()
        assert first["tiles"]["conversationsHeld"] == {"value": 0, "excluded": 0}
        assert first["rows"] == {"totalCount": 0, "nodes": []}

        await town.desk.receive("elsewhere", to=BOB)
        received = await town.desk.receive("Hello")
        state = await seen.next()
        assert state["tiles"]["conversationsHeld"] == {"value": 0, "excluded": 1}
        assert state["rows"] == {"totalCount": 1, "nodes": [{"body": "Hello"}]}

        await town.desk.reply(received, "Hi")
        while state["tiles"]["conversationsHeld"]["value"] == 0:
            state = await seen.next()
        assert state["tiles"]["messagesDelivered"] == {"sample": 1}


async def test_a_burst_of_changes_is_a_few_states_and_the_last_is_right(town):
    async with town.watching("owner", REPORT, filter={"window": THIS_WEEK}) as seen:
        await seen.next()
        for number in range(30):
            await town.desk.receive("Hello", who=f"+1917555{number:04}")
        states = [await seen.next()]
        while states[-1]["rows"]["totalCount"] < 30:
            states.append(await seen.next())

        assert len(states) < 30


async def test_no_connection_is_kept_while_nothing_changes(town):
    pool = town.desk.services.database.pool
    async with town.watching("owner", REPORT, filter={"window": THIS_WEEK}) as seen:
        await seen.next()
        await town.desk.receive("Hello")
        await seen.next()

        async def all_given_back() -> bool:
            return bool(pool.get_idle_size() == pool.get_size())

        assert await eventually(all_given_back)


async def test_a_window_that_cannot_be_is_an_error(town):
    instants = {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    async with town.watching("owner", REPORT, filter={"window": {"between": instants}}) as seen:
        assert await seen.error() == "INVALID_WINDOW"


async def test_a_tag_put_on_where_the_viewer_may_not_look_wakes_the_tiles(town):
    owner = await town.desk.actor()
    tag_id = (await add_tag(owner, "Regular", "#ff0000"))["tag"]
    assert tag_id
    received = await town.desk.receive("Hello")
    target = TransferRequest((await town.desk.place("B")).id)
    await transfer_conversation(await town.desk.actor("ann"), received.conversation_id, target)
    asked = {"window": THIS_WEEK, "tags": {"anyOf": [global_id("Tag", tag_id)]}}
    async with town.watching("ann", REPORT, filter=asked) as seen:
        assert (await seen.next())["rows"]["totalCount"] == 0

        await town.desk.receive("What was said", to=BOB)
        await tag_conversation(await town.desk.actor("bob"), received.conversation_id, [tag_id])
        # The text, and the notice of the transfer.
        assert (await seen.next())["rows"]["totalCount"] == 2

        await untag_conversation(await town.desk.actor("bob"), received.conversation_id, [tag_id])
        assert (await seen.next())["rows"]["totalCount"] == 0
