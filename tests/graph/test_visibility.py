"""What is hidden reads like what does not exist; and nothing crosses from one tenant to another."""

from uuid import UUID

import pytest

from graph.ids import NODE_TYPES, global_id
from tests.graph.conftest import Ask
from tests.support.random_town import RandomTown

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
TABLES = {
    "User": "app_user",
    "Account": "account",
    "Location": "location",
    "Place": "location",
    "Contact": "contact",
    "ConsentChange": "consent_change",
    "Conversation": "conversation",
    "Note": "note",
    "ConversationChange": "conversation_change",
    "Tag": "tag",
    "Message": "message",
    "Media": "media",
    "TrackedLink": "tracked_link",
    "LinkClick": "link_click",
    "PaymentRequest": "payment_request",
    "Transfer": "transfer",
    "Campaign": "campaign",
}


def ids_of(town: RandomTown, type_name: str) -> list[str]:
    return [global_id(type_name, row["id"]) for row in town[TABLES[type_name]]]


async def seen(ask: Ask, name: str, ids: list[str]) -> set[str]:
    """Those of the ids under which this person finds something."""
    found: set[str] = set()
    for start in range(0, len(ids), 100):
        part = ids[start : start + 100]
        nodes = (await ask(name).data(NODES, ids=part))["nodes"]
        assert all(node is None or node["id"] == one for one, node in zip(part, nodes, strict=True))
        found |= {node["id"] for node in nodes if node}
    return found


@pytest.mark.parametrize("type_name", TABLES)
async def test_an_owner_finds_everything_of_theirs_and_nothing_of_the_neighbours(
    ask: Ask, town: RandomTown, neighbour: RandomTown, type_name: str
):
    assert await seen(ask, "Olga", ids_of(town, type_name)) == set(ids_of(town, type_name))
    assert await seen(ask, "Olga", ids_of(neighbour, type_name)) == set()


async def test_every_id_of_another_type_or_none_finds_nothing(ask: Ask, town: RandomTown):
    key = town["conversation"][0]["id"]
    ids = [global_id(name, key) for name in NODE_TYPES if name not in ("Conversation", "ReportConversation")]

    assert await seen(ask, "Olga", [*ids, "", "garbage", "A" * 23, "é" * 23]) == set()


def passed_through(town: RandomTown, place: UUID) -> set[str]:
    """Contacts who talk, or have talked, at a place; and those to whom nobody has talked."""
    talks = {row["contact_id"] for row in town["conversation"] if row["location_id"] == place}
    moves = {
        row["contact_id"]
        for row in town["transfer"]
        if place in (row["from_location_id"], row["to_location_id"])
    }
    talked_to = {row["contact_id"] for row in town["conversation"]}
    everyone = {row["id"] for row in town["contact"]}
    return {global_id("Contact", key) for key in talks | moves | (everyone - talked_to)}


async def test_who_has_one_place_sees_what_is_there_and_what_was_said_there(ask: Ask, town: RandomTown):
    place = town.location_named("Place 1")
    here = {row["id"] for row in town["conversation"] if row["location_id"] == place}

    assert await seen(ask, "Vito", ids_of(town, "Conversation")) == {
        global_id("Conversation", key) for key in here
    }
    assert await seen(ask, "Vito", ids_of(town, "Message")) == {
        global_id("Message", row["id"])
        for row in town["message"]
        if row["location_id"] == place or row["conversation_id"] in here
    }
    assert await seen(ask, "Vito", ids_of(town, "Transfer")) == {
        global_id("Transfer", row["id"])
        for row in town["transfer"]
        if place in (row["from_location_id"], row["to_location_id"]) or row["conversation_id"] in here
    }
    assert await seen(ask, "Vito", ids_of(town, "Contact")) == passed_through(town, place)
    assert await seen(ask, "Vito", ids_of(town, "Location")) == {global_id("Location", place)}


