"""What an operation is run with: who asks, what the process offers, and what was read so far."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import asyncpg
from graphql import GraphQLError

from graph import scalars
from graph.errors import RequestRefused, unauthenticated
from localmessages.actions.key_use import note_key_use
from localmessages.actions.sessions import note_use
from localmessages.auth import (
    API_KEY_PREFIX,
    BadToken,
    Bearer,
    is_same_digest,
    read_api_key,
    read_token,
)
from localmessages.http.visit import Visit
from localmessages.rules.access import ApiScope, Viewer
from localmessages.services import Services
from models.catalogue import Catalogue
from subscriptions import position
from subscriptions.cursor import Cursor

SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Faces:
    """Who answers for the API: they stand above its types, and the context below, so they are handed in."""

    load: Callable[[Context], Any]
    live: Callable[[Context], Any]
    groups: Any = None
    """Subscriptions that run once for many; None where each runs by itself."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the one statement finds with which an operation begins.

    `cursor` is a position before everything that the operation reads, the catalogue included.
    """

    viewer: Viewer
    catalogue: Catalogue
    cursor: Cursor


class Context:
    """One per operation, and per event of a subscription: nothing is remembered for the next."""

    def __init__(
        self, services: Services, faces: Faces, bearer: Bearer | None, visit: Visit | None = None
    ) -> None:
        self.services = services
        self.faces = faces
        self.bearer = bearer
        self.visit = visit or Visit()
        """The request that it came with."""
        self.snapshot: Any = None
        """What the operation reads in, once a part of it asked for everything as of one instant."""
        self.state: Context | None = None
        """Of a subscription to states: what the one that is shown now was read with."""
        self.watch: Any = None
        """What a subscription that runs with this context follows."""
        self._subscription: Context | None = None
        self._beginning: asyncio.Future[Beginning] | None = None
        self._held: AsyncExitStack | None = None

    @classmethod
    def for_token(
        cls, services: Services, faces: Faces, authorization: str | None, visit: Visit | None = None
    ) -> Context:
        """The context of whom an `Authorization` names; an error if it names nobody, and none without one.

        Without one a session's cookie counts. One that has ended is nobody's: a browser sends it unasked.
        """
        bearer = None
        if authorization:
            bearer = bearer_of(services, authorization)
        elif visit is not None and visit.session_cookie:
            with suppress(BadToken):
                bearer = read_token(services.secret, visit.session_cookie, now=services.clock())
        return cls(services, faces, bearer, visit)

    def fork(self) -> Context:
        """A fresh one for the same bearer, such as for an event of a subscription."""
        fork = self.anew()
        fork._subscription = self._subscription if self.watch is None else self
        fork.read_on(self.state)
        return fork

    def read_on(self, state: Context | None) -> None:
        """Read in the snapshot of another one, with the rights that it began with.

        Asking for them again would take a second connection while the snapshot holds one: who all do that
        wait for each other.
        """
        if state is not None:
            self.snapshot, self._beginning = state.snapshot, state._beginning

    def anew(self) -> Context:
        """A fresh one for the same bearer, which finds out where the log stands."""
        return Context(self.services, self.faces, self.bearer, self.visit)

    def starting(self, beginning: Beginning) -> Context:
        """A fresh one for the same bearer, which begins where an earlier one has come to."""
        fork = self.anew()
        fork._beginning = asyncio.get_running_loop().create_future()
        fork._beginning.set_result(beginning)
        return fork

    @property
    def seconds_left(self) -> float | None:
        """For how long the bearer's token still counts; None where there is none."""
        if self.bearer is None:
            return None
        return (self.bearer.expires_at - self.services.clock()).total_seconds()

    def become(self, bearer: Bearer) -> None:
        """Go on as somebody else, who has just signed in."""
        self.bearer = bearer
        self.forget()

    def follow(self, watch: Any) -> None:
        """The subscription of this operation follows the log by a watch."""
        self.watch = watch

    @property
    def groups(self) -> Any:
        """Where a subscription may run for many; None where each runs by itself."""
        return self.faces.groups

    def at_end(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed when the operation has ended."""
        if self._held is None:
            self._held = AsyncExitStack()
        self._held.push_async_callback(close)

    async def finish(self) -> None:
        """The operation has ended: give back what it held."""
        if self._held is not None:
            await self._held.aclose()

    def forget(self) -> None:
        """Read everything anew: something was changed."""
        self._beginning = None
        for name in ("load", "now"):
            self.__dict__.pop(name, None)

    async def begin(self) -> Beginning:
        """Who asks, their catalogue, and where the log stands: one statement, once in an operation."""
        # A task, not a lock: all that wait for it go on at once, and what they ask next is one batch.
        if self._beginning is None:
            self._beginning = asyncio.create_task(self._begin())
        return await asyncio.shield(self._beginning)

    async def _begin(self) -> Beginning:
        if self.bearer is None:
            raise unauthenticated()
        tenant_id = self.bearer.tenant_id
        if self.bearer.expires_at <= self.now:
            raise unauthenticated("The token has expired. Sign in again.")
        if self._subscription is not None and self.groups is not None:
            return await self._begin_event(self._subscription, self.bearer)
        catalogues = self.services.catalogues
        async with self.services.database.connection() as connection:
            cursor = await self.position(connection)
            if not cursor.positions:
                # Also of a tenant that is not there; nobody has a token of that.
                raise unauthenticated("The session has ended. Sign in again.")
            catalogue = await catalogues.of(connection, tenant_id, 0)
            catalogue = await catalogues.of(connection, tenant_id, cursor.positions[catalogue.scope_id])
            if self.bearer.key_digest is not None:
                self.bearer = await proven(self.services, connection, catalogue, self.bearer, self.now)
            await self._note_use(connection, self.bearer)
        viewer = catalogue.viewer(self.bearer.actor_id)
        if viewer is None:
            raise unauthenticated()
        return Beginning(viewer, catalogue, cursor)

    async def _note_use(self, connection: asyncpg.Connection, bearer: Bearer) -> None:
        if bearer.session_id is not None and self.services.uses.is_new(bearer.session_id, self.now):
            await note_use(connection, bearer.tenant_id, bearer.session_id, self.visit.device, self.now)

    async def _begin_event(self, subscription: Context, bearer: Bearer) -> Beginning:
        """The same for an event: one statement for all whom it concerns; each has its own position."""
        now = asyncio.get_running_loop().time()
        catalogue: Catalogue = await self.groups.rights.as_of(bearer.tenant_id, now)
        viewer = catalogue.viewer(bearer.actor_id)
        if viewer is None:
            raise unauthenticated()
        return Beginning(viewer, catalogue, subscription.watch.beginning.cursor)

    async def position(self, connection: asyncpg.Connection) -> Cursor:
        """Where the log stands, over all that the viewer can ever need."""
        assert self.bearer
        bearer = self.bearer
        return await position.now(connection, bearer.tenant_id, bearer.actor_id, bearer.session_id)

    async def key_scopes(self) -> frozenset[ApiScope] | None:
        """What an API key may do; None for who is none. `RequestRefused` for one that is not valid."""
        if self.bearer is None or self.bearer.key_digest is None:
            return None
        try:
            return (await self.begin()).viewer.scopes
        except GraphQLError as error:
            raise RequestRefused([error], status=401) from error

    def written(self, cursor: Cursor) -> scalars.Cursor:
        """A position as the answer says it."""
        return scalars.Cursor(cursor.encode())

    @property
    def _begun(self) -> Beginning:
        if self._beginning is None:
            raise RuntimeError("Nothing is known of the viewer before `begin()`.")
        return self._beginning.result()

    @property
    def viewer(self) -> Viewer:
        """Who asks, with their rights; after `begin()`."""
        return self._begun.viewer

    @property
    def catalogue(self) -> Catalogue:
        """The viewer's accounts, locations, people, tags and campaigns; after `begin()`."""
        return self._begun.catalogue

    @cached_property
    def now(self) -> datetime:
        """The instant of the operation."""
        return self.services.clock()

    @cached_property
    def load(self) -> Any:
        """What reads."""
        return self.faces.load(self)

    @cached_property
    def live(self) -> Any:
        """What watches."""
        return self.faces.live(self)


def bearer_of(services: Services, authorization: str) -> Bearer:
    """Whom an `Authorization: Bearer …` names; UNAUTHENTICATED if it names nobody, or nobody any more."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != SCHEME:
        raise unauthenticated("Send `Authorization: Bearer` and a token.")
    token = token.strip()
    try:
        if token.startswith(API_KEY_PREFIX):
            return read_api_key(token)
        return read_token(services.secret, token, now=services.clock())
    except BadToken as error:
        raise unauthenticated(f"{error} Sign in again.") from error


async def proven(
    services: Services, connection: asyncpg.Connection, catalogue: Catalogue, bearer: Bearer, now: datetime
) -> Bearer:
    """The bearer of a key that is good now, with its end; UNAUTHENTICATED for any other."""
    key = catalogue.api_keys.get(bearer.actor_id)
    if key is None or not is_same_digest(key.digest, bearer.key_digest or ""):
        raise unauthenticated("The API key is not valid, or was revoked.")
    if key.expires_at is not None and key.expires_at <= now:
        raise unauthenticated("The API key has expired. Ask an owner for a new one.")
    await note_key_use(services, connection, bearer.tenant_id, key.id, now)
    return replace(bearer, expires_at=key.expires_at or bearer.expires_at)
