"""What happens to the viewer."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from uuid import UUID

from strawberry import Info

from graph.context import Context
from graph.scalars import Cursor
from graph.types.events import ConversationRead, NotificationAdded, ViewerChanged, ViewerEvent
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.patience import insist
from subscriptions.shown import resync
from subscriptions.watch import Watch, nowhere


async def viewer_events(
    hub: Hub, context: Context, *, after: str | None, info: Info
) -> AsyncGenerator[ViewerEvent, None]:
    """Rights, profile, what was read on any device, and what there is to know."""
    watch = await Watch.open(hub, context, nowhere)
    async with aclosing(watch.changes(after)) as changes:
        async for change in changes:
            if isinstance(change, ResyncReason):
                yield resync(context, change, watch.cursor)
            elif (event := await insist(partial(_show, context, info, change, watch.cursor))) is not None:
                yield event


async def _show(context: Context, info: Info, event: Event, cursor: Cursor) -> ViewerEvent | None:
    load = context.fork().load
    match event.kind:
        case EventKind.VIEWER_CHANGED:
            return ViewerChanged(cursor=cursor, at=event.at, viewer=await load.query_viewer(info=info))
        case EventKind.CONVERSATION_READ:
            conversation = await load.conversation(event.conversation_id)
            return conversation and ConversationRead(cursor=cursor, at=event.at, conversation=conversation)
        case EventKind.NOTIFICATION_ADDED:
            added = await load.notification(UUID(event.body["notification"]))
            return added and NotificationAdded(cursor=cursor, at=event.at, notification=added)
    return None
