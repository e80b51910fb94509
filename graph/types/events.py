from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import Cursor
from graph.types.enums import describe
from graph.types.inputs import NullIfLeftOut
from localmessages.rules.live import ResyncReason

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.message import Message
    from graph.types.notification import Notification
    from graph.types.place import Place
    from graph.types.presence import Presence
    from graph.types.timeline import TimelineEntry
    from graph.types.transfer import Transfer
    from graph.types.viewer import Viewer


@strawberry.interface(
    description=(
        "Something that changes a list of conversations. Apply events in the order they come, and the list "
        "equals a fresh one."
    ),
)
class InboxEvent:
    cursor: Cursor = strawberry.field(
        description="The position after this event; subscribe with it to go on from here."
    )
    at: datetime = strawberry.field(description="When it happened.")


@strawberry.interface(description="Something that happens in one conversation.")
class ConversationEvent:
    cursor: Cursor = strawberry.field(
        description="The position after this event; subscribe with it to go on from here."
    )
    at: datetime = strawberry.field(description="When it happened.")


@strawberry.interface(description="Something that happens to the viewer: rights, counts, notifications.")
class ViewerEvent:
    cursor: Cursor = strawberry.field(
        description="The position after this event; subscribe with it to go on from here."
    )
    at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(
    description=(
        "A conversation changed otherwise than by an entry of its timeline, such as its contact's name. As "
        "with every event that has a `conversation`: put it into the list or update it, and take it out if "
        "it no longer matches."
    ),
)
class ConversationChanged(InboxEvent, ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it changed.")
    conversation: Conversation = strawberry.field(description="The conversation after the change.")


@strawberry.type(
    description=(
        "Something was added to a timeline: a text, note, change or consent. One event per entry, with the "
        "conversation after it."
    ),
)
class TimelineEntryAdded(InboxEvent, ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it was added.")
    entry: TimelineEntry = strawberry.field(description="The new entry.")
    conversation: Conversation = strawberry.field(description="The conversation with the entry in it.")


@strawberry.type(description="A text changed: its status, a click, a payment, media that arrived.")
class MessageChanged(InboxEvent, ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it changed.")
    message: Message = strawberry.field(description="The text after the change.")
    conversation: Conversation = strawberry.field(description="The conversation after the change.")


@strawberry.type(
    description=(
        "A conversation is now at a watched location, by a transfer or its undoing. Who watches both ends "
        "gets this alone."
    ),
)
class ConversationMovedIn(InboxEvent, ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it moved.")
    from_: Place = strawberry.field(name="from", description="Where it was.")
    to: Place = strawberry.field(description="Where it is.")
    transfer: Transfer = strawberry.field(description="The move, with its note.")
    conversation: Conversation = strawberry.field(
        description="The conversation at its new place, with the whole history."
    )


@strawberry.type(
    description=(
        "A conversation has gone where the viewer may not look or does not watch. Take it out of the list; "
        "it says nothing of its content."
    ),
)
class ConversationMovedOut(InboxEvent, ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it moved.")
    from_: Place = strawberry.field(name="from", description="Where it was.")
    to: Place = strawberry.field(description="Where it is.")
    conversation_id: strawberry.ID = strawberry.field(description="Which conversation.")


@strawberry.type(
    description="Somebody came, left or began to type. Never stored: after a gap the state is sent anew."
)
class PresenceChanged(ConversationEvent):
    cursor: Cursor = strawberry.field(description="The position so far; presence does not move it.")
    at: datetime = strawberry.field(description="When it changed.")
    presence: list[Presence] = strawberry.field(description="Everybody else who is there now.")


@strawberry.type(description="The viewer's rights, unread counts or profile changed.")
class ViewerChanged(ViewerEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it changed.")
    viewer: Viewer = strawberry.field(description="The viewer after the change.")


@strawberry.type(
    description="The viewer read a conversation, or marked it as unread, here or on another device."
)
class ConversationRead(ViewerEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it was read.")
    conversation: Conversation = strawberry.field(description="The conversation with its new `unreadCount`.")


@strawberry.type(description="There is a new notification.")
class NotificationAdded(ViewerEvent):
    cursor: Cursor = strawberry.field(description="The position after this event.")
    at: datetime = strawberry.field(description="When it came.")
    notification: Notification = strawberry.field(description="The notification.")


describe(
    ResyncReason,
    "Why events cannot be continued.",
    EXPIRED="The cursor is older than the log reaches back, 7 days unless set otherwise.",
    UNKNOWN_EPOCH="The cursor is from another database, as after a restore.",
    ACCESS_CHANGED="The viewer's rights changed so much that the list must be fetched anew.",
)


@strawberry.type(
    description="Fetch the page anew: what lies between cannot be told by events. They go on from `cursor`."
)
class Resync(InboxEvent, ConversationEvent, ViewerEvent):
    cursor: Cursor = strawberry.field(
        description="The position from which events go on; what is fetched now includes everything before."
    )
    at: datetime = strawberry.field(description="When it was sent.")
    reason: ResyncReason = strawberry.field(description="Why.")


@strawberry.input(description="Whose events to get.")
class InboxFilter(NullIfLeftOut):
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those of these locations; left out, of all that the viewer sees, also later ones.",
    )
