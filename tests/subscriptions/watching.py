"""People who watch a company at work."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from graph.context import Context, Faces
from graph.execution import Engine
from graph.ids import global_id
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.auth import Bearer
from localmessages.rules.live import EventKind
from subscriptions.events import NewEvent
from subscriptions.groups import Groups
from subscriptions.hub import Hub
from subscriptions.seat import Seat
from subscriptions.sources import Live
from tests.support.desk import Desk
from tests.support.waiting import eventually

PATIENCE = 15
Answer = dict[str, Any]


class Seen:
    """What one subscription gave, in order."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[Answer | None] = asyncio.Queue()
        self.line = Line(self)
        self.context: Context | None = None

    async def followed(self) -> None:
        """Return once it follows the log: what happens from now on is told."""

        async def follows() -> bool:
            return self.context is not None and self.context.watch is not None

        await eventually(follows)

    async def answer(self) -> Answer | None:
        """The next answer; None when it has completed."""
        async with asyncio.timeout(PATIENCE):
            return await self.answers.get()

    async def next(self) -> Any:
        """The next event: the value of the one root field."""
        answer = await self.answer()
        assert answer, "the subscription completed"
        assert "errors" not in answer, answer
        (event,) = answer["data"].values()
        return event

    async def take(self, count: int) -> list[Any]:
        return [await self.next() for _ in range(count)]

    async def error(self) -> str:
        """The code of the error with which it ends."""
        answer = await self.answer()
        assert answer
        assert await self.answer() is None
        return str(answer["errors"][0]["extensions"]["code"])


class Line:
    """The way out of a socket whose client may stop reading."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.texts: list[bytes] = []
        self._writable = asyncio.Event()
        self._writable.set()

    @property
    def unsent(self) -> int:
        return 0

    @property
    def is_writable(self) -> bool:
        return self._writable.is_set()

    async def drained(self) -> None:
        await self._writable.wait()

    def write(self, text: bytes) -> None:
        self.texts.append(text)
        self.seen.answers.put_nowait(orjson.loads(text)["payload"])

    def write_all(self, texts: Iterable[bytes]) -> None:
        for text in texts:
            self.write(text)

    def give_up(self, code: int, reason: str) -> None:
        raise AssertionError("nobody is given up here")

    def stop_reading(self) -> None:
        self._writable.clear()

    def read_on(self) -> None:
        self._writable.set()


@dataclass
class Watched:
    """A company whose changes go through a hub; with `groups` subscriptions run for many."""

    desk: Desk
    hub: Hub
    engine: Engine
    groups: Groups | None = None

    @property
    def faces(self) -> Faces:
        return Faces(load=Loaders, live=lambda context: Live(context, self.hub))

    async def context(self, name: str, *, lasts: timedelta = timedelta(hours=1)) -> Context:
        catalogue = await self.desk.catalogue()
        person = next(person for person in catalogue.people.values() if person.external_id == name)
        bearer = Bearer(self.desk.tenant_id, person.id, datetime.now(UTC) + lasts)
        return Context(self.desk.services, replace(self.faces, groups=self.groups), bearer)

    @asynccontextmanager
    async def watching(
        self, name: str, query: str, *, lasts: timedelta = timedelta(hours=1), **variables: Any
    ) -> AsyncIterator[Seen]:
        """What a person sees of a subscription, from before anything that follows."""
        seen = Seen()
        context = seen.context = await self.context(name, lasts=lasts)
        await context.begin()
        operation = self.engine.operation(GraphQLRequest(query, None, variables))
        seat = None
        if self.groups is not None:
            seat = self.groups.place(self.engine, operation, context, id="1", outlet=seen.line, check=_allow)
        if seat is None:
            task = asyncio.create_task(_gather(await self.engine.subscribe(operation, context), seen))
        else:
            task = asyncio.create_task(_sit(seat, seen))
        try:
            yield seen
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def ask(self, name: str, query: str, **variables: Any) -> Any:
        operation = self.engine.operation(GraphQLRequest(query, None, variables))
        answer = await self.engine.execute(operation, await self.context(name))
        assert "errors" not in answer, answer
        return answer["data"]

    async def cursor(self, name: str) -> str:
        return str((await self.ask(name, "{ eventCursor }"))["eventCursor"])

    async def location(self, name: str) -> str:
        return global_id("Location", (await self.desk.place(name)).id)

    async def grant(self, name: str, place: str) -> None:
        await self._rights(
            name,
            """
            INSERT INTO membership (tenant_id, id, user_id, role, location_id, created_at)
            VALUES ($1, uuidv7(), $2, 'AGENT', $3, now())
            """,
            (await self.desk.place(place)).id,
        )

    async def revoke(self, name: str, place: str) -> None:
        await self._rights(
            name,
            "DELETE FROM membership WHERE tenant_id = $1 AND user_id = $2 AND location_id = $3",
            (await self.desk.place(place)).id,
        )

    async def _rights(self, name: str, statement: str, location_id: UUID) -> None:
        catalogue = await self.desk.catalogue()
        person = next(person for person in catalogue.people.values() if person.external_id == name)
        tenant_id, now = self.desk.tenant_id, datetime.now(UTC)
        async with self.desk.services.transaction() as tx:
            await tx.connection.execute(statement, tenant_id, person.id, location_id)
            subject = {"subject": ["User", str(person.id)]}
            tx.emit(NewEvent(tenant_id, catalogue.scope_id, EventKind.CATALOGUE_CHANGED, now, body=subject))
            tx.emit(NewEvent(tenant_id, person.scope_id, EventKind.VIEWER_CHANGED, now))
            await tx.connection.execute(
                "UPDATE live_scope SET access_version = access_version + 1 WHERE id = $1", person.scope_id
            )


def watched(desk: Desk, hub: Hub, *, together: bool = False) -> Watched:
    desk.services = replace(desk.services, publish=hub.publish)
    town = Watched(desk, hub, Engine(schema.core))
    town.groups = Groups(desk.services, town.faces) if together else None
    return town


def _allow(answer: Answer) -> None:
    """Nobody is signed out by an answer."""


async def _sit(seat: Seat, seen: Seen) -> None:
    await seat.run()
    seen.answers.put_nowait(None)


async def _gather(answers: AsyncGenerator[Answer, None], seen: Seen) -> None:
    async with aclosing(answers):
        async for answer in answers:
            seen.answers.put_nowait(answer)
    seen.answers.put_nowait(None)
