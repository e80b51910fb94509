from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.pagination import After, Before, First, Last, page
from graph.types.hours import BusinessHoursInput, OpenIntervalInput
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.location import Location, LocationConnection, LocationFilter, LocationOrder
from graph.types.location_mutations import (
    AutoRepliesInput,
    CreateLocationInput,
    CreateLocationPayload,
    LocationNumberInput,
    UpdateLocationInput,
    UpdateLocationPayload,
)
from localmessages.actions.hours import HolidayEdit, HoursEdit
from localmessages.actions.location_settings import add_location, update_location
from localmessages.rules.place import Number
from resolvers.perform import perform

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
        account = expect_id("Account", input.account_id)
        edit = {name: getattr(input, name) for name in _NEW} | _replies(input.auto_replies)
        numbers, hours = _numbers(input.numbers), _hours(input.hours)
        done = await perform(
            info, input, lambda actor, key: add_location(actor, account, edit, numbers, hours, key=key)
        )
        return CreateLocationPayload(
            location=await done.node("Location", "location"), user_errors=done.user_errors
        )

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
        location = expect_id("Location", input.location_id)
        plain = {name: given(getattr(input, name)) for name in _PLAIN}
        edit = {name: value for name, value in plain.items() if value is not None}
        edit |= _replies(given(input.auto_replies))
        numbers = None if given(input.numbers) is None else _numbers(input.numbers or ())
        hours = _hours(given(input.hours))
        done = await perform(
            info, input, lambda actor, key: update_location(actor, location, edit, numbers, hours, key=key)
        )
        return UpdateLocationPayload(
            location=await done.node("Location", "location"), user_errors=done.user_errors
        )


_NEW = ("name", "kind", "time_zone", "link_domain")
_PLAIN = (*_NEW, "active")


def _replies(input: AutoRepliesInput | None) -> dict[str, str | None]:
    texts = {} if input is None else {f"auto_reply_{name}": value for name, value in vars(input).items()}
    return {column: text for column, text in texts.items() if text is not UNSET}


def _numbers(inputs: Iterable[LocationNumberInput]) -> list[Number]:
    return [Number(one.number, one.messages_per_second) for one in inputs]


def _hours(input: BusinessHoursInput | None) -> HoursEdit | None:
    if input is None:
        return None
    weekly, holidays = given(input.weekly), given(input.holidays)
    return HoursEdit(
        weekly=None if weekly is None else [(day.weekday, _pairs(day.intervals)) for day in weekly],
        keeps_weekly=input.weekly is UNSET,
        holidays=None
        if holidays is None
        else [HolidayEdit(day.on, day.name, _pairs(day.intervals)) for day in holidays],
    )


def _pairs(intervals: Iterable[OpenIntervalInput]) -> list[tuple[str, str]]:
    return [(interval.opens, interval.closes) for interval in intervals]
