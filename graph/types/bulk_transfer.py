from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.types.enums import describe
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.jobs import JobStatus

if TYPE_CHECKING:
    from graph.types.place import Place
    from graph.types.refusal import UserError
    from graph.types.transfer import Transfer

describe(
    JobStatus,
    "How far a job in the background is.",
    QUEUED="Has not begun.",
    RUNNING="Is at work.",
    COMPLETED="Is done.",
    FAILED="Gave up; see its error.",
    CANCELED="Was stopped by a person.",
)


@strawberry.type(description="What became of one conversation.")
class BulkTransferResult:
    conversation_id: strawberry.ID = strawberry.field(description="The conversation, as given.")
    transfer: Transfer | None = strawberry.field(description="The move; null when refused.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty when it moved.")


@strawberry.type(description="A transfer of many conversations at once.")
class BulkTransfer(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    status: JobStatus = strawberry.field(description="How far it is.")
    to: Place = strawberry.field(description="Where they go.")
    total: int = strawberry.field(description="How many conversations were given.")
    transferred: int = strawberry.field(description="How many have moved.")
    refused: int = strawberry.field(description="How many stayed where they are.")
    created_at: datetime = strawberry.field(description="When it was asked for.")

    @strawberry.field(description="One per finished conversation, in the order given.")
    async def results(self, info: Info) -> list[BulkTransferResult]:
        return await info.context.load.bulk_transfer_results(self, info=info)


@strawberry.input(description="Parameters of `transferConversations`.")
class TransferConversationsInput(NullIfLeftOut):
    conversation_ids: list[strawberry.ID] = strawberry.field(
        description="The conversations to move; at most 500."
    )
    to: strawberry.ID = strawberry.field(description="The destination: a `Place` or a `Location`.")
    note: str | None = strawberry.field(
        default=UNSET,
        description="An internal note for the receiving team, in each.",
    )
    notify: bool = strawberry.field(
        default=True,
        description="Whether the customers get a notice from the old number.",
    )
    notice: str | None = strawberry.field(
        default=UNSET,
        description="The text of the notice; left out, the account's.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `transferConversations`.")
class TransferConversationsPayload:
    bulk_transfer: BulkTransfer | None = strawberry.field(
        description="The job; null when nothing could be begun."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INACTIVE_LOCATION, "
            "OTHER_ACCOUNT_TREE, LIMIT_EXCEEDED, EMPTY."
        ),
    )
