from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.location import Location, LocationConnection, LocationFilter, LocationOrder
from graph.types.location_mutations import (
    CreateLocationInput,
    CreateLocationPayload,
    UpdateLocationInput,
    UpdateLocationPayload,
)

BY_NAME = LocationOrder()


@strawberry.type
class LocationQueries:
    @strawberry.field(description="One location; null when it does not exist or may not be seen.")
    async def location(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Location | None:
        return await info.context.load.query_location(id=id, info=info)

    @strawberry.field(description="Locations that the viewer may look into.")
    async def locations(
        self,
        info: Info,
        filter: Annotated[
            LocationFilter | None,
            strawberry.argument(description="Which ones; active ones unless asked otherwise."),
        ] = UNSET,
        order_by: Annotated[
            LocationOrder, strawberry.argument(description="The order; by name unless given.")
        ] = BY_NAME,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> LocationConnection:
        return await info.context.load.query_locations(
            filter=given(filter), order_by=order_by, page=page(first, after, last, before), info=info
        )


@strawberry.type
class LocationMutations:
    @strawberry.mutation(description="Add a location with its number and hours.")
    async def create_location(
        self,
        info: Info,
        input: Annotated[CreateLocationInput, THE_PARAMETERS],
    ) -> CreateLocationPayload:
        return await info.context.act.create_location(input, info)

    @strawberry.mutation(
        description=(
            "Change a location. New hours hold from this instant on, also for a customer who is waiting."
        ),
    )
    async def update_location(
        self,
        info: Info,
        input: Annotated[UpdateLocationInput, THE_PARAMETERS],
    ) -> UpdateLocationPayload:
        return await info.context.act.update_location(input, info)
