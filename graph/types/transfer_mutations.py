from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.refusal import UserError
    from graph.types.transfer import Transfer


@strawberry.input(description="Parameters of `transferConversation`.")
class TransferConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to move.")
    to: strawberry.ID = strawberry.field(description="The destination: a `Place` or a `Location`.")
    note: str | None = strawberry.field(default=UNSET, description="An internal note for the receiving team.")
    notify: bool = strawberry.field(
        default=True,
        description="Whether the customer gets a notice from the old number.",
    )
    notice: str | None = strawberry.field(
        default=UNSET,
        description="The text of the notice; left out, the account's.",
    )
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="Refuse with what is new if the conversation is not this version any more.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `transferConversation`.")
class TransferConversationPayload:
    transfer: Transfer | None = strawberry.field(description="The move; null when refused.")
    conversation: Conversation | None = strawberry.field(
        description=(
            "The conversation at its new place; null when refused, or when the viewer may not look there."
        ),
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, SAME_LOCATION, "
            "INACTIVE_LOCATION, OTHER_ACCOUNT_TREE, ALREADY_TRANSFERRED, CONVERSATION_CLOSED, "
            "STALE_VERSION, LIMIT_EXCEEDED."
        ),
    )


@strawberry.input(description="Parameters of `undoTransfer`.")
class UndoTransferInput(NullIfLeftOut):
    transfer_id: strawberry.ID = strawberry.field(description="The move to undo.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `undoTransfer`.")
class UndoTransferPayload:
    transfer: Transfer | None = strawberry.field(
        description="The move with `undoneAt` set; null when refused."
    )
    conversation: Conversation | None = strawberry.field(
        description="The conversation back where it was; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, UNDO_EXPIRED, "
            "SENT_SINCE, ALREADY_TRANSFERRED."
        ),
    )
