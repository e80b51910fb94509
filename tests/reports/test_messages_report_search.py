"""What people type finds the rows that show it."""

from datetime import timedelta

import pytest

from localmessages.replay import replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.api import SECRET, Reader, owner_of
from tests.support.logs import ANN, BOB, COMPANY, MONDAY, encoded

DEE, EVE = "+19175550123", "+12125550177"
SEARCH = """
query ($search: String!, $locationIds: [ID!]) {
  messagesReport(filter: { window: { last: DAYS_7 }, locationIds: $locationIds }) {
    rows(search: $search) { nodes { message { externalId } } totalCount }
  }
}
"""


def text(minutes: int, sid: str, **more):
    return {"do": "outbound", "at": (MONDAY + timedelta(minutes=minutes)).isoformat(), "sid": sid, **more}


LINES = [
    {
        "do": "inbound",
        "at": MONDAY.isoformat(),
        "sid": "asks",
        "from": DEE,
        "to": ANN,
        "body": "Are the tulips in?",
        "name": "Dee Dunn",
    },
    text(
        1,
        "bill",
        **{"from": ANN, "to": EVE, "body": "Please pay", "origin": "AGENT"},
        link={"slug": "s1", "url": "https://acme.example/Spring"},
        payment={"invoice": "INV-77", "amount": "5.00", "currency": "USD"},
    ),
    text(2, "offer", **{"from": BOB, "to": EVE, "body": "Fresh TULIPS today", "origin": "CAMPAIGN"}),
]


@pytest.fixture
async def reader(database: Database) -> Reader:
    services = Services(database, Catalogues(), clock=lambda: MONDAY + timedelta(hours=1), secret=SECRET)
    await replay_lines(services, encoded([*COMPANY, *LINES]))
    return await owner_of(services, "acme")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("tulips", {"asks", "offer"}),
        ("tulips in", {"asks"}),
        ("dee du", {"asks"}),
        ("917 555", {"asks"}),
        ("0177", {"bill", "offer"}),
        ("inv-77", {"bill"}),
        ("V-7", {"bill"}),
        ("example/spr", {"bill"}),
        ("https://acme", {"bill"}),
        ("lip", set()),
        ("zebra", set()),
    ],
)
async def test_a_search_finds_the_rows_that_show_it(reader: Reader, search: str, found: set[str]):
    rows = (await reader.ask(SEARCH, search=search))["messagesReport"]["rows"]

    assert {node["message"]["externalId"] for node in rows["nodes"]} == found
    assert rows["totalCount"] == len(found)


async def test_a_search_stays_within_the_filter(reader: Reader):
    nodes = (await reader.ask("{ locations { nodes { id externalId } } }"))["locations"]["nodes"]
    only_b = [node["id"] for node in nodes if node["externalId"] == "B"]

    rows = (await reader.ask(SEARCH, search="tulips", locationIds=only_b))["messagesReport"]["rows"]

    assert [node["message"]["externalId"] for node in rows["nodes"]] == ["offer"]


PAGE = """
query ($search: String!, $direction: OrderDirection!, $after: String) {
  messagesReport(filter: { window: { last: DAYS_7 } }) {
    rows(search: $search, first: 1, after: $after, orderBy: { column: SENT_AT, direction: $direction }) {
      nodes { message { externalId } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@pytest.mark.parametrize(("search", "found"), [("tulips", ["asks", "offer"]), ("0177", ["bill", "offer"])])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_of_a_search_are_what_is_found_in_order(reader: Reader, search, found, direction):
    walked, after = [], None
    for _ in range(len(found) + 1):
        page = await reader.ask(PAGE, search=search, direction=direction, after=after)
        rows = page["messagesReport"]["rows"]
        walked += [node["message"]["externalId"] for node in rows["nodes"]]
        after = rows["pageInfo"]["endCursor"]
        if not rows["pageInfo"]["hasNextPage"]:
            break

    assert walked == (found if direction == "ASC" else found[::-1])
