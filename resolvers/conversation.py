from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.conversation import (
    Conversation,
    ConversationConnection,
    ConversationFilter,
    ConversationOrder,
)
from graph.types.conversation_mutations import (
    AddNoteInput,
    AddNotePayload,
    AssignConversationInput,
    AssignConversationPayload,
    CloseConversationInput,
    CloseConversationPayload,
    MarkReadInput,
    MarkReadPayload,
    MarkUnreadInput,
    MarkUnreadPayload,
    MuteConversationInput,
    MuteConversationPayload,
    ReopenConversationInput,
    ReopenConversationPayload,
    SnoozeConversationInput,
    SnoozeConversationPayload,
    StartConversationInput,
    StartConversationPayload,
)
from graph.types.inputs import THE_PARAMETERS, given

LATEST_FIRST = ConversationOrder()


@strawberry.type
class ConversationQueries:
    @strawberry.field(description="One conversation; null when it does not exist or may not be seen.")
    async def conversation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Conversation | None:
        return await info.context.load.query_conversation(id=id, info=info)

    @strawberry.field(description="The inbox.")
    async def conversations(
        self,
        info: Info,
        filter: Annotated[ConversationFilter | None, strawberry.argument(description="Which ones.")] = UNSET,
        order_by: Annotated[
            ConversationOrder,
            strawberry.argument(description="The order; latest activity first unless given."),
        ] = LATEST_FIRST,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConversationConnection:
        return await info.context.load.query_conversations(
            filter=given(filter), order_by=order_by, page=page(first, after, last, before), info=info
        )


@strawberry.type
class ConversationMutations:
    @strawberry.mutation(
        description="Text a contact first. Uses the open conversation at the location if there is one."
    )
    async def start_conversation(
        self,
        info: Info,
        input: Annotated[StartConversationInput, THE_PARAMETERS],
    ) -> StartConversationPayload:
        return await info.context.act.start_conversation(input, info)

    @strawberry.mutation(description="Write an internal note.")
    async def add_note(self, info: Info, input: Annotated[AddNoteInput, THE_PARAMETERS]) -> AddNotePayload:
        return await info.context.act.add_note(input, info)

    @strawberry.mutation(description="Give a conversation to somebody, or to nobody.")
    async def assign_conversation(
        self,
        info: Info,
        input: Annotated[AssignConversationInput, THE_PARAMETERS],
    ) -> AssignConversationPayload:
        return await info.context.act.assign_conversation(input, info)

    @strawberry.mutation(description="Close a conversation. An open wait ends as `CLOSED_UNANSWERED`.")
    async def close_conversation(
        self,
        info: Info,
        input: Annotated[CloseConversationInput, THE_PARAMETERS],
    ) -> CloseConversationPayload:
        return await info.context.act.close_conversation(input, info)

    @strawberry.mutation(description="Open a closed or snoozed conversation again.")
    async def reopen_conversation(
        self,
        info: Info,
        input: Annotated[ReopenConversationInput, THE_PARAMETERS],
    ) -> ReopenConversationPayload:
        return await info.context.act.reopen_conversation(input, info)

    @strawberry.mutation(
        description="Take a conversation out of the inbox until later, or until the customer texts."
    )
    async def snooze_conversation(
        self,
        info: Info,
        input: Annotated[SnoozeConversationInput, THE_PARAMETERS],
    ) -> SnoozeConversationPayload:
        return await info.context.act.snooze_conversation(input, info)

    @strawberry.mutation(description="Turn a conversation's alerts off or on.")
    async def mute_conversation(
        self,
        info: Info,
        input: Annotated[MuteConversationInput, THE_PARAMETERS],
    ) -> MuteConversationPayload:
        return await info.context.act.mute_conversation(input, info)

    @strawberry.mutation(description="Mark conversations as read by the viewer.")
    async def mark_read(self, info: Info, input: Annotated[MarkReadInput, THE_PARAMETERS]) -> MarkReadPayload:
        return await info.context.act.mark_read(input, info)

    @strawberry.mutation(description="Mark a conversation as unread by the viewer, from an entry on.")
    async def mark_unread(
        self,
        info: Info,
        input: Annotated[MarkUnreadInput, THE_PARAMETERS],
    ) -> MarkUnreadPayload:
        return await info.context.act.mark_unread(input, info)
