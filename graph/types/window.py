from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from graph.scalars import TimeZone
from graph.types.enums import describe
from graph.types.inputs import NullIfLeftOut
from localmessages.rules.metrics import WindowLength


@strawberry.input(description="A range of instants, the end not included.")
class InstantRangeInput:
    start: datetime = strawberry.field(description="The first instant.")
    end: datetime = strawberry.field(description="The first instant after it.")


@strawberry.input(description="A range of local dates, both included.")
class DateRangeInput:
    first_day: date = strawberry.field(description="The first day.")
    last_day: date = strawberry.field(description="The last day.")


describe(
    WindowLength,
    "A length of time that ends now.",
    DAYS_7="Today and the 6 days before.",
    DAYS_30="Today and the 29 days before.",
)


@strawberry.input(
    one_of=True,
    description=(
        "Which time to look at: exactly one of these, of at most 400 days. Days are those of each "
        "location's own zone, unless a `timeZone` stands beside."
    ),
)
class WindowInput(NullIfLeftOut):
    last: WindowLength | None = strawberry.field(
        default=UNSET,
        description="The latest days, today included.",
    )
    between: InstantRangeInput | None = strawberry.field(
        default=UNSET,
        description="From one instant to another, the same everywhere.",
    )
    on: DateRangeInput | None = strawberry.field(default=UNSET, description="From one local date to another.")


@strawberry.type(description="The time that an answer looks at.")
class ReportWindow:
    start: datetime = strawberry.field(
        description="Its first instant; where locations have different zones, the earliest."
    )
    end: datetime = strawberry.field(
        description="The first instant after it; where locations have different zones, the latest."
    )
    first_day: date | None = strawberry.field(
        description="Its first local date; null when instants were given."
    )
    last_day: date | None = strawberry.field(
        description="Its last local date; null when instants were given."
    )
    time_zone: TimeZone | None = strawberry.field(
        description="The zone that its days are in; null for each location's own."
    )
