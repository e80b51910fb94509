"""Who works at one location, or for a neighbour: what is not theirs reads and answers like nothing at all.

Everything here is driven by the schema: a new query, type or mutation is tried without being named.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import get_named_type

from graph.ids import global_id, parse_id
from graph.schema import schema
from tests.support.company import STORE_A, Company
from tests.support.every_mutation import MUTATIONS, given

# Whose work is elsewhere: at another location of the tree, and in another tree.
STRANGERS = ("Bob", "Nora")
QUERIES = schema.core.query_type.fields  # type: ignore[union-attr]
LISTS = sorted(name for name, field in QUERIES.items() if str(field.type).endswith("Connection!"))
LOOK_UPS = sorted(name for name, field in QUERIES.items() if set(field.args) == {"id"})


@pytest.fixture
async def story(town: Company) -> Company:
    """Something of every kind at Store A, which Bob and Nora cannot look into."""
    message = await town.text("Hello")
    talk = town.id("Conversation", message.conversation_id)
    await town.do("Olive", "addNote", "note { id }", conversationId=talk, body="Secret")
    await town.do("Olive", "sendMessage", "message { id }", conversationId=talk, body="Secret")
    await town.do(
        "Olive", "tagConversation", "__typename", conversationId=talk, tagIds=[town.id("Tag", "VIP")]
    )
    await town.do(
        "Olive",
        "requestPayment",
        "__typename",
        conversationId=talk,
        invoice="Secret",
        amount={"amount": "50.00", "currency": "USD"},
    )
    await town.text("STOP")
    office = town.id("Place", "Head Office")
    await town.do("Olive", "transferConversation", "__typename", conversationId=talk, to=office)
    await town.do(
        "Olive", "transferConversations", "__typename", conversationIds=[talk], to=town.id("Place", "Store A")
    )
    await town.do("Olive", "simulateInboundMessage", "__typename", fromNumber="+19175550177",
                  toNumber=STORE_A, body="Secret")  # fmt: skip
    return town


async def ids_at_store_a(town: Company) -> dict[str, set[str]]:
    """The global ids of all that happened in the tree, none of it at Store B, and of who owns it."""
    tables = {
        "Account": "account", "Contact": "contact", "ConsentChange": "consent_change",
        "Conversation": "conversation", "Note": "note", "ConversationChange": "conversation_change",
        "Message": "message", "Transfer": "transfer", "BulkTransfer": "bulk_transfer",
        "PaymentRequest": "payment_request", "TrackedLink": "tracked_link",
    }  # fmt: skip
    found = {
        name: {
            global_id(name, row["id"])
            for row in await town.fetch(f"SELECT id FROM {table} WHERE tenant_id = $1", town.tenant_id)
        }
        for name, table in tables.items()
    }
    found["Account"] -= {town.id("Account", "Acme West")}
    return found | {"Location": {town.id("Location", "Store A"), town.id("Location", "Head Office")}}


@pytest.mark.parametrize("name", STRANGERS)
async def test_no_object_is_found_by_its_id(story: Company, name: str) -> None:
    everything = await ids_at_store_a(story)
    assert all(everything.values())
    if name == "Bob":
        # The top of the tree is everybody's account.
        everything["Account"] -= {story.id("Account", "Acme")}

    for ids in filter(None, everything.values()):
        data = await story.ask(name, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=sorted(ids))
        assert data["nodes"] == [None] * len(ids)
        for look_up in LOOK_UPS:
            for one in ids:
                document = f"query ($id: ID!) {{ {look_up}(id: $id) {{ id }} }}"
                assert (await story.ask(name, document, id=one))[look_up] is None


@pytest.mark.parametrize("list_name", LISTS)
@pytest.mark.parametrize("name", STRANGERS)
async def test_no_list_has_it_whatever_is_asked_for(story: Company, name: str, list_name: str) -> None:
    hidden = set().union(*(await ids_at_store_a(story)).values()) - {story.id("Account", "Acme")}
    if name == "Nora":
        hidden |= {
            story.id(kind, key) for kind, key in (("Tag", "VIP"), ("User", "Ann"), ("Account", "Acme"))
        }

    for arguments in ["", *filters(list_name, [story.id("Location", "Store A")])]:
        data = await story.ask(name, f"{{ {list_name}(first: 100{arguments}) {{ nodes {{ id }} }} }}")
        assert not hidden & {node["id"] for node in data[list_name]["nodes"]}


def filters(list_name: str, ids: list[str]) -> Iterator[str]:
    """The arguments of a list that name locations, with theirs."""
    quoted = ", ".join(f'"{one}"' for one in ids)
    args = QUERIES[list_name].args
    if "locationIds" in args:
        yield f", locationIds: [{quoted}]"
    fields = get_named_type(args["filter"].type).fields if "filter" in args else {}
    for field in fields:
        if field.endswith("ocationIds"):
            yield f", filter: {{{field}: [{quoted}]}}"


@pytest.mark.parametrize("name", STRANGERS)
async def test_no_figure_counts_it(story: Company, name: str) -> None:
    document = """
        query ($ids: [ID!]) {
            locationsSummary(locationIds: $ids) {
                total {
                    activeConversations inboundMessages outboundMessages newInboundConversations { count }
                }
                locations { location { id } }
                transferFlows { count }
            }
            viewer { inbox { open waiting unread } }
        }
    """
    data = await story.ask(name, document, ids=[story.id("Location", "Store A")])

    assert data["locationsSummary"] == {
        "total": {
            "activeConversations": 0,
            "inboundMessages": 0,
            "outboundMessages": 0,
            "newInboundConversations": {"count": 0},
        },
        "locations": [],
        "transferFlows": [],
    }
    assert data["viewer"]["inbox"] == {"open": 0, "waiting": 0, "unread": 0}


# A move that ended at Bob's store is his to undo; many moves are refused one by one, in the results.
BOBS_TOO = {"undoTransfer", "transferConversations"}
# What Bob sees and may not change reads as that.
SEEN = {"Account", "Place", "Tag", "User"}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", STRANGERS)
async def test_no_mutation_touches_it_or_tells_it_from_nothing(
    town: Company, name: str, mutation: str
) -> None:
    select, what, _ = (await given(town))[mutation]
    hidden = set(ids_in(what)) - (SEEN if name == "Bob" else set())
    if not hidden or mutation in BOBS_TOO:
        return
    before = await town.everything()

    payload = await town.do(name, mutation, select, **what)

    assert await town.everything() == before
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
    assert payload == await town.do(name, mutation, select, **unknown(what, hidden))


@pytest.mark.parametrize("name", STRANGERS)
async def test_nobody_plays_the_customer_of_a_hidden_number(town: Company, name: str) -> None:
    given = {"fromNumber": "+19175550177", "body": "Hello"}

    error = await town.refusal(name, "simulateInboundMessage", toNumber=STORE_A, **given)

    assert error == await town.refusal(name, "simulateInboundMessage", toNumber="+12125550177", **given)


def ids_in(value: Any) -> Iterator[str]:
    """The types of the global ids in an input."""
    if isinstance(value, str) and (parsed := parse_id(value)):
        yield parsed[0]
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from ids_in(member)


def unknown(value: Any, types: set[str]) -> Any:
    """The same input with ids of nothing, of these types."""
    if isinstance(value, dict):
        return {name: unknown(member, types) for name, member in value.items()}
    if isinstance(value, list):
        return [unknown(member, types) for member in value]
    parsed = parse_id(value) if isinstance(value, str) else None
    return global_id(parsed[0], uuid4()) if parsed and parsed[0] in types else value
