from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, expect_ids
from graph.pagination import After, Before, First, Last, page
from graph.types.api_key import ApiKeyConnection
from graph.types.api_key_mutations import (
    CreateApiKeyInput,
    CreateApiKeyPayload,
    RevokeApiKeyInput,
    RevokeApiKeyPayload,
)
from graph.types.inputs import THE_PARAMETERS, given
from localmessages.actions.actor import Actor, IdempotencyKey, Made
from localmessages.actions.api_keys import create_api_key, revoke_api_key
from resolvers.perform import perform


@strawberry.type
class ApiKeyQueries:
    @strawberry.field(description="API keys, newest first. For owners.")
    async def api_keys(
        self,
        info: Info,
        account_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Those of this account and of everything below it."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ApiKeyConnection:
        return await info.context.load.query_api_keys(
            account_id=given(account_id), page=page(first, after, last, before), info=info
        )


@strawberry.type
class ApiKeyMutations:
    @strawberry.mutation(description="Make a key for a program. Its secret is shown this once.")
    async def create_api_key(
        self,
        info: Info,
        input: Annotated[CreateApiKeyInput, THE_PARAMETERS],
    ) -> CreateApiKeyPayload:
        account, places = expect_id("Account", input.account_id), expect_ids("Location", input.location_ids)
        secret: str | None = None

        async def create(actor: Actor, key: IdempotencyKey | None) -> Made:
            nonlocal secret
            made, secret = await create_api_key(
                actor,
                input.name,
                account,
                scopes=input.scopes,
                location_ids=places,
                expires_at=input.expires_at,
                key=key,
            )
            return made

        done = await perform(info, input, create)
        return CreateApiKeyPayload(
            api_key=await done.node("ApiKey", "api_key"), secret=secret, user_errors=done.user_errors
        )

    @strawberry.mutation(description="End a key at once; its sockets close.")
    async def revoke_api_key(
        self,
        info: Info,
        input: Annotated[RevokeApiKeyInput, THE_PARAMETERS],
    ) -> RevokeApiKeyPayload:
        ended = expect_id("ApiKey", input.api_key_id)
        done = await perform(info, input, lambda actor, key: revoke_api_key(actor, ended, key=key))
        return RevokeApiKeyPayload(api_key=await done.node("ApiKey", "api_key"), user_errors=done.user_errors)
