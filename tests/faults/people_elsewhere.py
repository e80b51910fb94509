"""People who follow inboxes in a process of their own, which can be stopped."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.faults.follower import Follower
from tests.faults.processes import Child
from tests.support.kept_inbox import Item
from tests.support.operations import operation
from tests.support.waiting import eventually

# Frames of a hundred kilobytes, quickly made of one long text.
_COPIES = " ".join(f"copy{number}: body" for number in range(60))
HEAVY = operation("InboxEvents").replace("lastMessage {", f"lastMessage {{ {_COPIES}", 1)
_RECEIVE_BYTES = 16_384


@dataclass(frozen=True)
class Told:
    """What one of them was told, and how often the line broke."""

    start: str
    cursor: str
    seen: list[Item]
    broken: Counter[str]


class PeopleElsewhere:
    """Some sockets of one person at one address."""

    def __init__(self, url: str, token: str, count: int) -> None:
        self.child = Child(_follow, url, token, count)

    async def cursors(self) -> list[str]:
        """How far each is."""
        cursors: list[str] = await self.child.do("cursors")
        return cursors

    async def told(self) -> list[Told]:
        """What each was told until now."""
        told: list[Told] = await self.child.do("told")
        return told


def _follow(pipe: Connection, url: str, token: str, count: int) -> None:
    asyncio.run(_following(pipe, url, token, count))


async def _following(pipe: Connection, url: str, token: str, count: int) -> None:
    people = [
        Follower(lambda: url, lambda: token, events=HEAVY, receive_bytes=_RECEIVE_BYTES) for _ in range(count)
    ]
    for one in people:
        await one.fetch()
    tasks = [asyncio.create_task(one.run()) for one in people]

    async def all_watch() -> bool:
        return all(one.is_watching for one in people)

    await eventually(all_watch)
    try:
        while True:
            if await asyncio.to_thread(pipe.recv) == "cursors":
                pipe.send([one.cursor for one in people])
                continue
            pipe.send(
                [Told(one.start, one.cursor, [_slim(e) for e in one.seen], one.broken) for one in people]
            )
    except EOFError:
        for task in tasks:
            task.cancel()


def _slim(event: Item) -> dict[str, Any]:
    return {
        name: _without_copies(value) if name == "conversation" else value for name, value in event.items()
    }


def _without_copies(conversation: Item) -> Item:
    return {name: value for name, value in conversation.items() if name != "lastMessage"}
