"""Sockets that never read, on a whole server: they cost nobody anything, and nothing of them stays."""

import asyncio
import base64
import json
import os
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import psutil
from websockets.frames import Frame, Opcode

from graph.app import create_app
from localmessages.auth import issue_token
from localmessages.settings import Settings
from subscriptions.websocket import Patience
from tests.subscriptions.sockets import PATIENCE, SPOKEN, hear, open_socket, run, served
from tests.support.desk import open_desk

SECRET = "a secret of this test alone, long enough"
INBOX = """
subscription { inboxEvents { cursor ... on TimelineEntryAdded { entry { ... on Message { body } } } } }
"""
SUMMARY = "subscription { locationsSummaryChanged { total { newInboundConversations { count } } } }"
IS_LONG = bool(os.environ.get("SOAK"))
MUTE, TEXTS = (2_000, 200) if IS_LONG else (15, 20)
# As it is in production, and at most 40 seconds after the last that a client has read.
PATIENT = Patience() if IS_LONG else Patience(stalled_seconds=1, close_seconds=0.2)
PINGS = 20.0 if IS_LONG else 2.0
LET_GO_WITHIN = 40 if IS_LONG else PATIENCE
ROOM = 96 * 1_024
"""What a socket may take of memory that is not read: what may wait unsent, and one more flush."""


def said(message: dict[str, object]) -> bytes:
    return Frame(Opcode.TEXT, json.dumps(message).encode()).serialize(mask=True)


@asynccontextmanager
async def mute(address: str, token: str):
    """A client that subscribes, and never reads what it gets after the handshake, pings included."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1_024)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /graphql HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {SPOKEN[0]}\r\n\r\n".encode()
    )
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.write(said({"type": "connection_init", "payload": {"Authorization": token}}))
    # A subscription before the acknowledgement would be refused.
    await asyncio.wait_for(reader.readuntil(b"connection_ack"), PATIENCE)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    for name, query in (("1", INBOX), ("2", SUMMARY)):
        writer.write(said({"type": "subscribe", "id": name, "payload": {"query": query}}))
    yield
    writer.transport.abort()


async def test_who_never_reads_is_let_go_while_the_others_are_told_everything(
    database, database_url, redis_url
):
    desk = await open_desk(database)
    person = (await desk.actor("owner")).user_id
    assert person
    token = "Bearer " + issue_token(SECRET, desk.tenant_id, person, now=datetime.now(UTC))[0]
    app = create_app(
        Settings(
            database_url=database_url,
            redis_url=redis_url,
            secret_key=SECRET,
            graphiql=False,
            sockets_per_viewer=MUTE + 1,
            requests_per_viewer=100 * MUTE,
            requests_per_address=100 * MUTE,
        )
    )
    pings = {"ws_ping_interval": PINGS, "ws_ping_timeout": PINGS}
    async with served(app, lifespan=True, patience=PATIENT, **pings) as address, AsyncExitStack() as stack:
        groups = app.state.faces.groups
        for _ in range(MUTE):
            await stack.enter_async_context(mute(address, token))
        socket = await stack.enter_async_context(
            open_socket(f"ws://{address}/graphql", {"Authorization": token})
        )
        await run(socket, "1", INBOX)
        await eventually(lambda: groups.seated == 2 * MUTE + 1)
        assert groups.count == 2
        before = psutil.Process().memory_info().rss

        for number in range(TEXTS):
            await desk.receive(f"{number} " + "x" * 1_000)
        heard = [(await hear(socket))["payload"]["data"]["inboxEvents"] for _ in range(TEXTS)]
        assert [event["entry"]["body"].split()[0] for event in heard] == [str(n) for n in range(TEXTS)]
        assert psutil.Process().memory_info().rss - before < MUTE * ROOM + 32 * 2**20
        await eventually(lambda: groups.seated == 1)
        assert groups.count == 1


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LET_GO_WITHIN):
        while not condition():
            await asyncio.sleep(0.01)
