from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.ids import expect_id
from graph.types.inputs import THE_PARAMETERS
from graph.types.presence import SetTypingInput, SetTypingPayload
from localmessages.actions.typing import set_typing
from resolvers.perform import perform


@strawberry.type
class PresenceMutations:
    @strawberry.mutation(
        description=(
            "Tell the others that the viewer types, or stopped. Forgotten after 8 seconds unless repeated."
        )
    )
    async def set_typing(
        self, info: Info, input: Annotated[SetTypingInput, THE_PARAMETERS]
    ) -> SetTypingPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(info, input, lambda actor, _: set_typing(actor, talk, input.typing))
        seen = None if done.user_errors else await info.context.load.presence(talk)
        return SetTypingPayload(presence=seen, user_errors=done.user_errors)
