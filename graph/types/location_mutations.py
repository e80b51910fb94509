from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import PhoneNumber, TimeZone
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from localmessages.rules.location import LocationKind

if TYPE_CHECKING:
    from graph.types.hours import BusinessHoursInput
    from graph.types.location import Location
    from graph.types.refusal import UserError


@strawberry.input(description="A telephone number for a location.")
class LocationNumberInput:
    number: PhoneNumber = strawberry.field(description="The number. It can belong to one location only.")
    messages_per_second: float = strawberry.field(
        default=1.0,
        description="The most texts a second that leave from it, from 0.1 to 100.",
    )


@strawberry.input(description="What a location answers by itself; what is left out stays, null turns it off.")
class AutoRepliesInput:
    in_hours: str | None = strawberry.field(default=UNSET, description="The text while it is open.")
    out_of_hours: str | None = strawberry.field(default=UNSET, description="The text while it is closed.")


@strawberry.input(description="Parameters of `createLocation`.")
class CreateLocationInput(NullIfLeftOut):
    account_id: strawberry.ID = strawberry.field(description="The account that owns it.")
    name: str = strawberry.field(description="Its name.")
    kind: LocationKind = strawberry.field(default=LocationKind.STORE, description="Store or head office.")
    time_zone: TimeZone = strawberry.field(description="Its zone.")
    numbers: list[LocationNumberInput] = strawberry.field(description="Its numbers, the primary one first.")
    hours: BusinessHoursInput | None = strawberry.field(
        default=UNSET,
        description="Its hours; left out, it is always open.",
    )
    auto_replies: AutoRepliesInput | None = strawberry.field(
        default=UNSET,
        description="What it answers by itself.",
    )
    link_domain: str | None = strawberry.field(
        default=UNSET,
        description="Host name of its short links; left out, the account's.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createLocation`.")
class CreateLocationPayload:
    location: Location | None = strawberry.field(
        description="The new location, active and with an empty inbox; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND for the account, NOT_ALLOWED, "
            "ALREADY_EXISTS for a number in use, INVALID, EMPTY."
        ),
    )


@strawberry.input(description="Parameters of `updateLocation`.")
class UpdateLocationInput:
    location_id: strawberry.ID = strawberry.field(description="The location to change.")
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    kind: LocationKind | None = strawberry.field(
        default=UNSET,
        description="Store or head office; left out, it stays.",
    )
    active: bool | None = strawberry.field(
        default=UNSET,
        description="False takes it out of service, true puts it back; left out, it stays.",
    )
    time_zone: TimeZone | None = strawberry.field(
        default=UNSET,
        description="The new zone, for the future only; left out, it stays.",
    )
    numbers: list[LocationNumberInput] | None = strawberry.field(
        default=UNSET,
        description="All numbers from now on, the primary one first; left out, they stay.",
    )
    hours: BusinessHoursInput | None = strawberry.field(
        default=UNSET,
        description="The hours from now on; left out, they stay.",
    )
    auto_replies: AutoRepliesInput | None = strawberry.field(
        default=UNSET,
        description="The automatic answers to change.",
    )
    link_domain: str | None = strawberry.field(
        default=UNSET,
        description="The new host name of short links; left out, it stays.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateLocation`.")
class UpdateLocationPayload:
    location: Location | None = strawberry.field(
        description="The location as it works from now on; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS, "
            "INVALID, EMPTY."
        ),
    )
