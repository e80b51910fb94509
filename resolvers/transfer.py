from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.bulk_transfer import TransferConversationsInput, TransferConversationsPayload
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.transfer import TransferConnection, TransferFilter
from graph.types.transfer_mutations import (
    TransferConversationInput,
    TransferConversationPayload,
    UndoTransferInput,
    UndoTransferPayload,
)


@strawberry.type
class TransferQueries:
    @strawberry.field(
        description="Moves of conversations from or to locations that the viewer sees, newest first."
    )
    async def transfers(
        self,
        info: Info,
        filter: Annotated[TransferFilter | None, strawberry.argument(description="Which ones.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TransferConnection:
        return await info.context.load.query_transfers(
            filter=given(filter), page=page(first, after, last, before), info=info
        )


@strawberry.type
class TransferMutations:
    @strawberry.mutation(
        description=(
            "Move a conversation to another location. The customer's next texts come from another number: "
            "tell them by the notice."
        ),
    )
    async def transfer_conversation(
        self,
        info: Info,
        input: Annotated[TransferConversationInput, THE_PARAMETERS],
    ) -> TransferConversationPayload:
        return await info.context.act.transfer_conversation(input, info)

    @strawberry.mutation(
        description=(
            "Move many conversations to one location, each on its own: some may move while others are "
            "refused. Follow it with `bulkTransferProgress`."
        ),
    )
    async def transfer_conversations(
        self,
        info: Info,
        input: Annotated[TransferConversationsInput, THE_PARAMETERS],
    ) -> TransferConversationsPayload:
        return await info.context.act.transfer_conversations(input, info)

    @strawberry.mutation(
        description=(
            "Bring a conversation back within ten minutes, if nothing was sent since. A notice that went "
            "out stays sent."
        ),
    )
    async def undo_transfer(
        self,
        info: Info,
        input: Annotated[UndoTransferInput, THE_PARAMETERS],
    ) -> UndoTransferPayload:
        return await info.context.act.undo_transfer(input, info)
