"""The whole way: what one API process commits is seen on a socket of another one."""

from datetime import UTC, datetime

import httpx

from graph.app import create_app
from localmessages.auth import issue_token
from localmessages.settings import Settings
from tests.subscriptions.sockets import hear, open_socket, run, served
from tests.support.desk import open_desk

SECRET = "a secret of this test alone, long enough"
INBOX = """
subscription ($after: Cursor) {
  inboxEvents(after: $after) {
    __typename cursor ... on TimelineEntryAdded { entry { ... on Note { body } } }
  }
}
"""
ADD_NOTE = """
mutation ($id: ID!, $body: String!) {
  addNote(input: {conversationId: $id, body: $body}) { note { id } userErrors { code } }
}
"""


async def test_a_change_at_one_server_is_an_event_at_the_other(database, database_url, redis_url):
    desk = await open_desk(database)
    await desk.receive("Hello")
    person = (await desk.actor("ann")).user_id
    assert person
    token, _ = issue_token(SECRET, desk.tenant_id, person, now=datetime.now(UTC))
    authorization = {"Authorization": f"Bearer {token}"}
    settings = Settings(database_url=database_url, redis_url=redis_url, secret_key=SECRET, graphiql=False)

    async with (
        served(create_app(settings), lifespan=True) as here,
        served(create_app(settings), lifespan=True) as there,
        httpx.AsyncClient(base_url=f"http://{there}", headers=authorization) as client,
    ):

        async def ask(query, **variables):
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
            return answer.json()["data"]

        page = await ask("{ eventCursor conversations { nodes { id lastMessage { body } } } }")
        (conversation,) = page["conversations"]["nodes"]
        assert conversation["lastMessage"]["body"] == "Hello"

        await ask(ADD_NOTE, id=conversation["id"], body="before the socket")
        async with open_socket(f"ws://{here}/graphql", authorization) as socket:
            await run(socket, "1", INBOX, variables={"after": page["eventCursor"]})
            assert await next_note(socket) == "before the socket"
            for body in ("one", "two", "three"):
                assert (await ask(ADD_NOTE, id=conversation["id"], body=body))["addNote"]["note"]
            assert [await next_note(socket) for _ in range(3)] == ["one", "two", "three"]


async def next_note(socket):
    event = (await hear(socket))["payload"]["data"]["inboxEvents"]
    return event["entry"]["body"] if event["__typename"] == "TimelineEntryAdded" else event
