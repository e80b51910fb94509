from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, expect_ids
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
from localmessages.actions.bulk_transfers import request_bulk_transfer
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.actions.undoing import undo_transfer
from resolvers.perform import perform


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
        talk = expect_id("Conversation", input.conversation_id)
        request = replace(_request(input), expected_version=input.expected_version)
        done = await perform(
            info, input, lambda actor, key: transfer_conversation(actor, talk, request, key=key)
        )
        return TransferConversationPayload(
            transfer=await done.node("Transfer", "transfer"),
            conversation=await done.node("Conversation", "conversation"),
            user_errors=done.user_errors,
        )

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
        talks, request = expect_ids("Conversation", input.conversation_ids), _request(input)
        done = await perform(
            info, input, lambda actor, key: request_bulk_transfer(actor, talks, request, key=key)
        )
        return TransferConversationsPayload(
            bulk_transfer=await done.node("BulkTransfer", "bulk_transfer"), user_errors=done.user_errors
        )

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
        move = expect_id("Transfer", input.transfer_id)
        done = await perform(info, input, lambda actor, key: undo_transfer(actor, move, key=key))
        return UndoTransferPayload(
            transfer=await done.node("Transfer", "transfer"),
            conversation=await done.node("Conversation", "conversation"),
            user_errors=done.user_errors,
        )


def _request(input: TransferConversationInput | TransferConversationsInput) -> TransferRequest:
    return TransferRequest(
        expect_id(("Place", "Location"), input.to),
        note=input.note,
        notify=input.notify,
        notice=input.notice,
    )
