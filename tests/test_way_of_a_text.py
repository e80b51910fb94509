"""The whole way of one text: in, answered, moved, followed; seen at two sockets at two locations."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from localmessages.actions.messages import receive_message
from localmessages.replay import replay_lines
from localmessages.rules.texting import InboundText
from tests.support.live_server import LiveServer, live_server
from tests.support.logs import ANN, BOB, COMPANY, CUSTOMER, encoded, inbound

INBOX = """
subscription {
  inboxEvents {
    __typename
    cursor
    at
    ... on TimelineEntryAdded {
      entry { __typename id ... on Message { body direction receivedOn place { name } } }
      conversation { id version status waitingSince location { name } contact { phone } lastMessage { body } }
    }
    ... on MessageChanged { message { id status } conversation { id } }
    ... on ConversationChanged { conversation { id } }
    ... on ConversationMovedIn {
      from { name }
      to { name }
      transfer { id note }
      conversation {
        id
        location { name }
        timeline(first: 50) {
          nodes { __typename ... on Message { body fromNumber } ... on Transfer { note } }
        }
      }
    }
    ... on ConversationMovedOut { conversationId from { name } to { name } }
    ... on Resync { reason }
  }
}
"""

CONVERSATIONS = "{ conversations(first: 10) { nodes { id version location { name } } } }"
TRANSFER = """
mutation ($input: TransferConversationInput!) {
  transferConversation(input: $input) {
    transfer { id notice { body fromNumber } }
    conversation { id location { name } }
    userErrors { code message }
  }
}
"""
SEND = """
mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id status body }
    conversation { version waitingSince answered }
    userErrors { code message }
  }
}
"""


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[LiveServer]:
    async with live_server(database_url, redis_url) as server:
        await replay_lines(server.services, encoded([*COMPANY, inbound(0, "i1")]))
        yield server


async def text(server: LiveServer, sid: str, body: str, *, to: str = ANN) -> None:
    """What the carrier's webhook does."""
    await receive_message(server.services, InboundText(sid, CUSTOMER, to, body), server.services.clock())


async def the_destination(server: LiveServer) -> str:
    conversation = (await server.ask("ann@acme.example", CONVERSATIONS))["conversations"]["nodes"][0]["id"]
    data = await server.ask(
        "ann@acme.example",
        "query ($id: ID!) { conversation(id: $id) { transferDestinations(first: 5) { nodes { id name } } } }",
        id=conversation,
    )
    (place,) = data["conversation"]["transferDestinations"]["nodes"]
    assert place["name"] == "Store B"
    return str(place["id"])


async def test_a_text_reaches_the_inbox_and_its_answer_ends_the_wait(server: LiveServer) -> None:
    async with server.watch("ann@acme.example", INBOX) as ann:
        await text(server, "i2", "Still there?")
        (event,) = await ann.until("TimelineEntryAdded")
        assert event["entry"]["body"] == event["conversation"]["lastMessage"]["body"] == "Still there?"
        assert event["conversation"]["waitingSince"] is not None

        sent = await server.ask(
            "ann@acme.example", SEND, input={"conversationId": event["conversation"]["id"], "body": "Yes."}
        )

        assert sent["sendMessage"]["userErrors"] == []
        assert sent["sendMessage"]["message"]["status"] == "QUEUED"
        assert sent["sendMessage"]["conversation"]["waitingSince"] is None
        answer = (await ann.until("TimelineEntryAdded"))[-1]
        assert answer["entry"]["id"] == sent["sendMessage"]["message"]["id"]
        assert answer["conversation"]["waitingSince"] is None


async def test_a_transfer_is_moved_out_at_one_socket_and_moved_in_with_the_history_at_the_other(
    server: LiveServer,
) -> None:
    conversation = (await server.ask("ann@acme.example", CONVERSATIONS))["conversations"]["nodes"][0]["id"]
    place = await the_destination(server)
    async with server.watch("ann@acme.example", INBOX) as ann, server.watch("bob@acme.example", INBOX) as bob:
        given: dict[str, Any] = {"conversationId": conversation, "to": place, "note": "Yours, I think."}
        moved = (await server.ask("ann@acme.example", TRANSFER, input=given))["transferConversation"]

        assert moved["userErrors"] == []
        assert moved["conversation"] is None, "Ann may not look at B"
        assert moved["transfer"]["notice"]["fromNumber"] == ANN
        left = (await ann.until("ConversationMovedOut"))[-1]
        assert (left["conversationId"], left["to"]["name"]) == (conversation, "Store B")
        came = (await bob.until("ConversationMovedIn"))[-1]
        assert came["transfer"]["note"] == "Yours, I think."
        assert came["conversation"]["location"]["name"] == "Store B"
        history = came["conversation"]["timeline"]["nodes"]
        assert [entry["__typename"] for entry in history] == ["Message", "Message", "Transfer"]
        assert BOB in history[1]["body"], "the notice says the new number"

        await text(server, "i2", "And to the old number", to=ANN)

        arrived = (await bob.until("TimelineEntryAdded"))[-1]
        while arrived["entry"]["__typename"] != "Message" or arrived["entry"]["direction"] != "INBOUND":
            arrived = (await bob.until("TimelineEntryAdded"))[-1]
        assert arrived["entry"]["receivedOn"] == ANN
        assert arrived["conversation"]["id"] == conversation
    async with server.services.database.connection() as connection:
        outbound = await connection.fetch(
            "SELECT origin, from_number FROM message WHERE direction = 'OUTBOUND'"
        )
        assert [tuple(row) for row in outbound] == [("SYSTEM", ANN)], "the notice and nothing else"


async def test_the_same_text_posted_twice_is_one_message_and_one_event(server: LiveServer) -> None:
    async with server.watch("ann@acme.example", INBOX) as ann:
        await text(server, "i2", "once")
        await text(server, "i2", "once")
        await text(server, "i3", "twice")

        bodies = [(await ann.until("TimelineEntryAdded"))[-1]["entry"]["body"] for _ in range(2)]

    assert bodies == ["once", "twice"]


async def test_who_comes_back_with_a_cursor_misses_and_repeats_nothing(server: LiveServer) -> None:
    async with server.watch("ann@acme.example", INBOX) as ann:
        await text(server, "i2", "seen")
        cursor = (await ann.until("TimelineEntryAdded"))[-1]["cursor"]
    for number in range(3, 8):
        await text(server, f"i{number}", f"missed {number}")

    again = INBOX.replace("subscription {", "subscription ($after: Cursor) {").replace(
        "inboxEvents {", "inboxEvents(after: $after) {"
    )
    async with server.watch("ann@acme.example", again, after=cursor) as ann:
        await text(server, "i8", "live")
        bodies = [(await ann.until("TimelineEntryAdded"))[-1]["entry"]["body"] for _ in range(6)]

    assert bodies == [*(f"missed {number}" for number in range(3, 8)), "live"]
