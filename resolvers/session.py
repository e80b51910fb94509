from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.ids import expect_id
from graph.scalars import URL
from graph.types.identity_provider import IdentityProvider
from graph.types.inputs import THE_PARAMETERS
from graph.types.session_mutations import (
    RefreshSessionInput,
    RefreshSessionPayload,
    RevokeSessionInput,
    RevokeSessionPayload,
    SignInInput,
    SignInPayload,
    SignOutInput,
    SignOutPayload,
    VerifySecondFactorInput,
    VerifySecondFactorPayload,
)
from localmessages.actions import signing_in, signing_out
from localmessages.actions.refreshing import refresh_session
from localmessages.actions.second_factor import verify_second_factor
from localmessages.rules.refusal import Refused
from resolvers.personal import by_viewer, refusable, stay


@strawberry.type
class SessionQueries:
    @strawberry.field(description="Other ways to sign in. Needs no sign-in.")
    def identity_providers(self, info: Info) -> list[IdentityProvider]:
        services = info.context.services
        return [
            IdentityProvider(
                name=each.issuer.name, sign_in_url=URL(f"{services.public_url}/auth/{slug}/start")
            )
            for slug, each in services.identity_providers.items()
        ]


@strawberry.type
class SessionMutations:
    @strawberry.mutation(
        description=(
            "Sign in with e-mail address and password. The refresh token comes as an httpOnly cookie."
        ),
    )
    async def sign_in(self, info: Info, input: Annotated[SignInInput, THE_PARAMETERS]) -> SignInPayload:
        context = info.context
        signed, errors = await refusable(
            info,
            signing_in.sign_in(
                context.services, input.email, input.password, context.visit.device, context.now
            ),
        )
        payload = SignInPayload(viewer=None, access_token=None, second_factor_token=None, user_errors=errors)
        if isinstance(signed, str):
            payload.second_factor_token = signed
        elif signed is not None:
            payload.access_token = stay(info, signed)
            payload.viewer = await context.load.query_viewer(info=info)
        return payload

    @strawberry.mutation(description="Finish a sign-in that asked for a code.")
    async def verify_second_factor(
        self, info: Info, input: Annotated[VerifySecondFactorInput, THE_PARAMETERS]
    ) -> VerifySecondFactorPayload:
        context = info.context
        signed, errors = await refusable(
            info,
            verify_second_factor(
                context.services, input.second_factor_token, input.code, context.visit.device, context.now
            ),
        )
        token = None if signed is None else stay(info, signed)
        viewer = None if signed is None else await context.load.query_viewer(info=info)
        return VerifySecondFactorPayload(viewer=viewer, access_token=token, user_errors=errors)

    @strawberry.mutation(
        description=(
            "Get the next access token. Each refresh token works once; a second use ends the session."
        ),
    )
    async def refresh_session(
        self, info: Info, input: Annotated[RefreshSessionInput, THE_PARAMETERS]
    ) -> RefreshSessionPayload:
        context = info.context
        refresh = input.refresh_token or context.visit.refresh_cookie or ""
        signed, errors = await refusable(
            info, refresh_session(context.services, refresh, context.visit.device, context.now)
        )
        if signed is None:
            context.visit.forget()
        return RefreshSessionPayload(
            access_token=None if signed is None else stay(info, signed), user_errors=errors
        )

    @strawberry.mutation(
        description=(
            "End this session, or all of them. Sockets of an ended session close at once with 4403."
        ),
    )
    async def sign_out(self, info: Info, input: Annotated[SignOutInput, THE_PARAMETERS]) -> SignOutPayload:
        context = info.context
        refresh = context.visit.refresh_cookie
        context.visit.forget()
        if context.bearer is None and refresh is not None:
            # The access token has ended, and the browser has thrown it away; the session is still there.
            try:
                signed = await refresh_session(context.services, refresh, context.visit.device, context.now)
            except Refused:
                return SignOutPayload(ended_sessions=0, user_errors=[])
            context.become(signed.bearer)
        ended, errors = await by_viewer(
            info,
            lambda actor: signing_out.sign_out(
                actor, context.bearer.session_id, context.visit.device, everywhere=input.everywhere
            ),
        )
        return SignOutPayload(ended_sessions=ended, user_errors=errors)

    @strawberry.mutation(description="End one session of the viewer.")
    async def revoke_session(
        self, info: Info, input: Annotated[RevokeSessionInput, THE_PARAMETERS]
    ) -> RevokeSessionPayload:
        context = info.context
        session_id = expect_id("Session", input.session_id)
        # First: who ends the session that asks reads nothing more.
        session = await context.load.session(session_id)
        _, errors = await by_viewer(
            info, lambda actor: signing_out.revoke_session(actor, session_id, context.visit.device)
        )
        return RevokeSessionPayload(session=None if errors else session, user_errors=errors)
