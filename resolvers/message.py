from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
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
from localmessages.actions import messages
from localmessages.actions.actor import Actor, IdempotencyKey, Made
from localmessages.actions.retrying import retry_message
from localmessages.actions.simulation import simulate_inbound
from resolvers.perform import perform
from resolvers.uploads import check_uploads


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
        talk = expect_id("Conversation", input.conversation_id)

        async def send(actor: Actor, key: IdempotencyKey | None) -> Made:
            check_uploads(input.upload_ids)
            return await messages.send_message(
                actor, talk, input.body, expected_version=input.expected_version, key=key
            )

        done = await perform(info, input, send)
        return SendMessagePayload(
            message=await done.node("Message", "message"),
            conversation=await done.node("Conversation", "conversation"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Send a failed text once more, as a new one.")
    async def retry_message(
        self,
        info: Info,
        input: Annotated[RetryMessageInput, THE_PARAMETERS],
    ) -> RetryMessagePayload:
        failed = expect_id("Message", input.message_id)
        done = await perform(info, input, lambda actor, key: retry_message(actor, failed, key=key))
        return RetryMessagePayload(
            message=await done.node("Message", "message"), user_errors=done.user_errors
        )

    @strawberry.mutation(
        description="Play the customer: a text arrives as if from a phone. Only with the simulated carrier."
    )
    async def simulate_inbound_message(
        self,
        info: Info,
        input: Annotated[SimulateInboundMessageInput, THE_PARAMETERS],
    ) -> SimulateInboundMessagePayload:
        done = await perform(
            info,
            input,
            lambda actor, key: simulate_inbound(
                actor, input.from_number, input.to_number, input.body, key=key
            ),
        )
        return SimulateInboundMessagePayload(
            message=await done.node("Message", "message"), user_errors=done.user_errors
        )
