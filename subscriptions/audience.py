"""The context of a run for many: all that is known of them is what they may see."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import asyncpg

from graph import scalars
from graph.context import Beginning, Context, Faces
from localmessages.rules.access import AnyViewer
from localmessages.services import Services
from subscriptions import position
from subscriptions.cursor import Cursor
from subscriptions.rights import Rights

# Stands in an answer where each of them gets a cursor of their own. Nobody can guess it, so no text holds it.
HOLE = secrets.token_hex(16)


class Run:
    """What the forks of one run have in common; `cursor` is what the last answer said, but for the hole.

    Of `events` each is shown with the rights of when it was heard; a state, with those of when it is read.
    """

    def __init__(self, rights: Rights, beginning: Beginning, *, events: bool) -> None:
        assert isinstance(beginning.viewer, AnyViewer)
        self.rights = rights
        self.viewer = beginning.viewer
        self.beginning = beginning
        self.events = events
        self.cursor = beginning.cursor
        self.watches = asyncio.Event()
        """Whether it has begun to follow the log."""


class SharedContext(Context):
    """Begins without anybody's token: who is told has one, which is looked at before each answer."""

    def __init__(self, services: Services, faces: Faces, run: Run, root: SharedContext | None = None) -> None:
        super().__init__(services, faces, None)
        self.run = run
        self._root = root or self

    def fork(self) -> SharedContext:
        """A fresh one, which looks at rights again."""
        fork = SharedContext(self.services, self.faces, self.run, self._root)
        fork.read_on(self.state)
        return fork

    def anew(self) -> SharedContext:
        """The same: it has no position but that of the run."""
        return self.fork()

    def follow(self, watch: Any) -> None:
        """Whoever waits for the run to follow the log may join it."""
        super().follow(watch)
        self.run.watches.set()

    async def position(self, connection: asyncpg.Connection) -> Cursor:
        """Where the log stands, without anybody's own scope."""
        return await position.now(connection, self.run.viewer.tenant_id, None)

    def written(self, cursor: Cursor) -> scalars.Cursor:
        """A hole for the cursor of each who is told."""
        self.run.cursor = cursor
        return scalars.Cursor(HOLE)

    async def _begin(self) -> Beginning:
        if self is self._root:
            return self.run.beginning
        watch = self._root.watch
        heard_at = watch.heard_at if self.run.events and watch is not None else None
        since = asyncio.get_running_loop().time() if heard_at is None else heard_at
        catalogue = await self.run.rights.as_of(self.run.viewer.tenant_id, since)
        return Beginning(self.run.viewer, catalogue, self.run.beginning.cursor)
