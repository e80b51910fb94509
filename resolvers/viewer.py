from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.types.inputs import THE_PARAMETERS
from graph.types.viewer import SignInInput, SignInPayload, Viewer


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
        return await info.context.act.sign_in(input, info)
