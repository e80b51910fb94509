"""A front end at a socket that breaks: it goes on from its cursor, and keeps its inbox from events."""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.support.kept_inbox import Item, KeptInbox
from tests.support.operations import operation
from tests.support.waiting import eventually

PATIENCE = 30
_LINE: dict[str, Any] = {
    "subprotocols": [Subprotocol("graphql-transport-ws")],
    "compression": None,
    "ping_interval": None,
    "close_timeout": 1,
}
_INBOX, _EVENTS = operation("Inbox"), operation("InboxEvents")
# A server that is restarting says this of an operation that it could not begin.
_FOR_NOW = ("INTERNAL_SERVER_ERROR", "TIMEOUT")


class Broken(Exception):
    """The line broke, or the server could not go on: try again from the cursor."""


@dataclass
class Follower:
    """One person's open inbox. `front` says where the API is now, `token` who asks."""

    front: Callable[[], str]
    token: Callable[[], str]
    filter: Item | None = None
    """Which locations; None is all that the person sees."""
    events: str = _EVENTS
    """The subscription."""
    receive_bytes: int | None = None
    """How much the kernel takes for a reader that does not read; None is a lot."""
    seen: list[Item] = field(default_factory=list)
    """The events, in the order in which they came."""
    cursor: str = ""
    start: str = ""
    """The cursor from which `seen` goes on."""
    inbox: KeptInbox = field(default_factory=lambda: KeptInbox([]))
    broken: Counter[str] = field(default_factory=Counter)
    """Why lines broke, how often."""
    ended: str | None = None
    """The code of the error with which the subscription ended for good."""
    is_watching: bool = False

    async def fetch(self) -> KeptInbox:
        """The inbox as it is now, and where events go on from it."""
        self.start = self.cursor = (page := await self._page(None))["eventCursor"]
        return KeptInbox(await self._items(page))

    async def fetched(self) -> KeptInbox:
        """The inbox as it is now."""
        return KeptInbox(await self._items(await self._page(None)))

    async def run(self) -> None:
        """Follow until cancelled, or until there is nothing to be seen any more."""
        pause = random.Random(self.cursor)
        while self.ended is None:
            try:
                await self._watch()
            except (OSError, TimeoutError, WebSocketException, Broken) as error:
                self.broken[_name_of(error)] += 1
            self.is_watching = False
            await asyncio.sleep(pause.uniform(0.01, 0.1))

    async def _watch(self) -> None:
        address = self.front().replace("http", "ws", 1) + "/graphql"
        async with connect(address, sock=self._door(address), **_LINE) as line:
            await _say(line, type="connection_init", payload={"Authorization": f"Bearer {self.token()}"})
            assert (await _hear(line, PATIENCE))["type"] == "connection_ack"
            payload = {"query": self.events, "variables": {"filter": self.filter, "after": self.cursor}}
            await _say(line, type="subscribe", id="1", payload=payload)
            self.is_watching = True
            while self.ended is None:
                await self._take(await _hear(line, None))

    def _door(self, address: str) -> socket.socket:
        url = urlsplit(address)
        door = socket.socket()
        try:
            if self.receive_bytes is not None:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_bytes)
            door.connect((url.hostname, url.port))
        except OSError:
            door.close()
            raise
        door.setblocking(False)
        return door

    def forget(self) -> None:
        """Let go of what was seen; go on from here."""
        self.start = self.cursor
        self.seen.clear()

    async def _take(self, message: Item) -> None:
        content: Any = message.get("payload")
        match message["type"]:
            case "next" if "errors" not in content:
                await self._take_event(content["data"]["inboxEvents"])
            case "next":
                self._fail(content["errors"][0]["extensions"]["code"])
            case "error":
                self._fail(content[0]["extensions"]["code"])
            case "complete":
                self.ended = "COMPLETE"

    def _fail(self, code: str) -> None:
        if code in _FOR_NOW:
            raise Broken(code)
        self.ended = code

    async def _take_event(self, event: Item) -> None:
        if event["__typename"] == "Resync":
            self.inbox = await self.fetched()
        self.inbox.apply(event)
        self.seen.append(event)
        self.cursor = event["cursor"]

    async def _items(self, page: Any) -> list[Item]:
        items: list[Item] = []
        while True:
            items += [edge["node"] for edge in page["conversations"]["edges"]]
            info = page["conversations"]["pageInfo"]
            if not info["hasNextPage"]:
                return items
            page = await self._page(info["endCursor"])

    async def _page(self, after: str | None) -> Any:
        """A page of the inbox, asked for until somebody answers."""

        async def ask() -> Any:
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(base_url=self.front(), timeout=PATIENCE, verify=False) as client:
                    asked = {"first": 100, "after": after, "filter": self.filter}
                    answer = await client.post(
                        "/graphql",
                        json={"query": _INBOX, "variables": asked},
                        headers={"authorization": f"Bearer {self.token()}"},
                    )
                    content = answer.json()
                    return None if "errors" in content else content["data"]

        return await eventually(ask, within=PATIENCE)


def _name_of(error: Exception) -> str:
    received = getattr(error, "rcvd", None)
    return f"{received.code} {received.reason}" if received else f"{type(error).__name__} {error}"[:80]


async def _say(line: ClientConnection, **message: Any) -> None:
    await line.send(orjson.dumps(message).decode())


async def _hear(line: ClientConnection, within: float | None) -> Any:
    async with asyncio.timeout(within):
        return orjson.loads(await line.recv())
