from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.conversation import Conversation
    from graph.types.refusal import UserError
    from graph.types.tag import Tag


@strawberry.input(description="Parameters of `tagConversation`.")
class TagConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation to tag.")
    tag_ids: list[strawberry.ID] = strawberry.field(
        description="The tags that it gets besides those it has; at most 50."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `tagConversation`.")
class TagConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation with all its tags, new ones included; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, LIMIT_EXCEEDED."
    )


@strawberry.input(description="Parameters of `untagConversation`.")
class UntagConversationInput(NullIfLeftOut):
    conversation_id: strawberry.ID = strawberry.field(description="The conversation that has them.")
    tag_ids: list[strawberry.ID] = strawberry.field(
        description="Tags to take off; those that it does not have are passed over."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `untagConversation`.")
class UntagConversationPayload:
    conversation: Conversation | None = strawberry.field(
        description="The conversation with what is left of its tags; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `createTag`.")
class CreateTagInput(NullIfLeftOut):
    name: str = strawberry.field(description="Its name, up to 50 characters.")
    color: str = strawberry.field(default="#868e96", description="Its colour as `#rrggbb`.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createTag`.")
class CreateTagPayload:
    tag: Tag | None = strawberry.field(description="The new tag, on no conversation yet; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_ALLOWED, ALREADY_EXISTS, EMPTY, INVALID."
        ),
    )


@strawberry.input(description="Parameters of `updateTag`.")
class UpdateTagInput:
    tag_id: strawberry.ID = strawberry.field(description="The tag to change.")
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    color: str | None = strawberry.field(default=UNSET, description="The new colour; left out, it stays.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateTag`.")
class UpdateTagPayload:
    tag: Tag | None = strawberry.field(
        description="The tag under its new name and colour; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS, "
            "EMPTY, INVALID."
        ),
    )


@strawberry.input(description="Parameters of `deleteTag`.")
class DeleteTagInput(NullIfLeftOut):
    tag_id: strawberry.ID = strawberry.field(description="The tag to delete.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `deleteTag`.")
class DeleteTagPayload:
    deleted_tag_id: strawberry.ID | None = strawberry.field(
        description="The id that no longer leads anywhere; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )
