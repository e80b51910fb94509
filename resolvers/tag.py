from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

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
        return await info.context.act.tag_conversation(input, info)

    @strawberry.mutation(description="Take tags off a conversation.")
    async def untag_conversation(
        self,
        info: Info,
        input: Annotated[UntagConversationInput, THE_PARAMETERS],
    ) -> UntagConversationPayload:
        return await info.context.act.untag_conversation(input, info)

    @strawberry.mutation(description="Make a tag for the account tree.")
    async def create_tag(
        self,
        info: Info,
        input: Annotated[CreateTagInput, THE_PARAMETERS],
    ) -> CreateTagPayload:
        return await info.context.act.create_tag(input, info)

    @strawberry.mutation(description="Rename or recolour a tag.")
    async def update_tag(
        self,
        info: Info,
        input: Annotated[UpdateTagInput, THE_PARAMETERS],
    ) -> UpdateTagPayload:
        return await info.context.act.update_tag(input, info)

    @strawberry.mutation(description="Delete a tag and take it off every conversation.")
    async def delete_tag(
        self,
        info: Info,
        input: Annotated[DeleteTagInput, THE_PARAMETERS],
    ) -> DeleteTagPayload:
        return await info.context.act.delete_tag(input, info)
