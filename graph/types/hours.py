from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from graph.scalars import TimeOfDay
from graph.types.enums import describe
from graph.types.inputs import NullIfLeftOut
from localmessages.rules.hours import Weekday

describe(
    Weekday,
    "A day of the week.",
    MONDAY="The first day of the week here.",
    TUESDAY="The second day.",
    WEDNESDAY="The third day.",
    THURSDAY="The fourth day.",
    FRIDAY="The fifth day.",
    SATURDAY="The sixth day.",
    SUNDAY="The last day of the week here.",
)


@strawberry.type(description="A stretch of local time, the end not included.")
class OpenInterval:
    opens: TimeOfDay = strawberry.field(description="From when on.")
    closes: TimeOfDay = strawberry.field(
        description="Until when; at or before `opens` it means the next day."
    )


@strawberry.type(description="The hours of one weekday.")
class DayHours:
    weekday: Weekday = strawberry.field(description="The day on which the intervals begin.")
    intervals: list[OpenInterval] = strawberry.field(
        description="When it is open, earliest first; empty when closed all day."
    )


@strawberry.type(
    description="A date with hours of its own. They replace the intervals that would begin on that date."
)
class Holiday:
    on: date = strawberry.field(description="The local date.")
    name: str | None = strawberry.field(description="What is celebrated; null when not said.")
    intervals: list[OpenInterval] = strawberry.field(
        description="When it is open; empty when closed all day."
    )


@strawberry.type(
    description="When a location is open. An edit changes the future only: what was out of hours stays so."
)
class BusinessHours:
    effective_at: datetime = strawberry.field(description="Since when these hours hold.")
    weekly: list[DayHours] | None = strawberry.field(
        description="Monday to Sunday, seven days; null when no hours are set: always open, but on holidays."
    )
    holidays: list[Holiday] = strawberry.field(
        description="Days with hours of their own, from today on, by date."
    )


@strawberry.input(description="A stretch of local time.")
class OpenIntervalInput:
    opens: TimeOfDay = strawberry.field(description="From when on.")
    closes: TimeOfDay = strawberry.field(
        description="Until when; at or before `opens` it means the next day."
    )


@strawberry.input(description="The hours of one weekday.")
class DayHoursInput:
    weekday: Weekday = strawberry.field(description="The day on which the intervals begin.")
    intervals: list[OpenIntervalInput] = strawberry.field(description="When it is open; empty for closed.")


@strawberry.input(description="A date with hours of its own.")
class HolidayInput(NullIfLeftOut):
    on: date = strawberry.field(description="The local date, today or later.")
    name: str | None = strawberry.field(default=UNSET, description="What is celebrated.")
    intervals: list[OpenIntervalInput] = strawberry.field(
        default_factory=list,
        description="When it is open; empty for closed.",
    )


@strawberry.input(description="Business hours from now on.")
class BusinessHoursInput:
    weekly: list[DayHoursInput] | None = strawberry.field(
        default=UNSET,
        description="Days left out are closed; null: always open, but on holidays.",
    )
    holidays: list[HolidayInput] | None = strawberry.field(
        default=UNSET,
        description="All holidays from now on; left out, they stay.",
    )
