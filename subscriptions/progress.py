"""A job in the background, from now until it ends."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from strawberry import Info

from graph.context import Context
from graph.errors import ErrorCode, coded
from graph.ids import expect_id
from graph.types.bulk_transfer import BulkTransfer
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


async def bulk_transfer_progress(
    hub: Hub, context: Context, *, id: str, info: Info
) -> AsyncGenerator[BulkTransfer, None]:
    """Each state that differs from the last; BAD_USER_INPUT where there is none to be seen."""
    key = expect_id("BulkTransfer", id)
    watch = await Watch.open(hub, context, nowhere)

    async def state() -> BulkTransfer | None:
        bulk: BulkTransfer | None = await context.fork().load.bulk_transfer(key)
        return bulk

    async def touches() -> AsyncGenerator[bool, None]:
        async with aclosing(watch.changes(None)) as changes:
            async for change in changes:
                yield isinstance(change, Event) and change.kind is EventKind.BULK_TRANSFER_CHANGED

    last = None
    states = paced(touches(), partial(insist, state), next_by_itself=lambda: LOOK_EVERY)
    async with aclosing(states):
        async for bulk in states:
            if bulk is None:
                raise coded(ErrorCode.BAD_USER_INPUT, "There is no such transfer of conversations.")
            if last != (last := (bulk.status, bulk.transferred, bulk.refused)):
                yield bulk
            if bulk.status not in _GOES_ON:
                return
