"""A company, the API processes that serve it, and people who follow its inboxes."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from uuid import UUID

import httpx

from graph.ids import expect_ids, global_id
from localmessages.auth import issue_token
from localmessages.rules.access import Viewer
from models.database import open_database
from subscriptions import position
from subscriptions.bus import Bus
from tests.faults.api import SECRET, Api
from tests.faults.check import Log, differences, positions
from tests.faults.company import MORE
from tests.faults.follower import Follower
from tests.faults.writing import Writer, insisted
from tests.support.desk import Desk, open_desk
from tests.support.logs import Line
from tests.support.waiting import eventually

PATIENCE = 60


_ADD_NOTE = """
mutation ($id: ID!) { addNote(input: {conversationId: $id, body: "By way of the API."}) { note { id } } }
"""


@dataclass
class House:
    """Everything that a fault may befall. `desk` writes from the process of the tests, as a worker does."""

    desk: Desk
    directory: Path
    database_url: str
    redis_url: str
    apis: list[Api] = field(default_factory=list)
    followers: list[tuple[Follower, str]] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _turn: "itertools.count[int]" = field(default_factory=itertools.count)

    @cached_property
    def _last_words(self) -> Writer:
        return Writer(self.desk, 0)

    async def open_api(
        self, *, database_url: str | None = None, redis_url: str | None = None, drain_seconds: float = 1.0
    ) -> Api:
        """One more process that serves the company; at its end it spreads who has to go over so long."""
        log = self.directory / f"api-{next(self._turn)}.log"
        api = Api(database_url or self.database_url, redis_url or self.redis_url, log, drain_seconds)
        self.apis.append(api)
        return await api.ready()

    def front(self) -> str:
        """Where one of the processes is that run, as a load balancer would say."""
        running = [api for api in self.apis if api.is_in_service and api.child.is_alive]
        return running[next(self._turn) % len(running)].url if running else "http://127.0.0.1:9"

    async def follow(self, *names: str, at: Api | None = None, only: str | None = None) -> list[Follower]:
        """People who begin to watch their inboxes now, or `only` one of them, at one process or at any."""
        begun = [await self._follower(name, at, only) for name in names]
        for follower in begun:
            self._tasks.append(asyncio.create_task(follower.run()))
        await self.all_watch()
        return begun

    async def all_watch(self) -> None:
        """Wait until every follower has a subscription."""

        async def watch() -> bool:
            self._fail_if_one_broke()
            return all(one.is_watching or one.ended for one, _ in self.followers)

        await eventually(watch, within=PATIENCE)

    async def viewer(self, name: str) -> Viewer:
        """What a person may see."""
        return (await self.desk.actor(name)).viewer

    async def token(self, name: str) -> str:
        """A bearer token, kept: the database may be away when it is needed again."""
        if name not in self._tokens:
            person = (await self.desk.actor(name)).user_id
            assert person is not None
            # Longer than any clock here is stepped: nobody signs in again.
            self._tokens[name], _ = issue_token(
                SECRET, self.desk.tenant_id, person, now=datetime.now(UTC), lasts=timedelta(days=1)
            )
        return self._tokens[name]

    async def write_at(self, api: Api, name: str, conversation: UUID) -> None:
        """Have somebody write a note by way of one process; fails as its connection does."""
        headers = {"authorization": f"Bearer {await self.token(name)}"}
        async with httpx.AsyncClient(
            base_url=api.url, headers=headers, timeout=PATIENCE, verify=False
        ) as client:
            variables = {"id": global_id("Conversation", conversation)}
            await client.post("/graphql", json={"query": _ADD_NOTE, "variables": variables})

    async def settle(self) -> None:
        """Wait until everybody was told of everything, and fail for each difference to the log.

        Then each kept inbox must be what a new fetch gives.
        """
        await insisted(self.desk.catalogue)
        for name in "ABCD":
            number = (await self.desk.place(name)).number
            await insisted(partial(self._last_words.text, to=number))
        for follower, name in self.followers:
            log = await self._log(follower, name)
            await self._reach_end(follower, log)
            assert not (wrong := differences(log, follower.start, follower.seen)), (name, wrong)
            assert not (wrong := follower.inbox.differences(await follower.fetched())), (name, wrong)

    async def _reach_end(self, follower: Follower, log: Log) -> None:
        async def is_there() -> bool:
            self._fail_if_one_broke()
            return not log.rest(follower.cursor)

        try:
            await eventually(is_there, within=PATIENCE)
        except AssertionError:
            raise AssertionError(
                f"{log.rest(follower.cursor)[:3]} did not come; the lines broke by {follower.broken}"
            ) from None

    async def log_at(self, *names: str, start: str) -> Log:
        """What the log has of some locations, after a cursor."""
        seen = [(await self.desk.place(name)).id for name in names]
        async with self.desk.services.database.connection() as connection:
            return await Log.read(connection, seen, after=positions(start))

    async def _log(self, follower: Follower, name: str) -> Log:
        seen = set((await self.viewer(name)).location_roles)
        if follower.filter is not None:
            seen &= set(expect_ids("Location", follower.filter["locationIds"]))
        async with self.desk.services.database.connection() as connection:
            return await Log.read(connection, seen, after=positions(follower.start))

    async def _follower(self, name: str, at: Api | None, only: str | None) -> Follower:
        token = await self.token(name)
        follower = Follower(self.front if at is None else lambda: at.url, lambda: token)
        if only is not None:
            follower.filter = {"locationIds": [global_id("Location", (await self.desk.place(only)).id)]}
        follower.inbox = await follower.fetch()
        self.followers.append((follower, name))
        return follower

    def _fail_if_one_broke(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def go_home(self) -> None:
        """Have nobody follow any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.followers.clear()

    async def close(self) -> None:
        """End everything that was begun."""
        await self.go_home()
        for api in self.apis:
            await api.child.kill()


@asynccontextmanager
async def open_house(
    directory: Path, database_url: str, redis_url: str, *, more: Sequence[Line] = ()
) -> AsyncIterator[House]:
    """The company over a database and a Redis; nobody serves or follows it yet."""
    directory.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        database = await open_database(database_url, min_size=1, max_size=8)
        stack.push_async_callback(database.close)
        desk = await open_desk(database, *MORE, *more)
        bus = Bus(redis_url)
        stack.push_async_callback(bus.close)
        async with database.connection() as connection:
            bus.epoch = await position.epoch(connection)
        desk.services = replace(desk.services, publish=bus.publish)
        house = House(desk, directory, database_url, redis_url)
        stack.push_async_callback(house.close)
        yield house
