"""Everything that can be watched, by everybody at once, while things happen everywhere."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import orjson
from graphql import GraphQLObjectType

from graph.context import Context, Faces
from graph.errors import RequestRefused
from graph.execution import refusal
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.clicks import Visit, visit_link
from localmessages.services import Services
from subscriptions import position
from subscriptions.cursor import Cursor
from subscriptions.hub import Hub
from subscriptions.sources import Live
from tests.crawl.actors import INSIDERS, OWNER, ROLES, Role, hidden_from
from tests.crawl.crawler import ENGINE, texts_in
from tests.crawl.markers import Whose
from tests.crawl.probes import Prober
from tests.crawl.values import Values, positions
from tests.crawl.walker import Document, Writer, answered
from tests.crawl.world import World
from tests.support.company import NEIGHBOUR, STORE_A, STORE_B
from tests.support.notifications import notified
from tests.support.waiting import eventually

SCHEMA = schema.core
SUBSCRIPTION = cast("GraphQLObjectType", SCHEMA.subscription_type)
SHALLOW = 1
PATIENCE = 60


@dataclass
class Watch:
    """One subscription of a role, and what came of it."""

    role: Role
    name: str
    document: Document
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return orjson.dumps(self.answers).decode()


class Watching:
    """All subscriptions of all roles."""

    def __init__(self, world: World, services: Services, hub: Hub) -> None:
        self.world = world
        self.roles: tuple[Role, ...] = ROLES
        self.watches: list[Watch] = []
        self._services = services
        self._faces = Faces(Loaders, live=lambda context: Live(context, hub))
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Everybody watches."""
        owner, neighbour = await self._cursor(OWNER), await self._cursor(INSIDERS[-1])
        for role in self.roles:
            cursors = [neighbour if role == OWNER else owner]
            if role in INSIDERS:
                cursors.append(await self._cursor(role))
            for name, document in self._documents(role, cursors):
                watch = Watch(role, name, document)
                self.watches.append(watch)
                self._tasks.append(asyncio.create_task(self._follow(watch)))
        try:
            yield
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """Nobody watches any more. An event that is being shown is cut off: fields of it are never begun."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            gc.collect()

    async def _cursor(self, role: Role) -> Cursor:
        bearer = role.bearer(self.world)
        assert bearer is not None
        async with self._services.database.connection() as connection:
            return await position.now(connection, bearer.tenant_id, bearer.actor_id)

    def _documents(self, role: Role, cursors: list[Cursor]) -> Iterator[tuple[str, Document]]:
        """With one's own things, with hidden ones, and after positions of others, now and at first."""
        prober = Prober(self.world, role)
        values = Values(self.world.now, prober.own)
        beginnings = [replace(cursor, positions=dict.fromkeys(cursor.positions, 0)) for cursor in cursors]
        for name, definition in SUBSCRIPTION.fields.items():

            def watch(arguments: dict[str, Any], name: str = name) -> tuple[str, Document]:
                path = [(SUBSCRIPTION, name, arguments)]
                return name, Writer(SCHEMA, values).document("subscription", path, deepest=SHALLOW)  # type: ignore[arg-type]

            for place in positions(definition.args):
                if place.scalar == "Cursor":
                    for cursor in (cursors[0], *beginnings):
                        yield watch(values.arguments(definition.args, place.path, cursor.encode()))
                for probe in prober.at(place):
                    yield watch(values.arguments(definition.args, place.path, probe.hidden))
            own = [*prober.candidates(_id_of(name)), prober.own("id")][0]
            chosen = Values(self.world.now, partial(_always, own))
            yield watch(chosen.arguments(definition.args))

    async def _follow(self, watch: Watch) -> None:
        context = Context(self._services, self._faces, watch.role.bearer(self.world))
        request = GraphQLRequest(watch.document.text, None, watch.document.variables)
        with suppress(asyncio.CancelledError):
            try:
                async with aclosing(await ENGINE.subscribe(ENGINE.operation(request), context)) as answers:
                    async for answer in answers:
                        watch.answers.append(answer)
            except RequestRefused as refused:
                watch.answers.append(refusal(refused))
            finally:
                await context.finish()

    def leaks(self) -> Iterator[str]:
        """What somebody was told and should not have been."""
        hidden = {role: hidden_from(self.world, role) for role in ROLES}
        for watch in self.watches:
            given = texts_in(watch.document.variables)
            where = f"{watch.role} {watch.document.text[:200]} {watch.document.variables}"
            if told := hidden[watch.role].found_in(watch.text, given=given):
                yield f"{where} tells {sorted(told)}"
            if "INTERNAL_SERVER_ERROR" in watch.text:
                yield f"{where} breaks: {watch.text[:500]}"

    def reached(self, role: Role) -> set[tuple[str, str]]:
        """The fields that a role was answered."""
        data = [
            each["data"] for w in self.watches if w.role == role for each in w.answers if each.get("data")
        ]
        return set(answered(data)) | {(SUBSCRIPTION.name, name) for each in data for name in each}

    def tried(self) -> int:
        """How many pairs of a field and a role were tried."""
        return len({(each, watch.role.name) for watch in self.watches for each in watch.document.fields})

    async def heard(self, role: Role, word: str) -> None:
        """Wait until a role was told of a word."""

        async def is_told() -> bool:
            return any(word in watch.text for watch in self.watches if watch.role == role)

        await eventually(is_told, within=PATIENCE)


