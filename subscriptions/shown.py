"""Events of the log as the API shows them: the objects in their state after the event."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from graph.context import Context
from graph.ids import global_id
from graph.scalars import Cursor
from graph.types.conversation import Conversation
from graph.types.events import (
    ConversationChanged,
    ConversationMovedIn,
    ConversationMovedOut,
    MessageChanged,
    Resync,
    TimelineEntryAdded,
)
from graph.types.place import Place
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.events import Event

Shown = TimelineEntryAdded | MessageChanged | ConversationChanged | ConversationMovedIn


async def shown(context: Context, info: Info, event: Event, cursor: Cursor) -> Shown | None:
    """What happened in a conversation; None where nothing of it is for the viewer's eyes any more."""
    conversation = await _conversation(context, info, event.body)
    if conversation is None:
        return None
    match event.kind:
        case EventKind.ENTRY_ADDED:
            return await _entry_added(context, event, cursor, conversation)
        case EventKind.MESSAGE_CHANGED:
            message = await context.load.message(UUID(event.body["message"]))
            return message and MessageChanged(
                cursor=cursor, at=event.at, message=message, conversation=conversation
            )
        case EventKind.CONVERSATION_CHANGED:
            return ConversationChanged(cursor=cursor, at=event.at, conversation=conversation)
        case EventKind.MOVED_IN:
            return await _moved_in(context, event, cursor, conversation)
    return None


async def moved_out(context: Context, event: Event, cursor: Cursor) -> ConversationMovedOut:
    """That a conversation has gone, and nothing of its content."""
    assert event.conversation_id
    origin, target = await _ends(context.fork(), event.body)
    return ConversationMovedOut(
        cursor=cursor,
        at=event.at,
        from_=origin,
        to=target,
        conversation_id=strawberry.ID(global_id("Conversation", event.conversation_id)),
    )


def resync(context: Context, reason: ResyncReason, cursor: Cursor) -> Resync:
    """That everything has to be fetched anew."""
    return Resync(cursor=cursor, at=context.services.clock(), reason=reason)


async def _conversation(context: Context, info: Info, body: Mapping[str, Any]) -> Conversation | None:
    snapshot = body.get("conversation")
    found: Conversation | None = snapshot and await context.load.conversation_from_snapshot(snapshot, info)
    return found


async def _entry_added(
    context: Context, event: Event, cursor: Cursor, conversation: Conversation
) -> TimelineEntryAdded | None:
    type_name, key = event.body["entry"]
    entry = await context.load.timeline_entry(type_name, UUID(key))
    return entry and TimelineEntryAdded(cursor=cursor, at=event.at, entry=entry, conversation=conversation)


async def _moved_in(
    context: Context, event: Event, cursor: Cursor, conversation: Conversation
) -> ConversationMovedIn | None:
    transfer = await context.load.transfer(UUID(event.body["transfer"]))
    origin, target = await _ends(context, event.body)
    return transfer and ConversationMovedIn(
        cursor=cursor, at=event.at, from_=origin, to=target, transfer=transfer, conversation=conversation
    )


async def _ends(context: Context, body: Mapping[str, Any]) -> tuple[Place, Place]:
    origin, target = await asyncio.gather(
        *(context.load.node("Place", UUID(body[end])) for end in ("from", "to"))
    )
    return origin, target
