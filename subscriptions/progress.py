"""A job in the background, from now until it ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from strawberry import Info

from graph.context import Context
from graph.errors import ErrorCode, coded
from graph.ids import expect_id
from graph.types.bulk_transfer import BulkTransfer
from graph.types.export import Export
from localmessages.rules.jobs import JobStatus
from localmessages.rules.live import EventKind
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.pacing import paced
from subscriptions.patience import insist
from subscriptions.watch import Watch, nowhere

# Only who began it is told by events; for the others, and between them, it is looked at.
LOOK_EVERY = 1.0
_GOES_ON = (JobStatus.QUEUED, JobStatus.RUNNING)


class _Work(Protocol):
    @property
    def status(self) -> JobStatus: ...


W = TypeVar("W", bound=_Work)


def bulk_transfer_progress(
    hub: Hub, context: Context, *, id: str, info: Info
) -> AsyncGenerator[BulkTransfer, None]:
    """Each state that differs from the last; BAD_USER_INPUT where there is none to be seen."""

    async def find(load: Any, key: UUID) -> BulkTransfer | None:
        bulk: BulkTransfer | None = await load.bulk_transfer(key)
        return bulk

    return _progress(
        hub,
        context,
        expect_id("BulkTransfer", id),
        EventKind.BULK_TRANSFER_CHANGED,
        find,
        lambda bulk: (bulk.status, bulk.transferred, bulk.refused),
        "There is no such transfer of conversations.",
    )


def export_progress(hub: Hub, context: Context, *, id: str, info: Info) -> AsyncGenerator[Export, None]:
    """Each state that differs from the last; BAD_USER_INPUT where there is none to be seen."""

    async def find(load: Any, key: UUID) -> Export | None:
        export: Export | None = await load.export(key)
        return export

    return _progress(
        hub,
        context,
        expect_id("Export", id),
        EventKind.EXPORT_CHANGED,
        find,
        lambda export: (export.status, export.rows, export.total_rows),
        "There is no such export.",
    )


async def _progress(
    hub: Hub,
    context: Context,
    key: UUID,
    kind: EventKind,
    find: Callable[[Any, UUID], Awaitable[W | None]],
    how_far: Callable[[W], Hashable],
    missing: str,
) -> AsyncGenerator[W, None]:
    watch = await Watch.open(hub, context, nowhere)

    async def state() -> W | None:
        return await find(context.fork().load, key)

    async def touches() -> AsyncGenerator[bool, None]:
        async with aclosing(watch.changes(None)) as changes:
            async for change in changes:
                yield isinstance(change, Event) and change.kind is kind

    last: Hashable = None
    states = paced(touches(), partial(insist, state), next_by_itself=lambda: LOOK_EVERY)
    async with aclosing(states):
        async for work in states:
            if work is None:
                raise coded(ErrorCode.BAD_USER_INPUT, missing)
            if last != (last := how_far(work)):
                yield work
            if work.status not in _GOES_ON:
                return
