"""Who works at one location, or for a neighbour: no figure counts what is not theirs.

Everything else that strangers may try is in `tests/crawl`; a number alone does not tell whose it is.
"""

import pytest

from tests.support.company import STORE_A, Company

# Whose work is elsewhere: at another location of the tree, and in another tree.
STRANGERS = ("Bob", "Nora")


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
