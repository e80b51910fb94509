"""What all groups of reads share: who asks, a connection for each statement, and batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from graph.context import Context
from graph.errors import ErrorCode, coded
from graph.loaders.nodes import Nodes
from graph.loaders.reading import Snapshot
from graph.types.window import InstantRangeInput
from localmessages.reports.keyset import Slice
from localmessages.reports.search import SearchTooShort, needles

T = TypeVar("T")
K = TypeVar("K")
R = TypeVar("R")
N = TypeVar("N")
Load = Callable[[list[K]], Awaitable[Mapping[K, T]]]

# Each word and each three letters are looked up: thousands of them took seconds.
LONGEST_SEARCH = 200


class Reads:
    """Base of the groups. An operation has one of each; so what is batched and kept is of this operation."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._nodes: Nodes | None = None
        self._batches: dict[str, DataLoader[Any, Any]] = {}

    async def nodes(self) -> Nodes:
        """What makes objects for this viewer."""
        if self._nodes is None:
            start = await self.context.begin()
            if self._nodes is None:
                self._nodes = Nodes(start.viewer, start.catalogue, self.context.services.public_url)
        return self._nodes

    @property
    def now(self) -> datetime:
        """The instant of the operation."""
        return self.context.now

    def connection(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection for one read: the snapshot's where the operation reads in one."""
        snapshot: Snapshot | None = self.context.snapshot
        if snapshot is not None and snapshot.is_open:
            return snapshot.connection()
        return self.context.services.database.connection()

    async def batched(self, load: Load[K, T], key: K) -> T | None:
        """What `load` finds for a key; it is called once for all keys that are wanted at the same time."""
        return (await self.all_batched(load, [key]))[0]

    async def all_batched(self, load: Load[K, T], keys: Sequence[K]) -> list[T | None]:
        """What `load` finds for each key."""
        await self.nodes()
        batch = self._batches.get(load.__name__)
        if batch is None:
            batch = self._batches[load.__name__] = DataLoader(load_fn=_in_order(load))
        # Where a field fails, what is asked for beside it is cancelled; others may wait for the same.
        return cast(list[T | None], await asyncio.shield(batch.load_many(keys)))


def _in_order(load: Load[K, T]) -> Callable[[list[K]], Awaitable[list[T | None]]]:
    async def load_fn(keys: list[K]) -> list[T | None]:
        found = await load(keys)
        return [found.get(key) for key in keys]

    return load_fn


def checked_search(search: str | None) -> str | None:
    """A text to look for; BAD_USER_INPUT if it is too short, LIMIT_EXCEEDED if looking would take long."""
    if search is not None and len(search) > LONGEST_SEARCH:
        message = f"At most {LONGEST_SEARCH} characters are searched for; {len(search)} were given."
        raise coded(ErrorCode.LIMIT_EXCEEDED, message, limit=LONGEST_SEARCH, value=len(search))
    try:
        if search is not None:
            needles(search)
    except SearchTooShort as error:
        raise coded(ErrorCode.BAD_USER_INPUT, str(error)) from error
    return search


def too_many(name: str, value: int, limit: int) -> GraphQLError:
    """LIMIT_EXCEEDED: more was given than is taken at once."""
    message = f"At most {limit} `{name}` are taken at once; {value} were given."
    return coded(ErrorCode.LIMIT_EXCEEDED, message, limit=limit, value=value)


def seen_locations(visible: Sequence[UUID], asked: Sequence[UUID] | None) -> list[UUID]:
    """Those of the locations asked for that are visible, each once; all of these where none were."""
    return list(visible) if asked is None else sorted(set(asked).intersection(visible))


def bounds(given: InstantRangeInput | None) -> tuple[datetime | None, datetime | None]:
    """The start and end of a range; None where there is none."""
    return (None, None) if given is None else (given.start, given.end)


def shown(rows: Slice[R], make: Callable[[R], N]) -> Slice[N]:
    """The same page, as objects of the API."""
    return Slice([make(row) for row in rows.items], rows.has_next, rows.has_previous)