def _always(id: str, name: str) -> str:
    return id


def _id_of(name: str) -> str:
    return {"bulkTransferProgress": "bulkTransferId", "exportProgress": "exportId"}.get(
        name, "conversationId"
    )


async def storm(watching: Watching) -> None:
    """Things happen at every place and to everybody; the last is heard by all who may hear it."""
    company = watching.world.company
    for number, whose, who in (
        (STORE_A, Whose.OFFICE, "Olive"),
        (NEIGHBOUR, Whose.NEIGHBOUR, "Nora"),
        (STORE_B, Whose.BRANCH, "Olive"),
    ):
        message = await company.text(whose.word("live"), to=number, from_=whose.phone())
        talk = {"conversationId": company.id("Conversation", message.conversation_id)}
        await company.do(who, "addNote", "__typename", **talk, body=whose.word("live"))
        link = f"https://{whose.word('live')}.example/"
        await company.do(who, "sendMessage", "__typename", **talk, body=f"{whose.word('live')} {link}")
        (newest,) = await company.fetch("SELECT slug FROM tracked_link ORDER BY id DESC LIMIT 1")
        await visit_link(company.services, newest["slug"], Visit())
        contact = company.id("Contact", message.contact_id)
        await company.do(who, "updateContact", "__typename", contactId=contact, firstName=whose.word("live"))
        await company.do(who, "markRead", "__typename", conversationIds=[talk["conversationId"]])
        await company.do(who, "closeConversation", "__typename", **talk)
    moved = await company.text(Whose.OFFICE.word("live"), to=STORE_A, from_=Whose.OFFICE.phone())
    talk = {"conversationId": company.id("Conversation", moved.conversation_id)}
    note = {"note": Whose.OFFICE.word("live"), "notice": Whose.OFFICE.word("live")}
    await company.do(
        "Olive", "transferConversation", "__typename", **talk, to=company.id("Place", "Head Office"), **note
    )
    for who, whose in (("Olive", Whose.OFFICE), ("Nora", Whose.NEIGHBOUR), ("Bob", Whose.BOB)):
        await notified(company, who, whose.word("live"))


async def all_is_heard(watching: Watching) -> None:
    """What comes last has come everywhere: what came before it was looked at by all streams."""
    company = watching.world.company
    for number, whose, roles in (
        (STORE_A, Whose.OFFICE, (OWNER,)),
        (NEIGHBOUR, Whose.NEIGHBOUR, (INSIDERS[-1],)),
        (STORE_B, Whose.BRANCH, (OWNER, *INSIDERS[:-1])),
    ):
        word = whose.word("last")
        await company.text(word, to=number, from_=whose.phone())
        for role in set(roles) & set(watching.roles):
            await watching.heard(role, word)
