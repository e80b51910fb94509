from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

from graph.types.inputs import THE_PARAMETERS
from graph.types.profile import UpdateProfileInput, UpdateProfilePayload
from graph.types.viewer import Viewer
from localmessages.actions.profile import update_profile
from resolvers.perform import perform

# What null clears; elsewhere null leaves it.
_CLEARED = ("time_zone", "locale", "alert_waiting_minutes")


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who is asking.")
    async def viewer(self, info: Info) -> Viewer:
        return await info.context.load.query_viewer(info=info)


@strawberry.type
class ViewerMutations:
    @strawberry.mutation(description="Change one's own name, zone, language and alerts.")
    async def update_profile(
        self, info: Info, input: Annotated[UpdateProfileInput, THE_PARAMETERS]
    ) -> UpdateProfilePayload:
        values = _values(input)
        done = await perform(info, input, lambda actor, key: update_profile(actor, values, key=key))
        return UpdateProfilePayload(user=await done.node("User", "user"), user_errors=done.user_errors)


def _values(input: UpdateProfileInput) -> dict[str, Any]:
    """What is to change, by the columns' names."""
    given = {name: value for name, value in vars(input).items() if name != "idempotency_key"}
    return {
        name: value
        for name, value in given.items()
        if value is not UNSET and (value is not None or name in _CLEARED)
    }
