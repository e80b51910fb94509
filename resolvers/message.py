from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.message import MessageConnection, MessagePreview
from graph.types.message_mutations import (
    RetryMessageInput,
    RetryMessagePayload,
    SendMessageInput,
    SendMessagePayload,
    SimulateInboundMessageInput,
    SimulateInboundMessagePayload,
)


@strawberry.type
class MessageQueries:
    @strawberry.field(description="What a text would be and cost, before it is sent.")
    async def message_preview(
        self,
        info: Info,
        body: Annotated[str, strawberry.argument(description="The text as typed.")],
        conversation_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Where it would go, to fill placeholders; left out, they stay."),
        ] = UNSET,
    ) -> MessagePreview:
        return await info.context.load.query_message_preview(
            body=body, conversation_id=given(conversation_id), info=info
        )

    @strawberry.field(
        description=(
            "Texts that could not be handed to the carrier after all attempts, newest first. "
            "`retryMessage` tries again."
        ),
    )
    async def unsent_messages(
        self,
        info: Info,
        location_ids: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="Only from these locations.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> MessageConnection:
        return await info.context.load.query_unsent_messages(
            location_ids=given(location_ids), page=page(first, after, last, before), info=info
        )


@strawberry.type
class MessageMutations:
    @strawberry.mutation(
        description="Answer in a conversation. Stored and queued at once; the carrier gets it right after."
    )
    async def send_message(
        self,
        info: Info,
        input: Annotated[SendMessageInput, THE_PARAMETERS],
    ) -> SendMessagePayload:
        return await info.context.act.send_message(input, info)

    @strawberry.mutation(description="Send a failed text once more, as a new one.")
    async def retry_message(
        self,
        info: Info,
        input: Annotated[RetryMessageInput, THE_PARAMETERS],
    ) -> RetryMessagePayload:
        return await info.context.act.retry_message(input, info)

    @strawberry.mutation(
        description="Play the customer: a text arrives as if from a phone. Only with the simulated carrier."
    )
    async def simulate_inbound_message(
        self,
        info: Info,
        input: Annotated[SimulateInboundMessageInput, THE_PARAMETERS],
    ) -> SimulateInboundMessagePayload:
        return await info.context.act.simulate_inbound_message(input, info)
