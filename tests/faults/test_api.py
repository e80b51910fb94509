"""API processes die, and are replaced."""

import asyncio

import httpx

from graph.ids import global_id
from tests.faults.writing import Writer

ADD_NOTE = """
mutation ($id: ID!) { addNote(input: {conversationId: $id, body: "Told by nobody."}) { note { id } } }
"""


async def test_the_api_is_killed_between_commit_and_publish(house):
    """Nobody publishes the event: who watches there goes on elsewhere, who watches elsewhere is told too."""
    dying, other = await asyncio.gather(house.open_api(), house.open_api())
    await house.follow("owner", "ann", at=other)
    moving, *_ = await house.follow("owner", "ann", "bob")
    writer = Writer(house.desk, 7)
    await writer.acts(20)
    talk = await writer.text()

    await dying.die_at_next_publish()
    try:
        async with httpx.AsyncClient(
            base_url=dying.url, headers={"authorization": f"Bearer {moving.token()}"}, timeout=30
        ) as client:
            query = {"query": ADD_NOTE, "variables": {"id": global_id("Conversation", talk)}}
            raise AssertionError((await client.post("/graphql", json=query)).text)
    except httpx.TransportError:
        await dying.child.ended()
    await house.settle()

    assert await house.desk.value("SELECT count(*) FROM note WHERE body = 'Told by nobody.'") == 1
    await writer.acts(20)
    await house.settle()
