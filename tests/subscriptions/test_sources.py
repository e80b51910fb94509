"""Who sees which event, and how: through the schema, from real changes."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.ids import global_id
from localmessages.actions.bulk_transfers import request_bulk_transfer, transfer_next
from localmessages.actions.contacts import update_contact
from localmessages.actions.conversations import add_note, close_conversation
from localmessages.actions.location_settings import add_location, update_location
from localmessages.actions.notifications import mark_notifications_read, notify
from localmessages.actions.reading import mark_read
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.rules.live import EventKind
from localmessages.rules.notifications import NotificationKind
from localmessages.rules.place import Number
from subscriptions.cursor import Cursor
from subscriptions.events import NewEvent
from subscriptions.retention import prune
from tests.subscriptions.watching import Watched, watched
from tests.support.desk import open_desk
from tests.support.logs import BOB

INBOX = """
subscription ($filter: InboxFilter, $after: Cursor) {
  inboxEvents(filter: $filter, after: $after) {
    __typename cursor at
    ... on TimelineEntryAdded { entry { __typename ... on Message { body } ... on Note { text: body } }
      conversation { id version location { name } contact { name } lastMessage { body } } }
    ... on MessageChanged { message { id status } conversation { version } }
    ... on ConversationChanged { conversation { contact { name } } }
    ... on ConversationMovedIn { from { name } to { name } transfer { note }
      conversation { id location { name } timeline(first: 50) { nodes { __typename } } } }
    ... on ConversationMovedOut { from { name } to { name } conversationId }
    ... on Resync { reason }
  }
}
"""
CONVERSATION = """
subscription ($id: ID!, $after: Cursor) {
  conversationEvents(id: $id, after: $after) {
    __typename cursor
    ... on TimelineEntryAdded { entry { ... on Message { body } ... on Note { text: body } } }
    ... on ConversationMovedIn { to { name } }
    ... on ConversationMovedOut { to { name } }
    ... on Resync { reason }
  }
}
"""
VIEWER = """
subscription ($after: Cursor) {
  viewerEvents(after: $after) {
    __typename cursor
    ... on ViewerChanged { viewer { memberships { location { name } } } }
    ... on ConversationRead { conversation { id unreadCount } }
    ... on NotificationAdded { at notification { kind title readAt subject { id } } }
    ... on Resync { reason }
  }
}
"""
SUMMARY = """
subscription ($locationIds: [ID!], $window: WindowInput) {
  locationsSummaryChanged(locationIds: $locationIds, window: $window) {
    total { newInboundConversations { count } inboundMessages } locations { location { name } }
  }
}
"""
SUMMARY = SUMMARY.replace("$window: WindowInput", "$window: WindowInput! = {last: DAYS_7}")
BULK = "subscription ($id: ID!) { bulkTransferProgress(id: $id) { status total transferred refused } }"


@pytest.fixture(params=[False, True], ids=["alone", "together"])
async def town(database, open_hub, request) -> Watched:
    """Olive owns all, Ann works at A, Bob at B."""
    return watched(await open_desk(database), await open_hub(poll_seconds=0.2), together=request.param)


def kinds(events):
    return [event["__typename"] for event in events]


async def move(town, conversation_id, to, by="owner", note=None):
    request = TransferRequest((await town.desk.place(to)).id, note=note)
    await transfer_conversation(await town.desk.actor(by), conversation_id, request)


async def test_a_text_is_an_event_at_its_location_and_nowhere_else(town):
    async with town.watching("ann", INBOX) as ann, town.watching("bob", INBOX) as bob:
        await town.desk.receive("Hello A")
        await town.desk.receive("Hello B", to=BOB)

        (event,) = await ann.take(1)
        assert event["__typename"] == "TimelineEntryAdded"
        assert event["entry"] == {"__typename": "Message", "body": "Hello A"}
        assert event["conversation"]["location"] == {"name": "Store A"}
        assert event["conversation"]["lastMessage"] == {"body": "Hello A"}
        assert (await bob.next())["entry"]["body"] == "Hello B"
        assert ann.answers.empty()


async def test_what_is_unread_is_told_to_each_alone(town):
    unread = "... on TimelineEntryAdded { conversation { unreadCount } }"
    query = f"subscription {{ inboxEvents {{ {unread} }} }}"
    received = await town.desk.receive("first")
    await mark_read(await town.desk.actor("ann"), [received.conversation_id], None)
    async with town.watching("ann", query) as ann, town.watching("owner", query) as olive:
        await town.desk.receive("second")

        assert await ann.next() == {"conversation": {"unreadCount": 1}}
        assert await olive.next() == {"conversation": {"unreadCount": 2}}


async def test_the_chosen_locations_alone_are_watched(town):
    chosen = {"locationIds": [await town.location("B"), "nonsense"]}
    hidden = {"locationIds": [await town.location("B")]}
    async with (
        town.watching("owner", INBOX, filter=chosen) as olive,
        town.watching("ann", INBOX, filter=hidden) as ann,
    ):
        await town.desk.receive("Hello A")
        await town.desk.receive("Hello B", to=BOB)

        assert (await olive.next())["entry"]["body"] == "Hello B"
        assert ann.answers.empty()


async def test_what_came_between_the_page_and_the_subscription_is_not_lost(town):
    after = await town.cursor("ann")
    received = await town.desk.receive("first")
    await town.desk.reply(received, "second", by="ann")

    async with town.watching("ann", INBOX, after=after) as seen:
        first, second = await seen.take(2)
        assert [first["entry"]["body"], second["entry"]["body"]] == ["first", "second"]
        # The object as it was after its event, not as it is now.
        assert first["conversation"]["version"] < second["conversation"]["version"]

    async with town.watching("ann", INBOX, after=first["cursor"]) as seen:
        assert (await seen.next())["entry"]["body"] == "second"


async def test_two_sockets_at_two_locations_see_a_transfer_from_their_sides(town):
    received = await town.desk.receive("Hello")
    its_id = global_id("Conversation", received.conversation_id)
    async with (
        town.watching("ann", INBOX) as ann,
        town.watching("bob", INBOX) as bob,
        town.watching("owner", INBOX) as olive,
    ):
        await move(town, received.conversation_id, "B", by="ann", note="Please help")
        await add_note(await town.desk.actor("bob"), received.conversation_id, "done")

        out = await ann.next()
        while out["__typename"] != "ConversationMovedOut":
            out = await ann.next()
        assert {name: out[name] for name in ("from", "to", "conversationId")} == {
            "from": {"name": "Store A"},
            "to": {"name": "Store B"},
            "conversationId": its_id,
        }
        for seen in (bob, olive):
            moved = await seen.next()
            while moved["__typename"] != "ConversationMovedIn":
                assert moved["__typename"] != "ConversationMovedOut"
                moved = await seen.next()
            assert moved["from"] == {"name": "Store A"}
            assert moved["transfer"] == {"note": "Please help"}
            assert moved["conversation"]["location"] == {"name": "Store B"}
            history = [entry["__typename"] for entry in moved["conversation"]["timeline"]["nodes"]]
            assert history[0] == "Message"
            assert "Transfer" in history
            while (event := await seen.next()).get("entry", {}).get("__typename") != "Note":
                assert event["__typename"] != "ConversationMovedOut"
        assert ann.answers.empty()


async def test_a_fact_of_an_older_text_is_no_event_for_the_inbox_that_it_left(town):
    received = await town.desk.receive("Hello")
    await move(town, received.conversation_id, "B")
    after = await town.cursor("ann")
    catalogue = await town.desk.catalogue()
    place = await town.desk.place("A")
    async with town.watching("ann", INBOX, after=after) as ann:
        async with town.desk.services.transaction() as tx:
            tx.emit(
                NewEvent(
                    catalogue.tenant_id,
                    place.scope_id,
                    EventKind.FACT_CHANGED,
                    datetime.now(UTC),
                    place.id,
                    received.conversation_id,
                    {"message": str(received.id)},
                )
            )
        await town.desk.receive("Another", who="+19175550177")

        assert (await ann.next())["entry"]["body"] == "Another"


async def test_a_contact_that_gets_a_name_changes_the_conversation(town):
    received = await town.desk.receive("Hello")
    contact_id = await town.desk.value(
        "SELECT contact_id FROM conversation WHERE id = $1", received.conversation_id
    )
    async with town.watching("ann", INBOX) as ann:
        await update_contact(await town.desk.actor("ann"), contact_id, {"first_name": "Clara"})

        event = await ann.next()
        assert event["__typename"] == "ConversationChanged"
        assert event["conversation"]["contact"] == {"name": "Clara"}


async def test_a_location_that_is_made_later_is_watched_too_also_from_an_older_cursor(town):
    after = await town.cursor("owner")
    async with town.watching("owner", INBOX) as live:
        actor = await town.desk.actor("owner")
        edit = {"name": "Store C", "kind": "STORE", "time_zone": "America/Denver"}
        account = (await town.desk.place("A")).account_id
        await add_location(actor, account, edit, [Number("+14155550100")], None)
        await town.desk.receive("Hello C", to="+14155550100")

        assert (await live.next())["entry"]["body"] == "Hello C"
    async with town.watching("owner", INBOX, after=after) as again:
        assert (await again.next())["entry"]["body"] == "Hello C"


async def test_rights_that_end_end_the_events_at_once_and_the_subscription(town):
    await town.grant("ann", "B")
    async with town.watching("ann", INBOX) as ann:
        await town.desk.receive("Hello A")
        assert (await ann.next())["entry"]["body"] == "Hello A"

        await town.revoke("ann", "B")
        await town.desk.receive("Hello B", to=BOB)
        await town.desk.receive("Again A", who="+19175550177")
        assert (await ann.next())["entry"]["body"] == "Again A"

        await town.revoke("ann", "A")
        assert await ann.error() == "FORBIDDEN"


async def test_rights_that_are_gained_ask_for_a_fresh_page(town):
    after = await town.cursor("ann")
    async with town.watching("ann", INBOX) as ann:
        await town.grant("ann", "B")
        resync = await ann.next()
        assert (resync["__typename"], resync["reason"]) == ("Resync", "ACCESS_CHANGED")
        await town.desk.receive("Hello B", to=BOB)
        assert (await ann.next())["entry"]["body"] == "Hello B"

    async with town.watching("ann", INBOX, after=after) as ann:
        assert (await ann.next())["reason"] == "ACCESS_CHANGED"
    async with town.watching("ann", INBOX, after=resync["cursor"]) as ann:
        assert (await ann.next())["entry"]["body"] == "Hello B"


async def test_a_cursor_older_than_the_log_gets_a_resync_from_which_it_goes_on(town, database):
    after = await town.cursor("ann")
    await town.desk.receive("forgotten")
    async with database.connection() as connection:
        await prune(connection, datetime.now(UTC) + timedelta(1))

    async with town.watching("ann", INBOX, after=after) as ann:
        resync = await ann.next()
        assert resync["reason"] == "EXPIRED"
        await town.desk.receive("new")
        assert (await ann.next())["entry"]["body"] == "new"
    async with town.watching("ann", INBOX, after=resync["cursor"]) as ann:
        assert (await ann.next())["entry"]["body"] == "new"


async def test_a_cursor_of_another_database_gets_a_resync(town):
    cursor = Cursor.decode(await town.cursor("ann"))
    foreign = Cursor(cursor.epoch ^ 1, cursor.access, cursor.positions)
    ahead = Cursor(cursor.epoch, cursor.access, {key: seq + 5 for key, seq in cursor.positions.items()})

    for other in (foreign, ahead):
        async with town.watching("ann", INBOX, after=other.encode()) as ann:
            assert (await ann.next())["reason"] == "UNKNOWN_EPOCH"
            received = await town.desk.receive("Hello")
            assert received
            assert (await ann.next())["__typename"] == "TimelineEntryAdded"


@pytest.mark.parametrize("after", ["nonsense", "AQ", "x" * 900])
async def test_a_cursor_that_is_none_is_a_bad_argument(town, after):
    async with town.watching("ann", INBOX, after=after) as ann:
        assert await ann.error() == "BAD_USER_INPUT"


async def test_a_conversation_is_followed_wherever_the_viewer_may_look(town):
    received = await town.desk.receive("Hello")
    its_id = global_id("Conversation", received.conversation_id)
    after = await town.cursor("owner")

    async with town.watching("owner", CONVERSATION, id=its_id) as olive:
        await town.desk.receive("someone else's", who="+19175550177")
        await add_note(await town.desk.actor("ann"), received.conversation_id, "before")
        await move(town, received.conversation_id, "B")
        await add_note(await town.desk.actor("bob"), received.conversation_id, "there")
        await move(town, received.conversation_id, "A")
        await add_note(await town.desk.actor("ann"), received.conversation_id, "back")
        live = await _until(olive, "back")

    assert [event["to"]["name"] for event in live if event["__typename"] == "ConversationMovedIn"] == [
        "Store B",
        "Store A",
    ]
    notes = [event["entry"]["text"] for event in live if event.get("entry", {}).get("text")]
    assert notes == ["before", "there", "back"]
    assert "ConversationMovedOut" not in kinds(live)
    assert all(event.get("entry", {}).get("body") != "someone else's" for event in live)
    async with town.watching("owner", CONVERSATION, id=its_id, after=after) as again:
        assert kinds(await _until(again, "back")) == kinds(live)
    middle = next(event for event in live if event.get("entry", {}).get("text") == "there")["cursor"]
    async with town.watching("owner", CONVERSATION, id=its_id, after=middle) as again:
        rest = await _until(again, "back")
        assert kinds(rest) == kinds(live)[-len(rest) :]
        assert kinds(rest).count("ConversationMovedIn") == 1


async def _until(seen, note):
    events = [await seen.next()]
    while events[-1].get("entry", {}).get("text") != note:
        events.append(await seen.next())
    return events


async def test_a_conversation_that_goes_out_of_sight_says_so_and_completes(town):
    received = await town.desk.receive("Hello")
    its_id = global_id("Conversation", received.conversation_id)

    async with town.watching("ann", CONVERSATION, id=its_id) as ann:
        await ann.followed()
        await move(town, received.conversation_id, "B")
        event = await ann.next()
        while event["__typename"] != "ConversationMovedOut":
            event = await ann.next()
        assert event["to"] == {"name": "Store B"}
        assert await ann.answer() is None


async def test_a_hidden_conversation_reads_like_none(town):
    received = await town.desk.receive("Hello", to=BOB)
    hidden = global_id("Conversation", received.conversation_id)

    for its_id in (hidden, "nonsense", global_id("Conversation", received.id)):
        async with town.watching("ann", CONVERSATION, id=its_id) as ann:
            assert await ann.error() == "BAD_USER_INPUT"


async def test_the_viewer_hears_of_what_they_read_elsewhere_and_of_their_rights(town):
    received = await town.desk.receive("Hello")
    after = await town.cursor("ann")
    async with town.watching("ann", VIEWER) as ann, town.watching("owner", VIEWER) as olive:
        await mark_read(await town.desk.actor("ann"), [received.conversation_id], None)
        read = await ann.next()
        assert read["conversation"]["unreadCount"] == 0

        await town.grant("ann", "B")
        changed = await ann.next()
        assert changed["viewer"]["memberships"] == [
            {"location": {"name": "Store A"}},
            {"location": {"name": "Store B"}},
        ]
        assert olive.answers.empty()
    async with town.watching("ann", VIEWER, after=after) as ann:
        assert kinds(await ann.take(2)) == ["ConversationRead", "ViewerChanged"]


async def test_a_notification_comes_to_its_person_alone_and_again_after_a_cursor(town):
    actor = await town.desk.actor("ann")
    after = await town.cursor("ann")
    async with town.watching("ann", VIEWER) as ann, town.watching("owner", VIEWER) as olive:
        async with town.desk.services.transaction() as change:
            await notify(
                change,
                tenant_id=town.desk.tenant_id,
                user_id=actor.user_id,
                kind=NotificationKind.EXPORT_READY,
                title="Your export is ready",
                subject=None,
                at=actor.now,
            )
        added = await ann.next()
        assert added["notification"] == {
            "kind": "EXPORT_READY",
            "title": "Your export is ready",
            "readAt": None,
            "subject": None,
        }

        await mark_notifications_read(actor, None)
        assert kinds(await ann.take(1)) == ["ViewerChanged"]
        assert olive.answers.empty()
    async with town.watching("ann", VIEWER, after=after) as ann:
        assert kinds(await ann.take(2)) == ["NotificationAdded", "ViewerChanged"]


async def test_the_locations_page_comes_at_once_and_after_each_change(town):
    only_a = [await town.location("A")]
    async with town.watching("owner", SUMMARY, locationIds=only_a) as seen:
        assert (await seen.next())["total"] == {"newInboundConversations": {"count": 0}, "inboundMessages": 0}

        await town.desk.receive("elsewhere", to=BOB)
        received = await town.desk.receive("Hello")
        assert (await seen.next())["total"] == {"newInboundConversations": {"count": 1}, "inboundMessages": 1}

        await close_conversation(await town.desk.actor("ann"), received.conversation_id)
        assert (await seen.next())["total"] == {"newInboundConversations": {"count": 0}, "inboundMessages": 1}

        await update_location(
            await town.desk.actor("owner"), (await town.desk.place("A")).id, {"name": "New"}
        )
        state = await seen.next()
        while state["locations"] != [{"location": {"name": "New"}}]:
            state = await seen.next()


async def test_a_burst_of_changes_is_a_few_pages_and_the_last_is_right(town):
    async with town.watching("owner", SUMMARY) as seen:
        await seen.next()
        for number in range(30):
            await town.desk.receive("Hello", who=f"+1917555{number:04}")
        states = [await seen.next()]
        while states[-1]["total"]["inboundMessages"] < 30:
            states.append(await seen.next())

        assert len(states) < 30


async def test_the_locations_page_ends_with_the_rights_to_it(town):
    async with town.watching("ann", SUMMARY) as seen:
        await seen.next()
        await town.revoke("ann", "A")

        answer = await seen.answer()
        while answer and "data" in answer:
            answer = await seen.answer()
        assert answer
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_bulk_transfer_is_told_until_it_ends(town):
    received = [await town.desk.receive("Hello", who=f"+1917555012{n}") for n in range(3)]
    request = TransferRequest((await town.desk.place("B")).id)
    ids = [message.conversation_id for message in received]
    made = await request_bulk_transfer(await town.desk.actor("owner"), ids, request)
    bulk_id = made["bulk_transfer"]
    assert bulk_id

    async with town.watching("owner", BULK, id=global_id("BulkTransfer", bulk_id)) as olive:
        assert (await olive.next())["transferred"] == 0
        while await transfer_next(town.desk.services, town.desk.tenant_id, bulk_id):
            pass
        state = await olive.next()
        while state["status"] != "COMPLETED":
            state = await olive.next()
        assert state == {"status": "COMPLETED", "total": 3, "transferred": 3, "refused": 0}
        assert await olive.answer() is None
    async with town.watching("ann", BULK, id=global_id("BulkTransfer", received[0].id)) as ann:
        assert await ann.error() == "BAD_USER_INPUT"


async def test_a_window_that_cannot_be_is_an_error(town):
    instants = {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    async with town.watching("owner", SUMMARY, window={"between": instants}) as seen:
        assert await seen.error() == "INVALID_WINDOW"
