from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, expect_ids
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
from localmessages.actions import conversations, reading
from localmessages.actions.actor import Actor, IdempotencyKey, Made
from localmessages.actions.starting import start_conversation
from resolvers.perform import optional_id, perform
from resolvers.uploads import check_uploads

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
        location = expect_id("Location", input.location_id)
        contact = optional_id("Contact", input.to.contact_id)

        async def start(actor: Actor, key: IdempotencyKey | None) -> Made:
            check_uploads(input.upload_ids)
            return await start_conversation(
                actor, location, input.body, contact_id=contact, phone=input.to.phone, key=key
            )

        done = await perform(info, input, start)
        return StartConversationPayload(
            conversation=await done.node("Conversation", "conversation"),
            message=await done.node("Message", "message"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Write an internal note.")
    async def add_note(self, info: Info, input: Annotated[AddNoteInput, THE_PARAMETERS]) -> AddNotePayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info, input, lambda actor, key: conversations.add_note(actor, talk, input.body, key=key)
        )
        return AddNotePayload(
            note=await done.node("Note", "note"),
            conversation=await done.node("Conversation", "conversation"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Give a conversation to somebody, or to nobody.")
    async def assign_conversation(
        self,
        info: Info,
        input: Annotated[AssignConversationInput, THE_PARAMETERS],
    ) -> AssignConversationPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info,
            input,
            lambda actor, key: conversations.assign_conversation(
                actor, talk, optional_id("User", input.user_id), key=key
            ),
        )
        return AssignConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Close a conversation. An open wait ends as `CLOSED_UNANSWERED`.")
    async def close_conversation(
        self,
        info: Info,
        input: Annotated[CloseConversationInput, THE_PARAMETERS],
    ) -> CloseConversationPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info,
            input,
            lambda actor, key: conversations.close_conversation(
                actor, talk, expected_version=input.expected_version, key=key
            ),
        )
        return CloseConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Open a closed or snoozed conversation again.")
    async def reopen_conversation(
        self,
        info: Info,
        input: Annotated[ReopenConversationInput, THE_PARAMETERS],
    ) -> ReopenConversationPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info, input, lambda actor, key: conversations.reopen_conversation(actor, talk, key=key)
        )
        return ReopenConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(
        description="Take a conversation out of the inbox until later, or until the customer texts."
    )
    async def snooze_conversation(
        self,
        info: Info,
        input: Annotated[SnoozeConversationInput, THE_PARAMETERS],
    ) -> SnoozeConversationPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info,
            input,
            lambda actor, key: conversations.snooze_conversation(actor, talk, input.until, key=key),
        )
        return SnoozeConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Turn a conversation's alerts off or on.")
    async def mute_conversation(
        self,
        info: Info,
        input: Annotated[MuteConversationInput, THE_PARAMETERS],
    ) -> MuteConversationPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info, input, lambda actor, key: conversations.mute_conversation(actor, talk, input.muted, key=key)
        )
        return MuteConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Mark conversations as read by the viewer.")
    async def mark_read(self, info: Info, input: Annotated[MarkReadInput, THE_PARAMETERS]) -> MarkReadPayload:
        talks = expect_ids("Conversation", input.conversation_ids)
        done = await perform(
            info, input, lambda actor, key: reading.mark_read(actor, talks, input.up_to, key=key)
        )
        read = None if done.user_errors else await done.nodes("Conversation", talks)
        return MarkReadPayload(conversations=read, user_errors=done.user_errors)

    @strawberry.mutation(description="Mark a conversation as unread by the viewer, from an entry on.")
    async def mark_unread(
        self,
        info: Info,
        input: Annotated[MarkUnreadInput, THE_PARAMETERS],
    ) -> MarkUnreadPayload:
        talk = expect_id("Conversation", input.conversation_id)
        done = await perform(
            info, input, lambda actor, key: reading.mark_unread(actor, talk, input.from_, key=key)
        )
        return MarkUnreadPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )
