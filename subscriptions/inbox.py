"""What changes in the inboxes of the chosen locations."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from functools import partial
from uuid import UUID

from strawberry import Info

from graph.context import Beginning, Context
from graph.ids import expect_ids
from graph.scalars import Cursor
from graph.types.events import InboxEvent, InboxFilter
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.patience import insist
from subscriptions.shown import moved_out, resync, shown
from subscriptions.watch import Watch


async def inbox_events(
    hub: Hub, context: Context, *, filter: InboxFilter | None, after: str | None, info: Info
) -> AsyncGenerator[InboxEvent, None]:
    """Events of all locations that the viewer sees, or of those of them that are chosen."""
    inbox = Inbox(None if filter is None else filter.location_ids)
    watch = await Watch.open(hub, context, inbox.locations, is_list=True)
    async with aclosing(watch.changes(after)) as changes:
        async for change in changes:
            if isinstance(change, ResyncReason):
                yield resync(context, change, watch.cursor)
            elif change.location_id in watch.locations:
                show = partial(inbox.show, context, info, change, watch.cursor)
                if (event := await insist(show)) is not None:
                    yield event


class Inbox:
    """The chosen locations."""

    def __init__(self, ids: Iterable[str] | None) -> None:
        self._chosen = None if ids is None else frozenset(expect_ids("Location", ids))

    def locations(self, beginning: Beginning) -> frozenset[UUID]:
        """Whose events are wanted and may be seen."""
        seen = frozenset(beginning.viewer.location_roles)
        return seen if self._chosen is None else seen & self._chosen

    async def show(self, context: Context, info: Info, event: Event, cursor: Cursor) -> InboxEvent | None:
        """The event for this list; None where it is not for the viewer, or for inboxes."""
        fork = context.fork()
        # Rights as they are now: nothing goes out after they ended, whichever event came first.
        locations = self.locations(await fork.begin())
        if event.location_id not in locations or event.kind is EventKind.FACT_CHANGED:
            return None
        if event.kind is not EventKind.MOVED_OUT:
            return await shown(fork, info, event, cursor)
        # Who watches both ends is told by the arrival alone.
        return None if UUID(event.body["to"]) in locations else await moved_out(fork, event, cursor)
