"""The open sockets of this process: whose they are, and how they end when the process does."""

import asyncio
import random
from collections import Counter
from collections.abc import Hashable
from typing import Protocol

from subscriptions.claims import Claims
from subscriptions.ended import SessionSockets
from subscriptions.messages import SocketRefused

RESTARTS = 1012, "The server restarts: connect again"
# With few sockets the end need not take as long as it may.
LONGEST_PAUSE = 1.0


class Open(Protocol):
    """A socket that can be told to close."""

    def end(self, code: int, reason: str) -> None: ...


class Sockets:
    """One per process."""

    def __init__(self, most_of_one: int, claims: Claims | None = None) -> None:
        """`claims` count those at other processes too."""
        self.is_draining = False
        self.sessions = SessionSockets()
        self._most_of_one = most_of_one
        self._open: set[Open] = set()
        self._of_one: Counter[Hashable] = Counter()
        self._whose: dict[Open, Hashable] = {}
        self._claims = claims
        self._claimed: dict[Open, str] = {}

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, socket: Open) -> None:
        """Count a socket; `SocketRefused` when the process is about to end."""
        if self.is_draining:
            raise SocketRefused(*RESTARTS)
        self._open.add(socket)

    async def claim(self, socket: Open, who: Hashable) -> None:
        """Count it as somebody's; `SocketRefused` when they have too many."""
        if self._of_one[who] >= self._most_of_one:
            raise SocketRefused(4429, f"Too many sockets: at most {self._most_of_one} at a time")
        self._of_one[who] += 1
        self._whose[socket] = who
        if self._claims is not None:
            name = await self._claims.claim(str(who))
            if socket in self._open:
                self._claimed[socket] = name
            else:
                self._claims.release(name)

    def leave(self, socket: Open) -> None:
        """Count it no longer."""
        self._open.discard(socket)
        if socket in self._whose:
            who = self._whose.pop(socket)
            self._of_one[who] -= 1
            if not self._of_one[who]:
                del self._of_one[who]
        if self._claims is not None and (name := self._claimed.pop(socket, None)) is not None:
            self._claims.release(name)

    async def drain(self, notice_seconds: float, seconds: float) -> None:
        """Send everybody to another server, evenly over `seconds`, since all of them come back at once.

        Before that the balancer has `notice_seconds` to find another server for those who come.
        """
        self.is_draining = True
        await asyncio.sleep(notice_seconds)
        leaving = list(self._open)
        random.shuffle(leaving)
        loop = asyncio.get_running_loop()
        begun, pause = loop.time(), min(seconds / max(len(leaving), 1), LONGEST_PAUSE)
        for number, socket in enumerate(leaving):
            await asyncio.sleep(max(0.0, begun + number * pause - loop.time()))
            if socket in self._open:
                socket.end(*RESTARTS)
