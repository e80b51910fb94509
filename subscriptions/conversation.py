"""What happens in one conversation, wherever it goes that the viewer may look."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from uuid import UUID

from strawberry import Info

from graph.context import Beginning, Context
from graph.errors import ErrorCode, coded
from graph.ids import expect_id
from graph.types.events import ConversationEvent
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.patience import insist
from subscriptions.shown import moved_out, resync, shown
from subscriptions.watch import Watch


async def conversation_events(
    hub: Hub, context: Context, *, id: str, after: str | None, info: Info
) -> AsyncGenerator[ConversationEvent, None]:
    """Its events, until it has gone where the viewer may not look."""
    followed = await Followed.find(context, expect_id("Conversation", id), info)
    watch = await Watch.open(hub, context, followed.locations)
    async with aclosing(watch.changes(after)) as changes:
        async for change in changes:
            if isinstance(change, ResyncReason):
                yield resync(context, change, watch.cursor)
            elif change.conversation_id != followed.key or change.location_id not in watch.locations:
                continue
            elif change.kind is not EventKind.MOVED_OUT:
                event = await insist(partial(_shown, context, info, change, watch))
                if event is not None:
                    yield event
            elif not followed.goes_on(change, watch):
                yield await insist(partial(moved_out, context, change, watch.cursor))
                if await insist(partial(followed.is_hidden, context)):
                    return


async def _shown(context: Context, info: Info, event: Event, watch: Watch) -> ConversationEvent | None:
    return await shown(context.fork(), info, event, watch.cursor)


class Followed:
    """A conversation, and the locations where it has been."""

    def __init__(self, key: UUID, places: set[UUID]) -> None:
        self.key = key
        self._places = places

    @classmethod
    async def find(cls, context: Context, key: UUID, info: Info) -> "Followed":
        """One that the viewer sees; BAD_USER_INPUT otherwise."""
        # First, so that the position is before what is read here.
        await context.begin()
        conversation = await context.load.conversation(key)
        if conversation is None:
            raise coded(ErrorCode.BAD_USER_INPUT, "There is no such conversation.")
        moves = await context.load.conversation_transfers(conversation, info=info)
        ends = {place.key for move in moves for place in (move.from_, move.to)}
        return cls(key, {conversation.location.key, *ends})

    def locations(self, beginning: Beginning) -> set[UUID]:
        """Where it has been and the viewer may look."""
        return self._places.intersection(beginning.viewer.location_roles)

    def goes_on(self, departure: Event, watch: Watch) -> bool:
        """Whether the viewer sees where it goes; then its events there follow."""
        target = UUID(departure.body["to"])
        if not watch.beginning.viewer.sees(target):
            return False
        self._places.add(target)
        watch.go_on_at(*departure.body.get("arrival", (departure.scope_id, departure.seq)))
        return True

    async def is_hidden(self, context: Context) -> bool:
        """Whether it is now where the viewer may not look."""
        return await context.fork().load.conversation(self.key) is None
