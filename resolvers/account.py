from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.pagination import After, Before, First, Last, page
from graph.types.account import (
    AccountConnection,
    AccountFilter,
    AccountSettingsInput,
    CreateAccountInput,
    CreateAccountPayload,
    UpdateAccountInput,
    UpdateAccountPayload,
)
from graph.types.inputs import THE_PARAMETERS, given
from localmessages.actions import account_settings
from localmessages.actions.account_settings import Settings
from resolvers.perform import perform


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
        parent, settings = expect_id("Account", input.parent_id), _settings(input.settings)
        done = await perform(
            info,
            input,
            lambda actor, key: account_settings.add_account(actor, parent, input.name, settings, key=key),
        )
        return CreateAccountPayload(
            account=await done.node("Account", "account"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Change an account's name or settings.")
    async def update_account(
        self,
        info: Info,
        input: Annotated[UpdateAccountInput, THE_PARAMETERS],
    ) -> UpdateAccountPayload:
        account, settings = expect_id("Account", input.account_id), _settings(given(input.settings))
        done = await perform(
            info,
            input,
            lambda actor, key: account_settings.update_account(
                actor, account, name=given(input.name), settings=settings, key=key
            ),
        )
        return UpdateAccountPayload(
            account=await done.node("Account", "account"), user_errors=done.user_errors
        )


def _settings(input: AccountSettingsInput | None) -> Settings:
    """The columns to change: None takes the parent's value."""
    if input is None:
        return {}
    settings = {name: value for name, value in vars(input).items() if value is not UNSET}
    if "campaign_hours" in settings:
        hours = settings.pop("campaign_hours")
        settings["campaign_opens"] = hours and hours.opens
        settings["campaign_closes"] = hours and hours.closes
    return settings
