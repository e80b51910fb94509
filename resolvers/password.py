from __future__ import annotations

from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import Info

from graph.context import Context
from graph.scalars import EmailAddress
from graph.types.inputs import THE_PARAMETERS
from graph.types.password import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    ChangePasswordInput,
    ChangePasswordPayload,
    RequestPasswordResetInput,
    RequestPasswordResetPayload,
    ResetPasswordInput,
    ResetPasswordPayload,
)
from graph.types.user import User
from localmessages.actions import password_reset, passwords
from localmessages.actions.accepting import accept_invitation
from localmessages.auth import Bearer
from resolvers.personal import by_viewer, refusable, stay


@strawberry.type
class PasswordMutations:
    @strawberry.mutation(
        description="Send a link for a new password. Answers the same whether or not the address is known."
    )
    async def request_password_reset(
        self, info: Info, input: Annotated[RequestPasswordResetInput, THE_PARAMETERS]
    ) -> RequestPasswordResetPayload:
        context = info.context
        _, errors = await refusable(
            info,
            password_reset.request_password_reset(
                context.services, input.email, context.visit.device, context.now
            ),
        )
        email = None if errors else EmailAddress(input.email)
        return RequestPasswordResetPayload(email=email, user_errors=errors)

    @strawberry.mutation(
        description="Set a new password with the token of the mail; every session of the person ends."
    )
    async def reset_password(
        self, info: Info, input: Annotated[ResetPasswordInput, THE_PARAMETERS]
    ) -> ResetPasswordPayload:
        context = info.context
        person, errors = await refusable(
            info,
            password_reset.reset_password(
                context.services, input.token, input.password, context.visit.device, context.now
            ),
        )
        user = None if person is None else await _as_they_see_themselves(context, *person)
        return ResetPasswordPayload(user=user, user_errors=errors)

    @strawberry.mutation(description="Change one's own password; every other session ends.")
    async def change_password(
        self, info: Info, input: Annotated[ChangePasswordInput, THE_PARAMETERS]
    ) -> ChangePasswordPayload:
        context = info.context
        _, errors = await by_viewer(
            info,
            lambda actor: passwords.change_password(
                actor,
                input.current_password,
                input.new_password,
                context.bearer.session_id,
                context.visit.device,
            ),
        )
        viewer = None if errors else await context.load.query_viewer(info=info)
        return ChangePasswordPayload(viewer=viewer, user_errors=errors)

    @strawberry.mutation(description="Become an active user with the token of the invitation, and sign in.")
    async def accept_invitation(
        self, info: Info, input: Annotated[AcceptInvitationInput, THE_PARAMETERS]
    ) -> AcceptInvitationPayload:
        context = info.context
        signed, errors = await refusable(
            info,
            accept_invitation(
                context.services, input.token, input.name, input.password, context.visit.device, context.now
            ),
        )
        token = None if signed is None else stay(info, signed)
        viewer = None if signed is None else await context.load.query_viewer(info=info)
        return AcceptInvitationPayload(viewer=viewer, access_token=token, user_errors=errors)


async def _as_they_see_themselves(context: Context, tenant_id: UUID, user_id: UUID) -> User:
    """The person, who is not signed in by this."""
    bearer = Bearer(tenant_id, user_id, context.now + timedelta(minutes=1))
    theirs = Context(context.services, context.faces, bearer)
    return cast(User, await theirs.load.node("User", user_id))