@pytest.mark.parametrize(
    "type_name",
    ["Note", "ConversationChange", "ConsentChange", "Media", "TrackedLink", "LinkClick", "PaymentRequest"],
)
async def test_what_hangs_on_a_conversation_is_seen_where_that_is_and_nowhere_else(
    ask: Ask, town: RandomTown, type_name: str
):
    ids = ids_of(town, type_name)

    assert await seen(ask, "Agnes", ids) == set(ids)
    assert await seen(ask, "Vito", ids) == set()


async def test_everyone_in_the_tree_sees_the_outside_of_places_people_and_tags(ask: Ask, town: RandomTown):
    for type_name in ("Place", "User", "Tag", "Campaign"):
        assert await seen(ask, "Vito", ids_of(town, type_name)) == set(ids_of(town, type_name))


async def test_lists_have_what_can_be_found_by_id(ask: Ask, town: RandomTown):
    query = "{ contacts(first: 100) { nodes { id } } conversations(first: 100) { nodes { id } } }"
    for name in ("Olga", "Manu", "Agnes", "Vito"):
        data = await ask(name).data(query)

        talked_to = {global_id("Contact", row["contact_id"]) for row in town["conversation"]}
        contacts = await seen(ask, name, ids_of(town, "Contact"))
        listed = {node["id"] for node in data["contacts"]["nodes"]}
        assert listed == (contacts if name == "Olga" else contacts & talked_to)
        conversations = await seen(ask, name, ids_of(town, "Conversation"))
        assert {node["id"] for node in data["conversations"]["nodes"]} == conversations


async def test_a_text_stays_visible_where_it_was_said_without_its_conversation(ask: Ask, town: RandomTown):
    query = """query ($id: ID!) { node(id: $id) {
        ... on Message { body place { name location { id } } conversation { id } links { id } } } }"""
    text = next(row for row in town["message"] if row["body"] == "Anybody there?")

    node = (await ask("Vito").data(query, id=global_id("Message", text["id"])))["node"]

    assert node["body"] == text["body"]
    assert node["place"]["location"] is not None
    assert node["conversation"] is None


async def test_ids_of_hidden_places_match_nothing(ask: Ask, town: RandomTown, neighbour: RandomTown):
    query = """query ($places: [ID!], $contact: ID) {
        conversations(filter: { locationIds: $places }) { nodes { id } }
        talks: conversations(filter: { contactId: $contact }) { nodes { id } }
        contacts(filter: { locationIds: $places }) { nodes { id } }
        unsentMessages(locationIds: $places) { nodes { id } }
        locationsSummary(locationIds: $places) { locations { location { id } } total { inboundMessages } }
    }"""
    foreign = [global_id("Location", row["id"]) for row in neighbour["location"]]
    hidden = [global_id("Location", town.location_named("Place 3"))]
    contact = global_id("Contact", neighbour["contact"][0]["id"])

    for name, places in (("Olga", foreign), ("Vito", hidden)):
        data = await ask(name).data(query, places=places, contact=contact)

        assert data == {
            "conversations": {"nodes": []},
            "talks": {"nodes": []},
            "contacts": {"nodes": []},
            "unsentMessages": {"nodes": []},
            "locationsSummary": {"locations": [], "total": {"inboundMessages": 0}},
        }


async def test_an_address_is_for_who_manages_the_person_and_for_themselves(ask: Ask, town: RandomTown):
    query = "{ users { nodes { name email locale lastSeenAt createdAt } } }"

    async def known(name: str) -> set[str]:
        nodes = (await ask(name).data(query))["users"]["nodes"]
        return {node["name"] for node in nodes if node["email"] and node["lastSeenAt"]}

    assert await known("Olga") == {"Olga", "Manu", "Agnes", "Vito"}
    # Place 0 is the child account's; Place 1 is not.
    assert await known("Manu") == {"Manu", "Agnes"}
    assert await known("Vito") == {"Vito"}


async def test_a_hidden_address_cannot_be_searched_for(ask: Ask, town: RandomTown):
    query = '{ users(filter: { search: "olga@" }) { totalCount } }'

    assert (await ask("Olga").data(query))["users"]["totalCount"] == 1
    assert (await ask("Vito").data(query))["users"]["totalCount"] == 0
