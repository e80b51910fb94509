"""What the reads say."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from graph.context import Context, Faces
from graph.ids import global_id
from graph.loaders import Loaders
from graph.loaders.conversations import snapshot_row
from graph.loaders.reads import Reads
from models.database import Database
from tests.graph.conftest import Ask
from tests.support.asking import error_code, nobody
from tests.support.random_town import NOON, RandomTown, Row
from tests.support.story import TELLER, TEXTS, story_in

BACKWARDS = '{ firstDay: "2026-01-02", lastDay: "2026-01-01" }'


@pytest.fixture
def story(town: RandomTown) -> Row:
    return story_in(town)


async def test_an_inbox_item_is_whole(ask: Ask, town: RandomTown, story: Row):
    query = """query ($contact: ID!) { conversations(filter: { contactId: $contact }) { nodes {
        id status unreadCount tags { name } assignee { name }
        contact { name phone } location { name linkDomain account { name } }
        lastMessage { body status place { name } agent { name } campaign { name } }
    } } }"""

    data = await ask("Olga").data(query, contact=global_id("Contact", story["contact_id"]))

    assert data["conversations"]["nodes"] == [
        {
            "id": global_id("Conversation", story["id"]),
            "status": "OPEN",
            "unreadCount": 5,
            "tags": [],
            "assignee": None,
            "contact": {"name": "Story Teller", "phone": TELLER},
            "location": {"name": "Place 0", "linkDomain": "texts.example", "account": {"name": "Child"}},
            "lastMessage": {
                "body": "Please pay 24",
                "status": "DELIVERED",
                "place": {"name": "Place 3"},
                "agent": {"name": "Olga"},
                "campaign": {"name": "Spring"},
            },
        }
    ]


async def test_a_contact_without_a_name_goes_by_the_number(ask: Ask, town: RandomTown):
    key = next(row["id"] for row in town["contact"] if row["phone"] == "+12125558888")

    data = await ask("Olga").data(
        "query ($id: ID!) { contact(id: $id) { name } }", id=global_id("Contact", key)
    )

    assert data == {"contact": {"name": "+1 212-555-8888"}}


TIMELINE = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    conversation(id: $id) { timeline(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { __typename id at } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }
}"""


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_a_timeline_is_walked_from_both_ends(ask: Ask, story: Row, size: int):
    olga, talk_id = ask("Olga"), global_id("Conversation", story["id"])

    async def walk(**first: Any) -> list[Any]:
        walked: list[Any] = []
        cursor = None
        backward = "last" in first
        while True:
            given = {**first, "before" if backward else "after": cursor}
            page = (await olga.data(TIMELINE, id=talk_id, **given))["conversation"]["timeline"]
            nodes = [edge["node"] for edge in page["edges"]]
            walked = nodes + walked if backward else walked + nodes
            info = page["pageInfo"]
            if not info["hasPreviousPage" if backward else "hasNextPage"]:
                return walked
            cursor = info["startCursor" if backward else "endCursor"]

    forward, backward = await walk(first=size), await walk(last=size)

    assert forward == backward
    assert len({node["id"] for node in forward}) == len(forward) == TEXTS + 5
    assert [node["at"] for node in forward] == sorted(node["at"] for node in forward)
    kinds = {"Message", "Note", "Transfer", "ConversationChange", "ConsentChange"}
    assert {node["__typename"] for node in forward} == kinds


