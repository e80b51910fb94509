from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.user import UserConnection, UserFilter
from graph.types.user_mutations import (
    CreateUserInput,
    CreateUserPayload,
    MembershipInput,
    RemoveUserInput,
    RemoveUserPayload,
    ResendInvitationInput,
    ResendInvitationPayload,
    TransferOwnershipInput,
    TransferOwnershipPayload,
    UpdateUserInput,
    UpdateUserPayload,
)
from localmessages.actions.invitations import resend_invitation
from localmessages.actions.ownership import transfer_ownership
from localmessages.actions.people import add_user, remove_user, update_user
from localmessages.rules.people import Held
from resolvers.perform import perform


@strawberry.type
class UserQueries:
    @strawberry.field(description="People, by name.")
    async def users(
        self,
        info: Info,
        filter: Annotated[
            UserFilter | None,
            strawberry.argument(description="Which ones; people who left only when asked for."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> UserConnection:
        return await info.context.load.query_users(
            filter=given(filter), page=page(first, after, last, before), info=info
        )


@strawberry.type
class UserMutations:
    @strawberry.mutation(description="Add a person and send them an invitation by mail.")
    async def create_user(
        self,
        info: Info,
        input: Annotated[CreateUserInput, THE_PARAMETERS],
    ) -> CreateUserPayload:
        roles = _held(input.memberships)
        done = await perform(
            info, input, lambda actor, key: add_user(actor, input.name, input.email, roles, key=key)
        )
        return CreateUserPayload(user=await done.node("User", "user"), user_errors=done.user_errors)

    @strawberry.mutation(
        description="Change a person's name, address or roles. Lost rights end their subscriptions at once."
    )
    async def update_user(
        self,
        info: Info,
        input: Annotated[UpdateUserInput, THE_PARAMETERS],
    ) -> UpdateUserPayload:
        user = expect_id("User", input.user_id)
        roles = None if input.memberships is None else _held(input.memberships)
        done = await perform(
            info,
            input,
            lambda actor, key: update_user(
                actor, user, name=input.name, email=input.email, given=roles, key=key
            ),
        )
        return UpdateUserPayload(user=await done.node("User", "user"), user_errors=done.user_errors)

    @strawberry.mutation(
        description=(
            "Make a person a former user: signed out everywhere at once, unassigned from open conversations, "
            "still named on everything they did."
        ),
    )
    async def remove_user(
        self,
        info: Info,
        input: Annotated[RemoveUserInput, THE_PARAMETERS],
    ) -> RemoveUserPayload:
        user = expect_id("User", input.user_id)
        done = await perform(info, input, lambda actor, key: remove_user(actor, user, key=key))
        return RemoveUserPayload(user=await done.node("User", "user"), user_errors=done.user_errors)

    @strawberry.mutation(description="Send the invitation again; the link sent before stops working.")
    async def resend_invitation(
        self,
        info: Info,
        input: Annotated[ResendInvitationInput, THE_PARAMETERS],
    ) -> ResendInvitationPayload:
        user = expect_id("User", input.user_id)
        done = await perform(info, input, lambda actor, key: resend_invitation(actor, user, key=key))
        return ResendInvitationPayload(user=await done.node("User", "user"), user_errors=done.user_errors)

    @strawberry.mutation(
        description="Make another person the owner of an account and become a manager of it."
    )
    async def transfer_ownership(
        self,
        info: Info,
        input: Annotated[TransferOwnershipInput, THE_PARAMETERS],
    ) -> TransferOwnershipPayload:
        account, user = expect_id("Account", input.account_id), expect_id("User", input.user_id)
        device = info.context.visit.device
        done = await perform(
            info,
            input,
            lambda actor, key: transfer_ownership(actor, account, user, input.password, device, key=key),
        )
        return TransferOwnershipPayload(
            account=await done.node("Account", "account"), user_errors=done.user_errors
        )


def _held(given: list[MembershipInput]) -> list[Held]:
    held: list[Held] = []
    for each in given:
        if each.account is not None:
            held.append((each.account.role, expect_id("Account", each.account.account_id), None))
        elif each.location is not None:
            held.append((each.location.role, None, expect_id("Location", each.location.location_id)))
    return held
