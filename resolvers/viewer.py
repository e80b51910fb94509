from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.refusals import user_error
from graph.types.inputs import THE_PARAMETERS
from graph.types.viewer import AccessToken, SignInInput, SignInPayload, Viewer
from localmessages.actions import signing_in
from localmessages.rules.refusal import Refused


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who is asking.")
    async def viewer(self, info: Info) -> Viewer:
        return await info.context.load.query_viewer(info=info)


@strawberry.type
class ViewerMutations:
    @strawberry.mutation(
        description=(
            "Sign in with e-mail address and password. The refresh token comes as an httpOnly cookie."
        ),
    )
    async def sign_in(self, info: Info, input: Annotated[SignInInput, THE_PARAMETERS]) -> SignInPayload:
        context = info.context
        try:
            signed = await signing_in.sign_in(
                context.services, input.email, input.password, context.visit.device, context.now
            )
        except Refused as no:
            return SignInPayload(
                viewer=None,
                access_token=None,
                second_factor_token=None,
                user_errors=[await user_error(no, info)],
            )
        context.visit.keep(
            signed.token,
            signed.bearer.expires_at,
            signed.refresh_token,
            signed.refresh_ends,
            now=context.now,
        )
        context.become(signed.bearer)
        return SignInPayload(
            viewer=await context.load.query_viewer(info=info),
            access_token=AccessToken(token=signed.token, expires_at=signed.bearer.expires_at),
            second_factor_token=None,
            user_errors=[],
        )
