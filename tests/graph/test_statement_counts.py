"""How often the database is asked. It must not grow with what is selected, or with how much there is."""

import pytest

from graph.ids import global_id
from tests.graph.conftest import Ask
from tests.support.random_town import RandomTown
from tests.support.story import story_in

INBOX_ITEM = """
    id status version waitingSince lastActivityAt snoozedUntil answered muted unreadCount createdAt closedAt
    contact { id name firstName phone optedOutAt blockedAt }
    location { id name number openNow viewerRole numbers { number } account { id name parent { id } } }
    assignee { id name email memberships { role account { id } location { id } } }
    tags { id name color }
    lastMessage {
        id at direction origin status body agent { id name } campaign { id name locations { id } }
        place { id name location { id } }
    }
"""
BUBBLE = """
    id at direction origin body status failureReason failureCode
    place { id name } agent { id name } campaign { id name }
    media { id url thumbnailUrl }
    links { id url shortUrl clicked clicks contact { id } }
    paymentRequest {
        id invoice amount { amount currency } payUrl paid { amount }
        contact { id } location { id } events { kind }
    }
    statusHistory { status applied }
    conversation { id version }
"""
ENTRY = f"""
    __typename id at
    ... on Message {{ {BUBBLE} }}
    ... on Note {{ body by {{ id }} }}
    ... on Transfer {{ from {{ id }} to {{ id }} note contact {{ id }} notice {{ {BUBBLE} }} undoableUntil }}
    ... on ConversationChange {{ kind tag {{ id }} assignee {{ id }} mergedInto {{ id }} }}
    ... on ConsentChange {{
        state contact {{ id }} location {{ id }} message {{ id }} causeMessage {{ id }} causePayment {{ id }}
    }}
"""


@pytest.mark.parametrize(
    "selection",
    [
        "nodes { id }",
        f"edges {{ cursor node {{ {INBOX_ITEM} }} }} pageInfo {{ hasNextPage endCursor }}",
        f"all: nodes {{ ... on Conversation {{ {INBOX_ITEM} }} }}",
    ],
)
@pytest.mark.parametrize("name", ["Olga", "Agnes"])
async def test_an_inbox_is_two_statements_whatever_is_selected(ask: Ask, name: str, selection: str):
    query = f"query {{ eventCursor conversations(first: 25) {{ {selection} }} }}"

    assert len(await ask(name).statements(query)) == 2


@pytest.mark.parametrize(
    "filter",
    [
        'search: "pizza"',
        "waiting: true, statuses: [OPEN]",
        "assignee: { me: true }, unread: true",
        "assignee: { nobody: false }, active: false",
    ],
)
async def test_a_filtered_inbox_is_two_statements_too(ask: Ask, filter: str):
    query = f"{{ conversations(filter: {{ {filter} }}) {{ nodes {{ {INBOX_ITEM} }} }} }}"

    assert len(await ask("Olga").statements(query)) == 2


async def test_what_is_not_selected_is_not_joined(ask: Ask):
    _, page = await ask("Olga").statements(
        "{ conversations { nodes { id tags { name } assignee { name } } } }"
    )

    assert "contact" not in page.partition("FROM key")[2]
    assert "message" not in page.partition("FROM key")[2]
    assert "conversation_read" not in page


async def test_a_timeline_asks_once_for_each_kind_of_thing_however_many_texts_there_are(
    ask: Ask, town: RandomTown
):
    query = f"""query ($id: ID!, $last: Int) {{
        conversation(id: $id) {{
            {INBOX_ITEM}
            timeline(last: $last) {{ edges {{ cursor node {{ {ENTRY} }} }} }}
        }}
        eventCursor
    }}"""
    story = global_id("Conversation", story_in(town)["id"])
    olga = ask("Olga")

    few = await olga.statements(query, id=story, last=8)
    many = await olga.statements(query, id=story, last=100)

    entries = (await olga.data(query, id=story, last=100))["conversation"]["timeline"]["edges"]
    assert len(entries) == 30
    assert len(many) == len(few)


async def test_the_page_of_a_conversation_is_a_handful_of_statements(ask: Ask, town: RandomTown):
    query = """query ($id: ID!) {
        conversation(id: $id) {
            id unreadCount mergedInto { id location { id name } } contact { id name } lastMessage { id body }
            timeline(last: 50) { nodes {
                id at
                ... on Message { body media { id } links { id } paymentRequest { id } }
                ... on Transfer { notice { id body status } }
            } }
        }
        eventCursor
    }"""
    story = global_id("Conversation", story_in(town)["id"])

    # The beginning, the conversation, the timeline; then files, links, payment requests, notices.
    assert len(await ask("Olga").statements(query, id=story)) == 7


@pytest.mark.parametrize("first", [1, 4])
async def test_the_counts_of_all_inboxes_are_one_statement(ask: Ask, first: int):
    query = """query ($first: Int) {
        locations(orderBy: { field: UNREAD, direction: DESC }, first: $first) {
            nodes { id name openNow opensAt viewerRole inbox { open unread } hours { effectiveAt }
                members { nodes { id } } }
            totalCount
        }
        viewer { inbox { open } }
    }"""

    assert len(await ask("Olga").statements(query, first=first)) == 2


async def test_many_nodes_are_one_statement_a_type(ask: Ask, town: RandomTown):
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) {
        id ... on Conversation { contact { name } } ... on Message { body conversation { id } }
    } }"""
    talks = [global_id("Conversation", row["id"]) for row in town["conversation"][:20]]
    texts = [global_id("Message", row["id"]) for row in town["message"][:20]]
    contacts = [global_id("Contact", row["id"]) for row in town["contact"]]
    people = [global_id("User", row["id"]) for row in town["app_user"]]

    statements = await ask("Olga").statements(query, ids=[*talks, *texts, *contacts, *people])

    # The beginning, conversations, entries, contacts; then the conversations of the texts.
    print([" ".join(x.split())[:90] for x in statements])
    assert len(statements) <= 5


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("{ viewer { user { name } memberships { role location { id } } } eventCursor }", 1),
        ('{ users(filter: { search: "o" }) { nodes { id name memberships { role } } totalCount } }', 1),
        (
            "{ tags { nodes { name } totalCount } campaigns { nodes { name } } accounts { nodes { name } } }",
            1,
        ),
        ("{ contacts { nodes { id name } } }", 2),
        (
            "{ transfers { nodes { id from { name } contact { name } notice { id } conversation { id } } } }",
            4,
        ),
        (
            "{ consentChanges { nodes { id contact { name } message { id } } totalCount } }",
            4,
        ),
        ("{ unsentMessages { nodes { id body conversation { id } } } }", 3),
        ("{ locationsSummary { asOf locations { location { id } activeConversations } } }", 5),
    ],
)
async def test_a_screen_asks_seldom(ask: Ask, query: str, most: int):
    assert len(await ask("Olga").statements(query)) <= most
