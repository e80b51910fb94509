from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import PhoneNumber
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.message import Message
    from graph.types.refusal import UserError


@strawberry.input(description="Parameters of `sendMessage`.")
class SendMessageInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(
        description="Where to answer. A snoozed conversation wakes."
    )
    body: str = strawberry.field(
        default="",
        description="The text; may be empty when there is media. At most 1600 characters.",
    )
    upload_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Files from `createUpload`; at most 10.",
    )
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="Refuse with what is new if the conversation is not this version any more.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `sendMessage`.")
class SendMessagePayload:
    message: Message | None = strawberry.field(description="The text, `QUEUED`; null when refused.")
    conversation: Conversation | None = strawberry.field(
        description="The conversation with the text as its last; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, CONVERSATION_CLOSED, "
            "OPTED_OUT, BLOCKED, STALE_VERSION, EMPTY, LIMIT_EXCEEDED, UNSUPPORTED_MEDIA, "
            "INACTIVE_LOCATION, ALREADY_TRANSFERRED."
        ),
    )


@strawberry.input(description="Parameters of `retryMessage`.")
class RetryMessageInput(NullIfLeftOut):
    message_id: strawberry.ID = strawberry.field(description="The text that failed.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `retryMessage`.")
class RetryMessagePayload:
    message: Message | None = strawberry.field(description="The new text, `QUEUED`; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE, "
            "OPTED_OUT, BLOCKED, INACTIVE_LOCATION."
        ),
    )


@strawberry.input(description="Parameters of `simulateInboundMessage`.")
class SimulateInboundMessageInput(NullIfLeftOut):
    from_number: PhoneNumber = strawberry.field(description="The customer's number.")
    to_number: PhoneNumber = strawberry.field(description="A location's number.")
    body: str = strawberry.field(description="The text.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `simulateInboundMessage`.")
class SimulateInboundMessagePayload:
    message: Message | None = strawberry.field(description="The text as received; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: SIMULATOR_ONLY, NOT_FOUND, NOT_ALLOWED, "
            "LIMIT_EXCEEDED."
        ),
    )
