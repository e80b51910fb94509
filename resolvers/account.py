from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.account import (
    AccountConnection,
    AccountFilter,
    CreateAccountInput,
    CreateAccountPayload,
    UpdateAccountInput,
    UpdateAccountPayload,
)
from graph.types.inputs import THE_PARAMETERS, given


@strawberry.type
class AccountQueries:
    @strawberry.field(description="Accounts, by name.")
    async def accounts(
        self,
        info: Info,
        filter: Annotated[AccountFilter | None, strawberry.argument(description="Which ones.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> AccountConnection:
        return await info.context.load.query_accounts(
            filter=given(filter), page=page(first, after, last, before), info=info
        )


@strawberry.type
class AccountMutations:
    @strawberry.mutation(description="Add an account below another.")
    async def create_account(
        self,
        info: Info,
        input: Annotated[CreateAccountInput, THE_PARAMETERS],
    ) -> CreateAccountPayload:
        return await info.context.act.create_account(input, info)

    @strawberry.mutation(description="Change an account's name or settings.")
    async def update_account(
        self,
        info: Info,
        input: Annotated[UpdateAccountInput, THE_PARAMETERS],
    ) -> UpdateAccountPayload:
        return await info.context.act.update_account(input, info)
