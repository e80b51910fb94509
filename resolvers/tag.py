from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, expect_ids, global_id
from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.tag import TagConnection
from graph.types.tag_mutations import (
    CreateTagInput,
    CreateTagPayload,
    DeleteTagInput,
    DeleteTagPayload,
    TagConversationInput,
    TagConversationPayload,
    UntagConversationInput,
    UntagConversationPayload,
    UpdateTagInput,
    UpdateTagPayload,
)
from localmessages.actions import tagging, tags
from resolvers.perform import perform


@strawberry.type
class TagQueries:
    @strawberry.field(description="Tags, by name.")
    async def tags(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Part of the name.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TagConnection:
        return await info.context.load.query_tags(
            search=given(search), page=page(first, after, last, before), info=info
        )


@strawberry.type
class TagMutations:
    @strawberry.mutation(
        description="Put tags on a conversation. Reports filtered by these tags count it from now on."
    )
    async def tag_conversation(
        self,
        info: Info,
        input: Annotated[TagConversationInput, THE_PARAMETERS],
    ) -> TagConversationPayload:
        talk, chosen = expect_id("Conversation", input.conversation_id), expect_ids("Tag", input.tag_ids)
        done = await perform(
            info, input, lambda actor, key: tagging.tag_conversation(actor, talk, chosen, key=key)
        )
        return TagConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Take tags off a conversation.")
    async def untag_conversation(
        self,
        info: Info,
        input: Annotated[UntagConversationInput, THE_PARAMETERS],
    ) -> UntagConversationPayload:
        talk, chosen = expect_id("Conversation", input.conversation_id), expect_ids("Tag", input.tag_ids)
        done = await perform(
            info, input, lambda actor, key: tagging.untag_conversation(actor, talk, chosen, key=key)
        )
        return UntagConversationPayload(
            conversation=await done.node("Conversation", "conversation"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Make a tag for the account tree.")
    async def create_tag(
        self,
        info: Info,
        input: Annotated[CreateTagInput, THE_PARAMETERS],
    ) -> CreateTagPayload:
        done = await perform(
            info, input, lambda actor, key: tags.add_tag(actor, input.name, input.color, key=key)
        )
        return CreateTagPayload(tag=await done.node("Tag", "tag"), user_errors=done.user_errors)

    @strawberry.mutation(description="Rename or recolour a tag.")
    async def update_tag(
        self,
        info: Info,
        input: Annotated[UpdateTagInput, THE_PARAMETERS],
    ) -> UpdateTagPayload:
        tag, name, color = expect_id("Tag", input.tag_id), given(input.name), given(input.color)
        done = await perform(
            info, input, lambda actor, key: tags.update_tag(actor, tag, name=name, color=color, key=key)
        )
        return UpdateTagPayload(tag=await done.node("Tag", "tag"), user_errors=done.user_errors)

    @strawberry.mutation(description="Delete a tag and take it off every conversation.")
    async def delete_tag(
        self,
        info: Info,
        input: Annotated[DeleteTagInput, THE_PARAMETERS],
    ) -> DeleteTagPayload:
        tag = expect_id("Tag", input.tag_id)
        done = await perform(info, input, lambda actor, key: tags.delete_tag(actor, tag, key=key))
        deleted = None if done.user_errors else strawberry.ID(global_id("Tag", tag))
        return DeleteTagPayload(deleted_tag_id=deleted, user_errors=done.user_errors)
