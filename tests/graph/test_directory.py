"""Lists out of the catalogue, what waits in inboxes, and what a transfer would do."""

from itertools import pairwise
from typing import Any

import pytest

from graph.ids import global_id
from models.database import Database
from tests.graph.conftest import Ask
from tests.support.random_town import RandomTown, Row
from tests.support.story import story_in


def counts(town: RandomTown, place: Row, person: str) -> dict[str, int]:
    """What waits at a place for a person, in Python."""
    me = town.user(person)
    marks = {
        mark["conversation_id"]: mark["entry_count"]
        for mark in town["conversation_read"]
        if mark["user_id"] == me
    }
    here = [row for row in town["conversation"] if row["location_id"] == place["id"]]
    open_ones = [row for row in here if row["status"] == "OPEN"]
    return {
        "open": len(open_ones),
        "waiting": sum(row.get("waiting_since") is not None for row in open_ones),
        "unread": sum(row.get("entry_count", 0) > marks.get(row["id"], 0) for row in open_ones),
        "unassigned": sum(row.get("assignee_id") is None for row in open_ones),
        "mine": sum(row.get("assignee_id") == me for row in open_ones),
        "snoozed": sum(row["status"] == "SNOOZED" for row in here),
    }


COUNTS = "inbox { open waiting unread unassigned mine snoozed }"


@pytest.mark.parametrize("name", ["Olga", "Manu", "Agnes"])
async def test_what_waits_is_counted_for_who_asks(ask: Ask, town: RandomTown, name: str):
    data = await ask(name).data(f"{{ locations {{ nodes {{ name {COUNTS} }} }} viewer {{ {COUNTS} }} }}")

    places = {row["name"]: row for row in town["location"]}
    shown = {node["name"]: node["inbox"] for node in data["locations"]["nodes"]}
    assert shown == {place: counts(town, places[place], name) for place in shown}
    assert data["viewer"]["inbox"] == {
        figure: sum(inbox[figure] for inbox in shown.values()) for figure in data["viewer"]["inbox"]
    }


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["UNREAD", "WAITING", "NAME"])
async def test_locations_are_sorted_and_paged(ask: Ask, field: str, direction: str):
    query = """query ($order: LocationOrder, $after: String) {
        locations(orderBy: $order, first: 1, after: $after) {
            nodes { name inbox { unread waiting } } pageInfo { hasNextPage endCursor } totalCount
        }
    }"""
    found: list[Any] = []
    after, more = None, True
    while more:
        order = {"field": field, "direction": direction}
        page = (await ask("Olga").data(query, order=order, after=after))["locations"]
        found += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert len(found) == page["totalCount"] == 4
    sign = -1 if direction == "DESC" else 1
    if field == "NAME":
        assert [node["name"] for node in found] == sorted((node["name"] for node in found), reverse=sign < 0)
    else:
        keys = [(sign * node["inbox"][field.lower()], node["name"]) for node in found]
        assert all(one < other for one, other in pairwise(keys))


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ('search: "place 2"', {"Place 2"}),
        ('search: "312-555-1003"', {"Place 3"}),
        ("kind: HEAD_OFFICE", {"Place 1"}),
        ("active: false", {"Place 2"}),
        ("active: null", {"Place 0", "Place 1", "Place 2", "Place 3"}),
        ('externalIds: ["nowhere"]', set()),
        ('accountId: "nonsense"', set()),
    ],
)
async def test_locations_are_filtered(
    ask: Ask, town: RandomTown, database: Database, filter: str, names: set[str]
):
    if "active" in filter:
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE location SET active = false WHERE tenant_id = $1 AND name = 'Place 2'", town.tenant_id
            )
            await connection.execute("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")

    data = await ask("Olga").data(f"{{ locations(filter: {{ {filter} }}) {{ nodes {{ name }} }} }}")

    assert {node["name"] for node in data["locations"]["nodes"]} == names


async def test_locations_of_an_account_and_of_those_below(ask: Ask, town: RandomTown):
    query = "query ($id: ID!) { locations(filter: { accountId: $id }) { nodes { name } } }"
    found = []
    for account in town["account"]:
        data = await ask("Olga").data(query, id=global_id("Account", account["id"]))
        found.append([node["name"] for node in data["locations"]["nodes"]])

    assert found == [["Place 0", "Place 1", "Place 2", "Place 3"], ["Place 0", "Place 2"]]


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ("", ["Agnes", "Manu", "Olga", "Vito"]),
        ('search: "A"', ["Agnes", "Manu", "Olga", "Vito"]),
        ('search: "gn"', ["Agnes"]),
        ("roles: [MANAGER, VIEWER]", ["Manu", "Vito"]),
        ("statuses: [FORMER]", []),
    ],
)
async def test_people_are_filtered(ask: Ask, filter: str, names: list[str]):
    data = await ask("Olga").data(f"{{ users(filter: {{ {filter} }}) {{ nodes {{ name }} totalCount }} }}")

    assert [node["name"] for node in data["users"]["nodes"]] == names
    assert data["users"]["totalCount"] == len(names)


async def test_people_whose_role_covers_a_place(ask: Ask, town: RandomTown):
    query = "query ($id: ID!) { users(filter: { locationIds: [$id] }) { nodes { name } } }"
    covered = {}
    for name in ("Place 0", "Place 1"):
        data = await ask("Olga").data(query, id=global_id("Location", town.location_named(name)))
        covered[name] = [node["name"] for node in data["users"]["nodes"]]

    assert covered == {"Place 0": ["Agnes", "Manu", "Olga"], "Place 1": ["Olga", "Vito"]}


async def test_members_are_those_who_may_act_there(ask: Ask, town: RandomTown):
    query = "query ($id: ID!) { location(id: $id) { members { nodes { name } totalCount } viewerRole } }"

    data = await ask("Vito").data(query, id=global_id("Location", town.location_named("Place 1")))

    assert data["location"] == {
        "members": {"nodes": [{"name": "Olga"}], "totalCount": 1},
        "viewerRole": "VIEWER",
    }


async def test_accounts_are_seen_from_where_one_has_a_role(ask: Ask):
    query = "{ accounts { nodes { name parent { name } settings { reopenWithinDays } } totalCount } }"

    manu = (await ask("Manu").data(query))["accounts"]
    vito = (await ask("Vito").data(query))["accounts"]

    assert manu["nodes"] == [
        {"name": "Child", "parent": {"name": "Parent"}, "settings": {"reopenWithinDays": 30}},
        {"name": "Parent", "parent": None, "settings": None},
    ]
    assert vito["nodes"] == [{"name": "Parent", "parent": None, "settings": None}]


async def test_a_transfer_goes_to_any_place_head_offices_first(ask: Ask, town: RandomTown):
    query = """query ($id: ID!, $search: String, $after: String) { conversation(id: $id) {
        transferDestinations(search: $search, first: 2, after: $after) {
            nodes { name kind location { id } } pageInfo { hasNextPage endCursor } } } }"""
    talk = story_in(town)
    agnes, talk_id = ask("Agnes"), global_id("Conversation", talk["id"])

    async def page(**given: str) -> Any:
        return (await agnes.data(query, id=talk_id, **given))["conversation"]["transferDestinations"]

    first = await page()
    second, searched = await page(after=first["pageInfo"]["endCursor"]), await page(search="555 1002")

    assert [node["name"] for node in first["nodes"] + second["nodes"]] == ["Place 1", "Place 2", "Place 3"]
    assert all(node["location"] is None for node in first["nodes"])
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert [node["name"] for node in searched["nodes"]] == ["Place 2"]


PREVIEW = """query ($id: ID!, $to: ID!, $notice: String) { conversation(id: $id) {
    transferPreview(to: $to, notice: $notice) {
        from { name } to { name } notice { body segments } merges keepsAssignee waitingSince optedOutAt
        userErrors { code field }
    }
} }"""


async def test_a_preview_says_what_a_transfer_would_do(ask: Ask, town: RandomTown):
    talk = story_in(town)
    olga, talk_id = ask("Olga"), global_id("Conversation", talk["id"])

    async def preview(to: str, **more: Any) -> Any:
        given = global_id("Place", town.location_named(to))
        return (await olga.data(PREVIEW, id=talk_id, to=given, **more))["conversation"]["transferPreview"]

    assert await preview("Place 1", notice="Now {number} of {location}.") == {
        "from": {"name": "Place 0"},
        "to": {"name": "Place 1"},
        "notice": {"body": "Now +13125551001 of Place 1.", "segments": 1},
        "merges": False,
        "keepsAssignee": True,
        "waitingSince": None,
        "optedOutAt": None,
        "userErrors": [],
    }
    assert (await preview("Place 0"))["userErrors"] == [{"code": "SAME_LOCATION", "field": ["input", "to"]}]


async def test_a_preview_refuses_who_may_only_read(ask: Ask, town: RandomTown):
    place = town.location_named("Place 1")
    talk = next(row for row in town["conversation"] if row["location_id"] == place)
    to = global_id("Location", town.location_named("Place 2"))

    data = await ask("Vito").data(PREVIEW, id=global_id("Conversation", talk["id"]), to=to)

    assert [no["code"] for no in data["conversation"]["transferPreview"]["userErrors"]] == ["NOT_ALLOWED"]


async def test_a_preview_of_a_text_fills_what_its_conversation_knows(ask: Ask, town: RandomTown):
    query = """query ($body: String!, $id: ID) { messagePreview(body: $body, conversationId: $id) {
        body encoding segments remaining specialCharacters } }"""
    talk = story_in(town)
    olga, body = ask("Olga"), "Hi {first_name}, {location} here ☺"

    filled = await olga.data(query, body=body, id=global_id("Conversation", talk["id"]))
    plain = await olga.data(query, body=body)

    assert filled["messagePreview"]["body"] == "Hi Story, Place 0 here ☺"
    assert filled["messagePreview"]["encoding"] == "UCS_2"
    assert filled["messagePreview"]["specialCharacters"] == ["☺"]
    assert plain["messagePreview"]["body"] == body
