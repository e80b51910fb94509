from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import PhoneNumber
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.message import Message
    from graph.types.refusal import UserError
    from graph.types.timeline import Note


@strawberry.input(one_of=True, description="A contact: exactly one of these.")
class ContactInput(NullIfLeftOut):
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="One that is known.")
    phone: PhoneNumber | None = strawberry.field(
        default=UNSET,
        description="A number; made a contact if it is none yet.",
    )


@strawberry.input(description="Parameters of `startConversation`.")
class StartConversationInput(NullIfLeftOut):
    location_id: strawberry.ID = strawberry.field(
        description="Where it starts, and whose number the text comes from."
    )
    to: ContactInput = strawberry.field(description="Whom to text.")
    body: str = strawberry.field(
        default="",
        description="The text; may be empty when there is media. At most 1600 characters.",
    )
    upload_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Files from `createUpload`; at most 10.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `startConversation`.")
class StartConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation with the queued text; null when refused."
    )
    message: Message | None = strawberry.field(description="The text, `QUEUED`; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INACTIVE_LOCATION, "
            "OPTED_OUT, BLOCKED, EMPTY, INVALID, LIMIT_EXCEEDED, UNSUPPORTED_MEDIA."
        ),
    )


@strawberry.input(description="Parameters of `addNote`.")
class AddNoteInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="Where to write it.")
    body: str = strawberry.field(description="The text, at most 10000 characters.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `addNote`.")
class AddNotePayload:
    note: Note | None = strawberry.field(description="The new note; null when refused.")
    conversation: Conversation | None = strawberry.field(
        description="The conversation with the note in it; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, EMPTY, LIMIT_EXCEEDED."
        ),
    )


@strawberry.input(description="Parameters of `assignConversation`.")
class AssignConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to assign.")
    user_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Who looks after it from now on; null for nobody.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `assignConversation`.")
class AssignConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation under its new assignee; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INVALID."
    )


@strawberry.input(description="Parameters of `closeConversation`.")
class CloseConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to close.")
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="Refuse with what is new if it is not this version any more.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `closeConversation`.")
class CloseConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation, `CLOSED` and waiting for nothing; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, STALE_VERSION."
    )


@strawberry.input(description="Parameters of `reopenConversation`.")
class ReopenConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to open.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `reopenConversation`.")
class ReopenConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation, `OPEN` again; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS when "
            "another one is open there, WRONG_STATE when merged, BLOCKED."
        ),
    )


@strawberry.input(description="Parameters of `snoozeConversation`.")
class SnoozeConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to put to sleep.")
    until: datetime = strawberry.field(description="When it comes back: in the future, within a year.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `snoozeConversation`.")
class SnoozeConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation, `SNOOZED` until then; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, CONVERSATION_CLOSED, "
            "INVALID."
        ),
    )


@strawberry.input(description="Parameters of `muteConversation`.")
class MuteConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation.")
    muted: bool = strawberry.field(default=True, description="True for silence.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `muteConversation`.")
class MuteConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation, silent or not; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `markRead`.")
class MarkReadInput(NullIfLeftOut):
    conversation_ids: list[strawberry.ID] = strawberry.field(description="The conversations; at most 100.")
    up_to: datetime | None = strawberry.field(
        default=UNSET,
        description="Everything until this instant; left out, everything.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `markRead`.")
class MarkReadPayload:
    conversations: list[Conversation] | None = strawberry.field(
        description="The conversations with their new unread counts; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, LIMIT_EXCEEDED."
    )


@strawberry.input(description="Parameters of `markUnread`.")
class MarkUnreadInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation.")
    from_: datetime | None = strawberry.field(
        name="from",
        default=UNSET,
        description="From this instant on; left out, the latest text.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `markUnread`.")
class MarkUnreadPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation, unread again for the viewer; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND."
    )