async def test_entries_say_what_happened(ask: Ask, town: RandomTown, story: Row):
    query = """query ($id: ID!) { conversation(id: $id) { timeline(first: 100) { nodes {
        ... on Message {
            origin failureReason failureCode
            links {
                url shortUrl clicked clicks clickEvents { nodes { bot userAgent } }
                contact { name } message { body }
            }
            media { url thumbnailUrl contentType }
            paymentRequest {
                invoice status amount { amount currency } paid { amount } refunded { amount }
                delivered clicked cardType
                contact { name } location { name } events { kind amount { amount } }
            }
            statusHistory { status applied }
        }
        ... on Note { body by { name } }
        ... on Transfer {
            from { name } to { name } note notice { body } undoableUntil mergedConversation { id }
        }
        ... on ConversationChange { kind tag { name } assignee { name } }
        ... on ConsentChange {
            state method texted number cause causeCampaign { name } causePayment { invoice }
            message { body } causeMessage { body } location { name } contact { name } }
    } } } }"""

    data = await ask("Olga").data(query, id=global_id("Conversation", story["id"]))

    nodes = data["conversation"]["timeline"]["nodes"]
    note = next(node for node in nodes if node.get("body"))
    failed = next(node for node in nodes if node.get("failureCode"))
    consent = next(node for node in nodes if "method" in node)
    moved = next(node for node in nodes if "undoableUntil" in node)
    assert note == {"body": "Regular.", "by": {"name": "Olga"}}
    assert (failed["origin"], failed["failureReason"]) == ("CAMPAIGN", "UNKNOWN_NUMBER")
    (link,) = failed["links"]
    assert link == {
        "url": "https://pay.example/now",
        "shortUrl": f"https://texts.example/l/{town.tenant_id}-0",
        "clicked": True,
        "clicks": 1,
        "clickEvents": {"nodes": [{"bot": False, "userAgent": "Phone"}]},
        "contact": {"name": "Story Teller"},
        "message": {"body": "Please pay 0"},
    }
    assert failed["media"][0]["url"].startswith("https://texts.example/media/")
    assert failed["paymentRequest"] == {
        "invoice": "INV-0",
        "status": "PAID",
        "amount": {"amount": "19.90", "currency": "USD"},
        "paid": {"amount": "19.90"},
        "refunded": None,
        "delivered": False,
        "clicked": True,
        "cardType": "VISA",
        "contact": {"name": "Story Teller"},
        "location": {"name": "Place 3"},
        "events": [{"kind": "PAID", "amount": {"amount": "19.90"}}],
    }
    assert failed["statusHistory"] == [{"status": "SENT", "applied": True}]
    assert consent == {
        "state": "OPTED_OUT",
        "method": "KEYWORD",
        "texted": "Stop please",
        "number": "+13125551003",
        "cause": "CAMPAIGN",
        "causeCampaign": {"name": "Spring"},
        "causePayment": {"invoice": "INV-24"},
        "message": {"body": "Please pay 23"},
        "causeMessage": {"body": "Please pay 22"},
        "location": {"name": "Place 3"},
        "contact": {"name": "Story Teller"},
    }
    assert moved == {
        "from": {"name": "Place 3"},
        "to": {"name": "Place 0"},
        "note": "Yours, please.",
        "notice": {"body": "Please pay 24"},
        "undoableUntil": "2026-11-20T12:05:00.000Z",
        "mergedConversation": None,
    }
    assert [node["kind"] for node in nodes if "kind" in node] == ["TAGGED", "ASSIGNED"]


async def test_who_sees_the_destination_alone_sees_the_history_without_a_look_inside_the_source(
    ask: Ask, story: Row
):
    query = """query ($id: ID!) { conversation(id: $id) {
        timeline(first: 100) { nodes { ... on Message { place { name location { id } } }
            ... on ConsentChange { location { id } } } }
        transfers { from { name location { id } } to { location { name } } }
    } }"""

    talk = (await ask("Agnes").data(query, id=global_id("Conversation", story["id"])))["conversation"]

    places = [node["place"] for node in talk["timeline"]["nodes"] if "place" in node]
    assert places == [{"name": "Place 3", "location": None}] * TEXTS
    assert talk["transfers"] == [
        {"from": {"name": "Place 3", "location": None}, "to": {"location": {"name": "Place 0"}}}
    ]


