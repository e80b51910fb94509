"""The whole way of a link: sent, opened by a bot, opened by a person; seen everywhere at once."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from localmessages.actions.messages import receive_message
from localmessages.replay import replay_lines
from localmessages.rules.texting import InboundText
from tests.support.live_server import LiveServer, Watcher, live_server
from tests.support.logs import ANN, BOB, COMPANY, CUSTOMER, encoded
from tests.support.waiting import eventually

OLIVE, ANN_AT_A, BOB_AT_B = "olive@acme.example", "ann@acme.example", "bob@acme.example"
TARGET = "https://shop.example/bulbs"
PREVIEW = {"user-agent": "facebookexternalhit/1.1"}
PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1"}
NUMBERS = """
tiles {
  linksSent { value }
  linksClicked { value exclusions { reason count } }
  linkClickRate { value numerator denominator }
}
links {
  sent clicked botClicks
  opened: rows(clicked: true, first: 5) { totalCount nodes { clicks botClicks shortUrl } }
  others: rows(clicked: false, first: 5) { totalCount nodes { clicks botClicks } }
}
rows(first: 5, filter: { direction: OUTBOUND }) { nodes { link clicked } }
"""
GIVEN = "($filter: MessagesReportFilter!)"
REPORT = f"query {GIVEN} {{ messagesReport(filter: $filter) {{ {NUMBERS} }} }}"
LIVE = f"subscription {GIVEN} {{ messagesReportChanged(filter: $filter) {{ {NUMBERS} }} }}"
INBOX = """
subscription {
  inboxEvents {
    __typename
    ... on MessageChanged {
      message { links { clicked clicks botClicks firstClickedAt } }
      conversation { id location { name } }
    }
  }
}
"""
SEND = """
mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { links { shortUrl } } userErrors { code } }
}
"""
TRANSFER = """
mutation ($input: TransferConversationInput!) {
  transferConversation(input: $input) { conversation { id } userErrors { code } }
}
"""
PLACES = "{ locations(first: 5) { nodes { id name } } }"


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[LiveServer]:
    async with live_server(database_url, redis_url) as server:
        await replay_lines(server.services, encoded(COMPANY))
        yield server


class Sale:
    """A text with a link from store A, and those who look at its numbers."""

    def __init__(self, server: LiveServer, talk: str, path: str, places: dict[str, str]) -> None:
        self.server, self.talk, self.path, self.places = server, talk, path, places

    @property
    def asked(self) -> dict[str, Any]:
        return {"window": {"last": "DAYS_7"}, "locationIds": [self.places["Store A"]]}

    async def click(self, headers: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=self.server.url, headers=headers) as visitor:
            answer = await visitor.get(self.path)
        assert (answer.status_code, answer.headers["location"]) == (302, TARGET)

    async def report(self, email: str = OLIVE) -> Any:
        return (await self.server.ask(email, REPORT, filter=self.asked))["messagesReport"]

    async def move_to_b(self) -> None:
        given = {"conversationId": self.talk, "to": self.places["Store B"], "notify": False}
        moved = await self.server.ask(OLIVE, TRANSFER, input=given)
        assert moved["transferConversation"]["userErrors"] == []


@pytest.fixture
async def sale(server: LiveServer) -> Sale:
    text = InboundText("i1", CUSTOMER, ANN, "Any offers?")
    await receive_message(server.services, text, server.services.clock())
    found = await server.ask(OLIVE, "{ conversations(first: 1) { nodes { id } } }")
    talk = found["conversations"]["nodes"][0]["id"]
    sent = await server.ask(OLIVE, SEND, input={"conversationId": talk, "body": f"Yes: {TARGET}"})
    (link,) = sent["sendMessage"]["message"]["links"]
    places = (await server.ask(OLIVE, PLACES))["locations"]["nodes"]
    return Sale(server, talk, httpx.URL(link["shortUrl"]).path, {one["name"]: one["id"] for one in places})


def numbers(report: Any) -> dict[str, Any]:
    """Tile, rate, drill-in and table, as one thing each."""
    tiles, links = report["tiles"], report["links"]
    shown = [*links["opened"]["nodes"], *links["others"]["nodes"]]
    return {
        "tile": (tiles["linksSent"]["value"], tiles["linksClicked"]["value"]),
        "left out": [(one["reason"], one["count"]) for one in tiles["linksClicked"]["exclusions"]],
        "rate": tiles["linkClickRate"]["value"],
        "drill-in": (links["sent"], links["clicked"], links["botClicks"]),
        "rows of it": (links["opened"]["totalCount"], links["others"]["totalCount"]),
        "clicks": [(one["clicks"], one["botClicks"]) for one in shown],
        "table": [(row["link"], row["clicked"]) for row in report["rows"]["nodes"]],
    }


async def another(tiles: Watcher, shown: Any) -> Any:
    """The next state that is not the one shown: it may be told twice."""
    state = await tiles.next()
    while state == shown:
        state = await tiles.next()
    return state


NOBODY = {
    "tile": (1, 0),
    "left out": [("NOT_CLICKED", 1)],
    "rate": 0.0,
    "drill-in": (1, 0, 0),
    "rows of it": (0, 1),
    "clicks": [(0, 0)],
    "table": [(TARGET, False)],
}
A_BOT = NOBODY | {"left out": [("ONLY_BOTS", 1)], "drill-in": (1, 0, 1), "clicks": [(0, 1)]}
A_PERSON = {
    "tile": (1, 1),
    "left out": [],
    "rate": 1.0,
    "drill-in": (1, 1, 1),
    "rows of it": (1, 0),
    "clicks": [(1, 1)],
    "table": [(TARGET, True)],
}


async def test_a_bots_click_and_then_a_persons_move_everything_together(sale: Sale) -> None:
    server = sale.server
    async with (
        server.watch(OLIVE, LIVE, filter=sale.asked) as tiles,
        server.watch(ANN_AT_A, INBOX) as inbox,
    ):
        shown = await tiles.next()
        assert numbers(shown) == numbers(await sale.report()) == NOBODY

        for headers, expected in ((PREVIEW, A_BOT), (PHONE, A_PERSON)):
            await sale.click(headers)

            assert numbers(await sale.report()) == expected
            shown = await another(tiles, shown)
            assert numbers(shown) == expected
            (link,) = (await inbox.until("MessageChanged"))[-1]["message"]["links"]
            assert [(link["clicks"], link["botClicks"])] == expected["clicks"]
            assert link["clicked"] is (link["firstClickedAt"] is not None) is (headers is PHONE)


async def test_after_a_transfer_the_tiles_move_where_it_was_sent_and_the_inbox_where_it_is(
    sale: Sale,
) -> None:
    server = sale.server
    await sale.move_to_b()
    async with (
        server.watch(ANN_AT_A, LIVE, filter=sale.asked) as tiles,
        server.watch(ANN_AT_A, INBOX) as old,
        server.watch(BOB_AT_B, INBOX) as new,
    ):
        assert numbers(await tiles.next()) == NOBODY

        await sale.click(PREVIEW)
        await sale.click(PHONE)

        async def moved() -> bool:
            return numbers(await sale.report(ANN_AT_A)) == A_PERSON

        await eventually(moved)
        seen = await tiles.next()
        while numbers(seen) != A_PERSON:
            seen = await tiles.next()
        changed = (await new.until("MessageChanged"))[-1]
        assert changed["conversation"] == {"id": sale.talk, "location": {"name": "Store B"}}
        # Nothing came to the old inbox: the next thing there is a text of today.
        text = InboundText("i2", "+19175550199", ANN, "Hello")
        await receive_message(server.services, text, server.services.clock())
        assert (await old.next())["__typename"] == "TimelineEntryAdded"


async def test_a_click_moves_nothing_of_another_location(sale: Sale) -> None:
    elsewhere = {"window": {"last": "DAYS_7"}, "locationIds": [sale.places["Store B"]]}
    async with sale.server.watch(OLIVE, LIVE, filter=elsewhere) as tiles:
        before = await tiles.next()
        await sale.click(PHONE)
        text = InboundText("i3", CUSTOMER, BOB, "Hello")
        await receive_message(sale.server.services, text, sale.server.services.clock())

        after = await tiles.next()

    assert before["tiles"]["linksSent"] == after["tiles"]["linksSent"] == {"value": 0}
