from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from graph.types.enums import describe
from localmessages.rules.presence import PresenceState

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.user import User

describe(
    PresenceState,
    "What somebody does in a conversation.",
    VIEWING="Has it open.",
    TYPING="Is writing an answer.",
)


@strawberry.type(
    description="Somebody who is in a conversation at this moment. Kept for seconds, never stored."
)
class Presence:
    user: User = strawberry.field(description="Who it is.")
    state: PresenceState = strawberry.field(description="What they do.")
    since: datetime = strawberry.field(description="Since when they do it.")


@strawberry.input(description="Parameters of `setTyping`.")
class SetTypingInput:
    conversation_id: strawberry.ID = strawberry.field(description="Where the viewer types.")
    typing: bool = strawberry.field(description="Whether.")


@strawberry.type(description="Result of `setTyping`.")
class SetTypingPayload:
    presence: list[Presence] | None = strawberry.field(description="Who else is there; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )
