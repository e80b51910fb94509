from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.scalars import TimeZone
from graph.types.inputs import given
from graph.types.metrics import LocationsSummary
from graph.types.window import WindowInput
from localmessages.rules.metrics import OutOfHours, WindowLength

LAST_WEEK = WindowInput(last=WindowLength.DAYS_7)


@strawberry.type
class LocationsSummaryQueries:
    @strawberry.field(description="The Locations page: how the locations do, pooled and side by side.")
    async def locations_summary(
        self,
        info: Info,
        location_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description=(
                    "The locations to compare, at most 500; left out, all active ones that the viewer sees."
                )
            ),
        ] = UNSET,
        window: Annotated[WindowInput, strawberry.argument(description="Which time.")] = LAST_WEEK,
        time_zone: Annotated[
            TimeZone | None,
            strawberry.argument(description="The zone of its days; left out, each location's own."),
        ] = UNSET,
        out_of_hours: Annotated[
            OutOfHours, strawberry.argument(description="What response times do with closed hours.")
        ] = OutOfHours.EXCLUDE,
    ) -> LocationsSummary:
        return await info.context.load.query_locations_summary(
            location_ids=given(location_ids),
            window=window,
            time_zone=given(time_zone),
            out_of_hours=out_of_hours,
            info=info,
        )