async def test_a_transfer_can_be_undone_for_ten_minutes_unless_something_was_sent(
    ask: Ask, story: Row, database: Database
):
    query = "query ($id: ID!) { conversation(id: $id) { transfers { undoableUntil } } }"
    talk_id = global_id("Conversation", story["id"])

    async def until() -> Any:
        ((transfer),) = (await ask("Olga").data(query, id=talk_id))["conversation"]["transfers"]
        return transfer["undoableUntil"]

    assert await until() is not None
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE message SET version = 61, at = $1 WHERE body = 'Please pay 24'", NOON
        )
    assert await until() is None


async def test_a_transfer_long_ago_cannot_be_undone(ask: Ask, story: Row, database: Database):
    query = "query ($id: ID!) { conversation(id: $id) { transfers { at undoableUntil } } }"
    async with database.transaction() as connection:
        await connection.execute("UPDATE transfer SET at = $1", NOON - timedelta(minutes=10, seconds=1))

    data = await ask("Olga").data(query, id=global_id("Conversation", story["id"]))

    assert data["conversation"]["transfers"][0]["undoableUntil"] is None


async def test_a_conversation_of_an_event_is_the_one_that_is_read(
    ask: Ask, town: RandomTown, story: Row, database: Database
):
    olga = ask("Olga")
    context = Context(olga.services, Faces(Loaders, live=nobody), olga.bearer)
    async with database.connection() as connection:
        row = await connection.fetchval(
            "SELECT to_jsonb(conversation) FROM conversation WHERE id = $1", story["id"]
        )
    await context.begin()

    read = await context.load.conversation(story["id"])

    snapshot = snapshot_row(row)
    assert snapshot.id == story["id"]
    for name in ("version", "status", "last_activity_at", "waiting_since", "closed_at", "answered", "muted"):
        assert getattr(snapshot, name) == getattr(read, name)
    assert snapshot.location_id == read.location.key


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ conversations(filter: { search: " x " }) { nodes { id } } }', "BAD_USER_INPUT"),
        ("{ conversations(first: 101) { nodes { id } } }", "LIMIT_EXCEEDED"),
        ('{ conversations(after: "nonsense") { nodes { id } } }', "BAD_USER_INPUT"),
        ("{ conversations(first: 1, last: 1) { nodes { id } } }", "BAD_USER_INPUT"),
        ('{ locations(after: "nonsense") { nodes { id } } }', "BAD_USER_INPUT"),
        ('{ contacts(filter: { search: "x" }) { nodes { id } } }', "BAD_USER_INPUT"),
        (f'{{ contacts(filter: {{ search: "{"x" * 201}" }}) {{ nodes {{ id }} }} }}', "LIMIT_EXCEEDED"),
        (
            f'{{ conversations(filter: {{ search: "{"a b " * 51}" }}) {{ nodes {{ id }} }} }}',
            "LIMIT_EXCEEDED",
        ),
        (f"{{ locationsSummary(window: {{ on: {BACKWARDS} }}) {{ asOf }} }}", "INVALID_WINDOW"),
        ("query { nodes(ids: [" + '"x",' * 101 + "]) { id } }", "LIMIT_EXCEEDED"),
    ],
)
async def test_bad_arguments_are_refused_with_a_code(ask: Ask, query: str, code: str):
    assert error_code(await ask("Olga").answer(query)) == code


async def test_a_field_that_fails_takes_nothing_from_others_who_wait_for_the_same(ask: Ask) -> None:
    olga = ask("Olga")
    begun, may_end = asyncio.Event(), asyncio.Event()
    reads = Reads(Context(olga.services, Faces(Loaders, live=nobody), olga.bearer))

    async def slowly(keys: list[int]) -> dict[int, str]:
        begun.set()
        await may_end.wait()
        return {key: f"the {key}" for key in keys}

    cancelled, other = (asyncio.ensure_future(reads.batched(slowly, 7)) for _ in range(2))
    await begun.wait()
    cancelled.cancel()
    await asyncio.wait([cancelled])
    may_end.set()

    assert await other == "the 7"
    assert cancelled.cancelled()
