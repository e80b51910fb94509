from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import Locale, TimeZone
from graph.types.inputs import IDEMPOTENCY_KEY
from localmessages.rules.alerts import AlertTexts

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.user import User


@strawberry.input(description="Parameters of `updateProfile`.")
class UpdateProfileInput:
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    time_zone: TimeZone | None = strawberry.field(
        default=UNSET, description="The zone for scheduled reports; left out, it stays; null clears it."
    )
    locale: Locale | None = strawberry.field(
        default=UNSET, description="The language for dates and numbers; left out, it stays; null clears it."
    )
    alert_texts: AlertTexts | None = strawberry.field(
        default=UNSET, description="Which texts notify at once; left out, it stays."
    )
    alert_waiting_minutes: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Open minutes without an answer until an alert, 1 to 1440; left out, it stays; null for never."
        ),
    )
    alert_by_mail: bool | None = strawberry.field(
        default=UNSET, description="Whether waiting ones also come by mail; left out, it stays."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateProfile`.")
class UpdateProfilePayload:
    user: User | None = strawberry.field(
        description="The person after the change; null when refused or when an API key asks."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: EMPTY, INVALID, NOT_ALLOWED."
    )
