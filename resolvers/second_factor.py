from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.types.inputs import THE_PARAMETERS
from graph.types.second_factor import (
    ConfirmSecondFactorInput,
    ConfirmSecondFactorPayload,
    DisableSecondFactorInput,
    DisableSecondFactorPayload,
    SecondFactorSetup,
    StartSecondFactorInput,
    StartSecondFactorPayload,
)
from localmessages.actions import second_factor
from resolvers.personal import by_viewer


@strawberry.type
class SecondFactorMutations:
    @strawberry.mutation(
        description=("Begin to set up a second factor; it holds once `confirmSecondFactor` has seen a code."),
    )
    async def start_second_factor(
        self, info: Info, input: Annotated[StartSecondFactorInput, THE_PARAMETERS]
    ) -> StartSecondFactorPayload:
        device = info.context.visit.device
        begun, errors = await by_viewer(
            info, lambda actor: second_factor.start_second_factor(actor, input.password, device)
        )
        setup = None if begun is None else SecondFactorSetup(secret=begun.secret, otpauth_url=begun.url)
        return StartSecondFactorPayload(setup=setup, user_errors=errors)

    @strawberry.mutation(description="Turn the second factor on with a first code.")
    async def confirm_second_factor(
        self, info: Info, input: Annotated[ConfirmSecondFactorInput, THE_PARAMETERS]
    ) -> ConfirmSecondFactorPayload:
        context = info.context
        codes, errors = await by_viewer(
            info,
            lambda actor: second_factor.confirm_second_factor(actor, input.code, context.visit.device),
        )
        viewer = None if errors else await context.load.query_viewer(info=info)
        return ConfirmSecondFactorPayload(viewer=viewer, recovery_codes=codes, user_errors=errors)

    @strawberry.mutation(description="Turn the second factor off.")
    async def disable_second_factor(
        self, info: Info, input: Annotated[DisableSecondFactorInput, THE_PARAMETERS]
    ) -> DisableSecondFactorPayload:
        context = info.context
        _, errors = await by_viewer(
            info,
            lambda actor: second_factor.disable_second_factor(
                actor, input.password, input.code, context.visit.device
            ),
        )
        viewer = None if errors else await context.load.query_viewer(info=info)
        return DisableSecondFactorPayload(viewer=viewer, user_errors=errors)
